/** A request as the log tells of it. */
export interface LoggedRequest {
  method: string;
  url: URL;
  /** True where the path itself may be a secret or a document's name: an attachment's. */
  hidePath: boolean;
  /** Status, or that no answer came. */
  end: number | 'no answer';
  bytes: number;
  milliseconds: number;
  /** From 1. */
  attempt: number;
}

/**
 * One line for a request that has ended: method, host, path and names of query parameters, status, bytes of the body,
 * time. It can be shown to anyone: no value of a parameter, no token, nothing of a body, and `…` in place of ids.
 */
export function logLine({ method, url, hidePath, end, bytes, milliseconds, attempt }: LoggedRequest): string {
  const where = url.host + (hidePath ? '/…' : path(url) + names(url));
  return `${method} ${where} ${end}, ${bytes} bytes, ${milliseconds} ms, attempt ${attempt}`;
}

/** `ExplanationOfBenefit`, but not `FHIR`: what follows it in a path is an id. */
const resourceType = /^([A-Z][a-z]+)+$/;
const operation = /^[$_][A-Za-z-]+$/;
/** Words of an API's paths: `r4`, `oauth2`, `.well-known`, `smart-configuration`. */
const word = /^\.?[A-Za-z-]{1,30}\d{0,2}$/;

function path({ pathname }: URL): string {
  const segments = pathname.split('/');
  return segments
    .map((segment, index) => {
      if (segment === '' || operation.test(segment)) return segment;
      const isId = resourceType.test(segments[index - 1] ?? '') || segments[index - 1] === '_history';
      return !isId && word.test(segment) ? segment : '…';
    })
    .join('/');
}

/** A parameter without a value is all value: an opaque link to a next page. */
function names({ search }: URL): string {
  const all = search.slice(1).split('&').filter(Boolean);
  const shown = all.map((parameter) => /^([A-Za-z_:.$-]{1,40})=/.exec(parameter)?.[1] ?? '…');
  return shown.length === 0 ? '' : `?${[...new Set(shown)].join('&')}`;
}
