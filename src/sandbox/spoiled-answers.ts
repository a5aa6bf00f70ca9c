import type { Asked } from './asked.ts';
import { FhirRefusal } from './outcome.ts';
import type { Portal } from './portal.ts';
import { textReply, type Reply } from './reply.ts';
import { searchMannersOf } from './search-manners.ts';
import { whereOf } from './spoiled-pages.ts';

/** Retry-After, in every form it has been seen in. */
const retryAfter: Readonly<Record<string, (now: number) => Record<string, string>>> = {
  '429-seconds': () => ({ 'retry-after': '1' }),
  '429-date': (now) => ({ 'retry-after': new Date(now + 2000).toUTCString() }),
  '429-past': (now) => ({ 'retry-after': new Date(now - 3_600_000).toUTCString() }),
  '429-none': () => ({ 'ratelimit-limit': '60', 'ratelimit-remaining': '0', 'ratelimit-reset': '1' }),
  '429-epoch-seconds': (now) => ({ 'retry-after': String(Math.ceil(now / 1000) + 1) }),
  '429-epoch-ms': (now) => ({ 'retry-after': String(now + 1000) }),
  '429-garbage': () => ({ 'retry-after': 'soon' }),
  '429-negative': () => ({ 'retry-after': '-5' }),
  '429-float': () => ({ 'retry-after': '0.5' }),
  '429-huge': () => ({ 'retry-after': '1000000000' }),
};

const failures: Readonly<Record<string, number>> = {
  '500-always': 500,
  '500-once': 500,
  '502-once': 502,
  '503-once': 503,
  '504-once': 504,
};

/**
 * The answer that a fault gives in place of the portal's; undefined where none strikes. The CapabilityStatement and
 * discovery are spared, so that what a fault is meant for is reached.
 *
 * @throws FhirRefusal for a fault that the portal itself would report.
 */
export function faultInstead(asked: Asked, portal: Portal): Reply | undefined {
  if (isDiscovery(asked)) return undefined;
  const where = about(asked, portal);
  const strikes = (name: string): boolean => portal.faults.strikes(name, where);
  for (const [name, headers] of Object.entries(retryAfter)) {
    if (!strikes(name)) continue;
    const text = 'Request was throttled.';
    throw new FhirRefusal(429, { code: 'throttled', text }, headers(portal.now().getTime()));
  }
  for (const [name, status] of Object.entries(failures)) {
    if (strikes(name)) throw new FhirRefusal(status, { code: 'transient', text: 'Something failed.' });
  }
  if (strikes('503-html')) return html(503, '<h1>Service unavailable</h1><p>Back soon.</p>');
  if (strikes('html-login-page'))
    return html(200, '<h1>Sign in</h1><form><input name="user"><input type="password"></form>');
  if (strikes('empty-body')) {
    return { status: 200, headers: { 'content-type': 'application/fhir+json' }, body: '' };
  }
  return undefined;
}

/** The answer as it leaves: with the headers the portal's manners add, and under another type where a fault says so. */
export function asSent(reply: Reply, asked: Asked, portal: Portal): Reply {
  const headers = { ...reply.headers };
  if (searchMannersOf(portal).rateLimitHeaders === true) {
    headers['x-ratelimit-limit'] = '60';
    headers['x-ratelimit-remaining'] = '59';
    headers['x-ratelimit-reset'] = '60';
  }
  const isFhir = headers['content-type'] === 'application/fhir+json' && !isDiscovery(asked);
  if (isFhir && portal.faults.strikes('wrong-content-type', about(asked, portal))) {
    headers['content-type'] = 'text/plain';
  }
  return { ...reply, headers };
}

function isDiscovery({ path }: Asked): boolean {
  return path.endsWith('/fhir/metadata') || path.includes('/fhir/.well-known/');
}

/** What a request is about, for WHERE: its path; of a further page the type and number instead. */
function about({ path, query }: Asked, { searches }: Portal): string {
  const search = searches.find(query.get('_getpages') ?? '');
  if (search === undefined) return path;
  return whereOf(search, (Number(query.get('_page')) - 1) * search.pageSize);
}

function html(status: number, body: string): Reply {
  const reply = textReply(status, `<!doctype html><title>Practice portal</title>${body}`);
  return { ...reply, headers: { 'content-type': 'text/html; charset=utf-8' } };
}
