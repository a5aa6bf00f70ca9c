import { BlueButtonError } from '../errors/index.ts';

/**
 * Reads the address of a portal's FHIR endpoint as a person gives it. The answer has no query, no fragment and no
 * slash at the end; it is the `aud` of a sign-in and the base of every request.
 *
 * @throws BlueButtonError `usage` when it is not an address, or one that `requireSafe` refuses.
 */
export function readBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) {
    throw new BlueButtonError('usage', `“${text}” is not a web address.`, {
      why: 'A web address says how to get there, where, and what: https://host/path.',
      try: 'give the address of the FHIR endpoint in full, beginning with https://',
    });
  }
  requireSafe(url);
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/**
 * Refuses an address over which tokens or records must not travel: plain http to anything but this computer itself,
 * and addresses with a user name in them. `localhost` is refused as well: a name can be made to mean another computer
 * (RFC 8252 §8.3), 127.0.0.1 and [::1] cannot.
 *
 * @throws BlueButtonError `usage`
 */
export function requireSafe(url: URL): void {
  if (url.username !== '' || url.password !== '') {
    throw new BlueButtonError('usage', `The address of ${url.host} holds a user name or a password.`, {
      why: 'Sign-in happens on the portal’s own page, and secrets do not belong in an address.',
      try: 'give the address without them',
    });
  }
  if (url.protocol === 'https:') return;
  if (url.protocol === 'http:' && isLoopback(url)) return;
  throw new BlueButtonError('usage', `${url.protocol}//${url.host} is not a safe address.`, {
    why: 'Health records travel over https only; plain http is allowed for 127.0.0.1 and [::1].',
    try: url.hostname === 'localhost' ? 'write 127.0.0.1 instead of localhost' : 'use the https address',
  });
}

/** True for an address of this computer given as a number. */
export function isLoopback(url: URL): boolean {
  return url.hostname === '127.0.0.1' || url.hostname === '[::1]';
}

/** True when `url` is the base URL or lies below it, at the same origin. */
export function isUnder(baseUrl: string, url: URL): boolean {
  const base = new URL(baseUrl);
  if (url.origin !== base.origin || url.username !== '' || url.password !== '') return false;
  const path = base.pathname.replace(/\/+$/, '');
  return url.pathname === path || url.pathname.startsWith(`${path}/`);
}

/** Resolves an address found in an answer; undefined when it is none. */
export function resolveAddress(text: string, against: string): URL | undefined {
  return URL.canParse(text, against) ? new URL(text, against) : undefined;
}
