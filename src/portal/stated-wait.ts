import type { Headers } from 'undici';

/** What of an answer says how long to wait. */
interface Refusal {
  status: number;
  headers: Headers;
}

/**
 * Milliseconds to wait as an answer states them: by `Retry-After` (RFC 9110 §10.2.3), or, refused for too many requests
 * (429), by the `RateLimit` fields (IETF draft-ietf-httpapi-ratelimit-headers, and the `X-` names older than it). An
 * instant counts from the answer's own `Date` where it has one: the portal's clock may be wrong, and is wrong the same
 * way in both. Undefined when nothing is stated, or nothing that can be read.
 */
export function statedWaitMs({ status, headers }: Refusal, now: Date): number | undefined {
  const stated = Date.parse(headers.get('date') ?? '');
  const from = Number.isNaN(stated) ? now.getTime() : stated;
  return (
    waitOf(headers.get('retry-after'), from) ?? (status === 429 ? rateLimitReset(headers, from) : undefined)
  );
}

/** Years on either side of now within which a large number is an instant and not a duration. */
const tenYearsMs = 10 * 365 * 86_400_000;

/**
 * Reads seconds, also with a fraction, a date, or, as seen in the field, the instant as epoch seconds or milliseconds.
 * A negative number is none.
 */
function waitOf(value: string | null, from: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    const isInstant = (instant: number): boolean => Math.abs(instant - from) < tenYearsMs;
    if (isInstant(number)) return Math.max(0, number - from);
    if (isInstant(number * 1000)) return Math.max(0, number * 1000 - from);
    return number * 1000;
  }
  // A bare `-5` would be read as a month by Date.parse.
  if (!/[a-z]/i.test(text)) return undefined;
  const instant = Date.parse(withZone(text));
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - from);
}

/** A date that names no zone is in UTC (asctime dates never name one), not in the zone of this computer. */
function withZone(text: string): string {
  if (/^\d{4}-\d\d-\d\dT[\d:.]+$/.test(text)) return `${text}Z`;
  return /\d\d:\d\d:\d\d( \d{4})?$/.test(text) ? `${text} GMT` : text;
}

/** Un-throttled answers of some portals carry these with the text `None`; that states nothing. */
function rateLimitReset(headers: Headers, from: number): number | undefined {
  const [, seconds = null] = /(?:^|[;,\s])(?:reset|t)=(\d+)/.exec(headers.get('ratelimit') ?? '') ?? [];
  return (
    waitOf(seconds, from) ??
    waitOf(headers.get('ratelimit-reset'), from) ??
    waitOf(headers.get('x-ratelimit-reset'), from)
  );
}
