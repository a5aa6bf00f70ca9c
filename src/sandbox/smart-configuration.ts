import { without, type JsonObject } from './json.ts';
import type { Portal } from './portal.ts';
import { supportedScopes } from './scopes.ts';

/** The addresses of the endpoints, as discovery names them. */
export function endpointsOf({ origin, manners }: Pick<Portal, 'origin' | 'manners'>): {
  authorize: string;
  token: string;
  revoke: string;
} {
  const { authorize, token, revoke } = manners.paths;
  // Medicare's routes end in a slash; its discovery leaves it out of all but the token endpoint.
  const slash = manners.medicare === true ? '/' : '';
  return { authorize: origin + authorize, token: `${origin}${token}${slash}`, revoke: origin + revoke };
}

export const jwksPath = '/oauth/jwks';
export const registerPath = '/oauth/register';

/** The answer of `.well-known/smart-configuration` (SMART App Launch 2.2 §conformance). */
export function smartConfiguration(portal: Portal): JsonObject {
  const { origin, manners, types } = portal;
  const { authorize, token, revoke } = endpointsOf(portal);
  const { words } = manners.scopes;
  return {
    ...(manners.openid && {
      issuer: origin,
      jwks_uri: origin + jwksPath,
      authorization_response_iss_parameter_supported: true,
    }),
    authorization_endpoint: authorize,
    token_endpoint: token,
    revocation_endpoint: revoke,
    ...(manners.registration && { registration_endpoint: origin + registerPath }),
    token_endpoint_auth_methods_supported: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ],
    token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: supportedScopes(manners.scopes, [...types.keys()]),
    capabilities: [
      'launch-standalone',
      'client-public',
      'client-confidential-symmetric',
      'client-confidential-asymmetric',
      ...(manners.openid ? ['sso-openid-connect'] : []),
      'context-standalone-patient',
      'permission-patient',
      'permission-offline',
      ...(words.includes('read') ? ['permission-v1'] : []),
      ...(words.includes('rs') ? ['permission-v2'] : []),
    ],
  };
}

/** The answer of `.well-known/openid-configuration` (OpenID Connect Discovery 1.0 §3). */
export function openidConfiguration(portal: Portal): JsonObject {
  return {
    ...without(smartConfiguration(portal), 'capabilities'),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce', 'fhirUser'],
  };
}
