import {
  getValidatedIdTokenClaims,
  validateApplicationLevelSignature,
  type AuthorizationServer,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import type { SignInDescription } from './description.ts';
import type { Http } from './http.ts';
import { keyRequestOptions } from './oauth.ts';

/** True when the portal tells enough to check an id_token: who signs it, and with which keys. */
export function canCheckIdToken({ issuer, jwksUri }: SignInDescription): boolean {
  return issuer !== undefined && jwksUri !== undefined;
}

/** True for a token endpoint's answer with an id_token in it; the answer can still be read. */
export async function holdsIdToken(response: Response): Promise<boolean> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return typeof body === 'object' && body !== null && 'id_token' in body;
}

/**
 * The `fhirUser` claim of an answer's id_token as `Type/id` (SMART App Launch 2.2 §4.1): the resource that stands for the
 * person signed in, who may be another than the patient. Issuer, audience, expiry and nonce were checked when the
 * answer was read; the signature is checked here.
 *
 * @throws the library's error when the signature is not one of the portal's keys.
 */
export async function fhirUserOf(
  server: AuthorizationServer,
  response: Response,
  answer: TokenEndpointResponse,
  http: Http,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const claims = getValidatedIdTokenClaims(answer);
  if (claims === undefined) return undefined;
  await validateApplicationLevelSignature(server, response, keyRequestOptions(http, signal));
  // SMART's earlier versions call it `profile`.
  const stated = claims['fhirUser'] ?? claims['profile'];
  return typeof stated === 'string' ? /([A-Z][A-Za-z]+\/[^/?#]+)$/.exec(stated)?.[1] : undefined;
}
