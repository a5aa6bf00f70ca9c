import type { JSONWebKeySet } from 'jose';
import * as v from 'valibot';

/** The members of a public RSA or EC key (RFC 7518 §6); private ones are left behind. */
const member = v.exactOptional(v.string());
const schema = v.object({
  keys: v.pipe(
    v.array(
      v.object({
        kty: v.string(),
        kid: member,
        alg: member,
        crv: member,
        x: member,
        y: member,
        n: member,
        e: member,
      }),
    ),
    v.minLength(1),
  ),
});

/** The JWK Set (RFC 7517 §5) of public keys that a value, or a text of JSON, is; undefined when it is none. */
export function readKeys(found: unknown): JSONWebKeySet | undefined {
  const parsed = v.safeParse(schema, typeof found === 'string' ? parsedJson(found) : found);
  return parsed.success ? parsed.output : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
