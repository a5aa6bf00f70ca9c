import type { JWK } from 'jose';
import * as v from 'valibot';
import { BlueButtonError } from '../errors/index.ts';
import { clientKeysName, replaceLost, type SecretStore } from './secret-store.ts';

/** The algorithms every SMART server must take one of (SMART App Launch 2.2 §5.1, asymmetric client authentication). */
export const clientKeyAlgorithms = ['ES384', 'RS384'] as const;

export type ClientKeyAlgorithm = (typeof clientKeyAlgorithms)[number];

const keySchema = v.object({
  /** Thumbprint of the public key (RFC 7638, SHA-256). */
  kid: v.string(),
  alg: v.picklist(clientKeyAlgorithms),
  /** Instant, ISO 8601 in UTC. */
  created: v.string(),
  /** The private key (RFC 7517). Secret. */
  jwk: v.variant('kty', [
    v.object({ kty: v.literal('EC'), crv: v.string(), x: v.string(), y: v.string(), d: v.string() }),
    v.object({
      kty: v.literal('RSA'),
      n: v.string(),
      e: v.string(),
      d: v.string(),
      p: v.string(),
      q: v.string(),
      dp: v.string(),
      dq: v.string(),
      qi: v.string(),
    }),
  ]),
});

const fileSchema = v.object({ schema: v.literal('bluebutton/client-keys/1'), keys: v.array(keySchema) });

/** A key this client proves itself with. Secret. */
export type ClientKey = v.InferOutput<typeof keySchema>;

/**
 * The keys of this client, the newest last; none when none was made.
 *
 * @throws BlueButtonError `failed` when what is kept is no list of keys; what `SecretStore.read` does.
 */
export async function readClientKeys(store: SecretStore): Promise<ClientKey[]> {
  const text = await store.read(clientKeysName);
  if (text === undefined) return [];
  try {
    return v.parse(fileSchema, JSON.parse(text)).keys;
  } catch {
    throw new BlueButtonError('failed', 'The keys of this client cannot be read.', {
      why: `What is kept for them (${store.kind}) does not hold keys.`,
      try: replaceLost(clientKeysName, store.kind),
    });
  }
}

/**
 * The key to sign in with (`private_key_jwt`, RFC 7523): the newest of those with one of the algorithms, if any are named.
 * `privateKey` is ready for jose's `importJWK(privateKey, alg)`.
 *
 * @returns undefined when there is none.
 * @throws BlueButtonError as `readClientKeys`.
 */
export async function readClientKey(
  store: SecretStore,
  algorithms: readonly string[] = clientKeyAlgorithms,
): Promise<{ kid: string; alg: ClientKeyAlgorithm; privateKey: JWK } | undefined> {
  const key = (await readClientKeys(store)).findLast(({ alg }) => algorithms.includes(alg));
  return key && { kid: key.kid, alg: key.alg, privateKey: { ...key.jwk, kid: key.kid, alg: key.alg } };
}

/** Makes a key and keeps it beside those there are. Returns when it is safe on the disk. */
export async function addClientKey(
  store: SecretStore,
  alg: ClientKeyAlgorithm,
  now: Date,
): Promise<ClientKey> {
  const { jwk, kid } = await newKey(alg);
  const key = v.parse(keySchema, { kid, alg, created: now.toISOString(), jwk });
  await writeClientKeys(store, [...(await readClientKeys(store)), key]);
  return key;
}

/** A private key and its thumbprint (RFC 7638), which begins with no hyphen: it is typed as a word of commands. */
async function newKey(alg: ClientKeyAlgorithm): Promise<{ jwk: JWK; kid: string }> {
  const { calculateJwkThumbprint, exportJWK, generateKeyPair } = await import('jose');
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 3072 });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return kid.startsWith('-') ? newKey(alg) : { jwk, kid };
}

/** Keeps these keys in place of all there were. */
export async function writeClientKeys(store: SecretStore, keys: readonly ClientKey[]): Promise<void> {
  if (keys.length === 0) return store.remove(clientKeysName);
  const text = JSON.stringify({ schema: 'bluebutton/client-keys/1', keys }, null, 2);
  return store.write(clientKeysName, `${text}\n`);
}

/** The public half of keys, to be registered with a portal: a JWK Set (RFC 7517 §5) as SMART wants it. */
export function publicKeySet(keys: readonly ClientKey[]): { keys: JWK[] } {
  return {
    keys: keys.map(({ kid, alg, jwk }) => ({
      ...(jwk.kty === 'EC'
        ? { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }
        : { kty: jwk.kty, n: jwk.n, e: jwk.e }),
      kid,
      alg,
      use: 'sig',
      key_ops: ['verify'],
    })),
  };
}
