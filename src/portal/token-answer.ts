import type { Answer } from './http.ts';

/**
 * A token endpoint's answer as RFC 6749 §5 has it, where portals write it otherwise and nothing is at stake: a missing
 * `token_type` is Bearer; an `expires_in` that is no number of seconds to come is none; an error sent with status 200
 * is an error (400). `null` stands for absent.
 *
 * @param withIdToken - false drops the `id_token`: nobody asked for it, and it may not be possible to check it.
 */
export function mendedTokenAnswer({ bytes, status, headers }: Answer, withIdToken: boolean): Response {
  const kept = [...headers].filter(([name]) => name !== 'content-length' && name !== 'content-encoding');
  if (status === 204 || status === 304 || bytes.length === 0)
    return new Response(null, { status, headers: kept });
  const body = membersIn(bytes);
  if (body === undefined) return new Response(bytes.slice(), { status, headers: kept });
  const grants = typeof body.get('access_token') === 'string';
  const isError = !grants && typeof body.get('error') === 'string';
  const members = [...body].filter(
    ([name, value]) =>
      value !== null &&
      // Medicare writes an empty text where a research app's access has no end.
      value !== '' &&
      !(name === 'id_token' && !withIdToken) &&
      !(name === 'expires_in' && !isLifetime(value)),
  );
  const mended = { ...(grants && { token_type: 'Bearer' }), ...Object.fromEntries(members) };
  return new Response(JSON.stringify(mended), {
    status: status === 200 && isError ? 400 : status,
    headers: [...kept.filter(([name]) => name !== 'content-type'), ['content-type', 'application/json']],
  });
}

function isLifetime(value: unknown): boolean {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0;
}

function membersIn(bytes: Uint8Array): Map<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return new Map<string, unknown>(Object.entries(value));
  } catch {
    return undefined;
  }
}
