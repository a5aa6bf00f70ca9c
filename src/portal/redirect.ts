import { BlueButtonError } from '../errors/index.ts';
import { leadsInside, requireSafe, resolveAddress } from './address.ts';
import type { Answer } from './http.ts';

/** The address an answer redirects to, as stated; undefined when it does not redirect. */
export function locationOf({ status, headers }: Pick<Answer, 'status' | 'headers'>): string | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  return headers.get('location') ?? undefined;
}

/**
 * Where a redirect leads.
 *
 * @param asked - the address first asked for: a redirect of it must not reach into a network it is not in itself.
 * @param mayLeave - whether it may lead to another origin.
 * @throws BlueButtonError `failed` where it must not be followed.
 */
export function redirectTarget(from: URL, location: string, asked: URL, mayLeave: boolean): URL {
  const to = resolveAddress(location, from.href);
  if (to === undefined) {
    throw badRedirect(
      `${from.host} redirects to no address.`,
      'What it names as the new place is not an address.',
    );
  }
  if (!mayLeave && to.origin !== from.origin) {
    throw badRedirect(
      `${from.host} redirects to ${placeOf(to)}.`,
      'The access token is for the portal alone and is not taken to another server.',
    );
  }
  if (from.protocol === 'https:' && to.protocol !== 'https:') {
    throw badRedirect(
      `${from.host} redirects from https to ${placeOf(to)}.`,
      'Health records travel over https only.',
    );
  }
  try {
    requireSafe(to);
  } catch (thrown) {
    if (!(thrown instanceof BlueButtonError)) throw thrown;
    throw badRedirect(`${from.host} redirects to ${placeOf(to)}.`, `${thrown.message} ${thrown.why}`);
  }
  if (leadsInside(to, asked)) {
    throw badRedirect(
      `${from.host} redirects to ${placeOf(to)}.`,
      'That is this computer, or its own network, and no portal outside has business there.',
    );
  }
  return to;
}

/** A redirect that never ends. */
export function circle(url: URL, hops: number): BlueButtonError {
  return badRedirect(
    `${url.host} redirects in circles.`,
    `After ${hops} redirections there was still no answer.`,
  );
}

/** The very address with a slash at its end, where an answer redirects there; undefined when it does not. */
export function slashVariant(url: URL, answer: Answer): URL | undefined {
  const location = answer.status === 303 ? undefined : locationOf(answer);
  const to = location === undefined ? undefined : resolveAddress(location, url.href);
  const slashed = new URL(url);
  slashed.pathname += '/';
  return to?.href === slashed.href ? slashed : undefined;
}

function placeOf(url: URL): string {
  return url.protocol === 'https:' ? url.host : `${url.protocol}//${url.host}`;
}

function badRedirect(message: string, why: string): BlueButtonError {
  return new BlueButtonError('failed', message, {
    why,
    try: 'check the address of the portal, or tell its support what it does',
  });
}
