import { BlueButtonError } from '../errors/index.ts';
import { leadsInside, requireSafe, resolveAddress } from './address.ts';
import { contentOf, dataIn, type Content } from './attachment-content.ts';
import { attachmentsIn, type NamedAttachment } from './attachments.ts';
import { askFhir, fhirJson, notAnswered, send, type NoAnswer } from './fhir-answer.ts';
import type { Http } from './http.ts';
import { readResource } from './searchset.ts';
import type { Session } from './session.ts';

/** Where the bytes of attachments come from. */
export interface AttachmentSources {
  session: Session;
  /** For addresses elsewhere, which get no token. */
  http: Http;
  baseUrl: string;
  signal?: AbortSignal | undefined;
}

/** The bytes behind an address, or why there are none. */
export type Fetched = ({ outcome: 'answered'; status?: number } & Content) | NoAnswer;

/** The address of an attachment in full; as stated where it cannot be one. */
export function fullAddress({ url }: NamedAttachment, baseUrl: string): string {
  return url.startsWith('data:') ? url : (resolveAddress(url, `${baseUrl}/`)?.href ?? url);
}

/** Gets the bytes of an attachment: from the portal with its token, from anywhere else without. */
export async function fetchAttachment(
  attachment: NamedAttachment,
  sources: AttachmentSources,
): Promise<Fetched> {
  const { session, baseUrl } = sources;
  const address = fullAddress(attachment, baseUrl);
  if (address.startsWith('data:')) {
    const content = dataIn(address);
    return content === undefined
      ? failed('A data: address holds nothing that can be read.')
      : { outcome: 'answered', ...content };
  }
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isAddress = url !== undefined && /^https?:$/.test(url.protocol) && !attachment.url.startsWith('#');
  if (!isAddress || url.username !== '' || url.password !== '')
    return failed('An attachment has no address that can be fetched.');
  if (url.origin !== new URL(baseUrl).origin) return fetchElsewhere(url, attachment, sources);

  const get: Session['get'] = (at, accept) => session.get(at, accept, { attachment: true });
  let first: NoAnswer | undefined;
  for (const accept of acceptable(attachment.contentType)) {
    const fetched = await fetchFrom({ get }, url, accept, attachment);
    const status = fetched.status ?? 0;
    if (status !== 404 && status !== 406) return fetched;
    if (fetched.outcome !== 'answered') first ??= fetched;
  }
  return first ?? failed('An attachment has no address that can be fetched.');
}

/**
 * What to ask for, in turn, while the answer is 404 or 406. Oracle Health answers 404 unless `Accept` is exactly the
 * attachment's content type; Epic gives some documents as a FHIR Binary only; others know only what they like.
 */
function acceptable(stated: string | undefined): string[] {
  return [...new Set([...(isMediaType(stated) ? [stated] : ['*/*']), fhirJson, '*/*'])];
}

function isMediaType(text: string | undefined): text is string {
  return text !== undefined && /^[\w.+-]+\/[\w.+-]+( *; *[\w-]+=[\w."-]+)*$/.test(text);
}

/** Statuses of storage services for an address whose time is over: 403 mostly, 400 at Google's. */
const expired = [400, 401, 403, 410];

/**
 * Gets an attachment from another server than the portal, mostly by a presigned address, which is good for some minutes.
 * Where it is refused, the resource is read once more: it may name a fresh one.
 */
async function fetchElsewhere(
  url: URL,
  attachment: NamedAttachment,
  sources: AttachmentSources,
): Promise<Fetched> {
  const fetched = await withoutToken(url, attachment, sources);
  if (fetched.status === undefined || !expired.includes(fetched.status)) return fetched;
  const fresh = await readAgain(attachment, sources);
  return fresh === undefined || fresh.href === url.href ? fetched : withoutToken(fresh, attachment, sources);
}

/** The address a resource states now; undefined when it cannot be read, or states one of the portal's own. */
async function readAgain(
  { resourceType, id, pointer }: NamedAttachment,
  { session, baseUrl }: AttachmentSources,
): Promise<URL | undefined> {
  const resource = new URL(`${baseUrl}/${resourceType}/${encodeURIComponent(id)}`);
  const answer = await askFhir(session, resource, readResource);
  if (answer.outcome !== 'answered') return undefined;
  const now = attachmentsIn(answer.value.resource, id).find((candidate) => candidate.pointer === pointer);
  const url = now && resolveAddress(now.url, `${baseUrl}/`);
  return url === undefined || url.origin === new URL(baseUrl).origin ? undefined : url;
}

async function withoutToken(
  url: URL,
  attachment: NamedAttachment,
  { http, baseUrl, signal }: AttachmentSources,
): Promise<Fetched> {
  try {
    requireSafe(url);
  } catch (thrown) {
    if (!(thrown instanceof BlueButtonError)) throw thrown;
    return failed(`${thrown.message} ${thrown.why}`);
  }
  if (leadsInside(url, new URL(baseUrl)))
    return failed(`The address of an attachment leads inside, to ${url.host}.`);
  const get: Session['get'] = (at, accept) => http.get(at, { accept, attachment: true, signal });
  const accept = isMediaType(attachment.contentType) ? attachment.contentType : '*/*';
  const fetched = await fetchFrom({ get }, url, accept, attachment);
  if (fetched.outcome === 'answered' || fetched.status === undefined || fetched.status === 200)
    return fetched;
  return { ...fetched, reason: `${url.host}, where the portal keeps it, answered ${fetched.status}.` };
}

async function fetchFrom(
  from: Session,
  url: URL,
  accept: string,
  { contentType }: NamedAttachment,
): Promise<Fetched> {
  const answer = await send(from, url, accept);
  if ('outcome' in answer) return answer;
  if (answer.status !== 200) return notAnswered(answer);
  const content = contentOf(answer, contentType);
  return typeof content === 'string'
    ? { ...failed(content), status: 200 }
    : { outcome: 'answered', status: 200, ...content };
}

function failed(reason: string): NoAnswer {
  return { outcome: 'failed', reason, notices: [] };
}
