import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey, type JWK } from 'jose';
import type { Grant } from './grants.ts';
import type { JsonObject } from './json.ts';
import type { Portal } from './portal.ts';

/** RS256 is the one algorithm that every OpenID client knows (OpenID Connect Core §15.1). */
const alg = 'RS256';
const kid = 'practice';

/** The key that signs id_tokens: made when it is first needed, gone with the portal. */
export class SigningKey {
  #pair: Promise<{ privateKey: CryptoKey; publicKey: CryptoKey }> | undefined;

  async private(): Promise<CryptoKey> {
    return (await this.#made()).privateKey;
  }

  /** The JWK Set of `jwks_uri`. */
  async set(): Promise<JsonObject> {
    const { kty, n, e }: JWK = await exportJWK((await this.#made()).publicKey);
    return { keys: [{ kty, n, e, kid, alg, use: 'sig' }] };
  }

  #made(): Promise<{ privateKey: CryptoKey; publicKey: CryptoKey }> {
    return (this.#pair ??= generateKeyPair(alg));
  }
}

/**
 * The id_token of a grant (OpenID Connect Core §2; SMART App Launch 2.2 §3.2): who signed in, for which app. `fhirUser` is
 * the address of the patient, where `fhirUser` or `profile` is granted.
 */
export async function idToken(grant: Grant, portal: Portal): Promise<string> {
  const { faults, origin, baseUrl } = portal;
  const now = Math.floor(portal.now().getTime() / 1000);
  const named = grant.scopes.includes('fhirUser') || grant.scopes.includes('profile');
  const base = faults.strikes('id-token-relative-user') ? '' : `${baseUrl}/`;
  const nonce = faults.strikes('id-token-wrong-nonce') ? 'another-nonce' : grant.nonce;
  const expired = faults.strikes('id-token-expired');
  const claims = {
    iss: faults.strikes('id-token-wrong-iss') ? 'https://elsewhere.invalid' : origin,
    sub: grant.patient,
    aud: faults.strikes('id-token-wrong-aud') ? 'another-app' : grant.clientId,
    iat: expired ? now - 7200 : now,
    exp: expired ? now - 3600 : now + 300,
    ...(nonce !== undefined && { nonce }),
    ...(named && { fhirUser: `${base}Patient/${grant.patient}` }),
  };
  if (faults.strikes('id-token-alg-none')) return new UnsecuredJWT(claims).encode();
  const key = await portal.signingKey.private();
  const token = await new SignJWT(claims).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(key);
  if (!faults.strikes('id-token-bad-signature')) return token;
  const [header, payload] = token.split('.');
  return `${header}.${payload}.${Buffer.alloc(256, 1).toString('base64url')}`;
}
