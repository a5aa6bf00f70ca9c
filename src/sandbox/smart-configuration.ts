import type { JsonObject } from './json.ts';
import type { Portal } from './portal.ts';
import { supportedScopes } from './scopes.ts';

export const authorizePath = '/oauth/authorize';
export const tokenPath = '/oauth/token';
export const revokePath = '/oauth/revoke';

/** The answer of `.well-known/smart-configuration` (SMART App Launch 2.2 §conformance); no issuer, for no OpenID. */
export function smartConfiguration({ origin, types }: Portal): JsonObject {
  return {
    authorization_endpoint: origin + authorizePath,
    token_endpoint: origin + tokenPath,
    revocation_endpoint: origin + revokePath,
    token_endpoint_auth_methods_supported: ['none'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: supportedScopes([...types.keys()]),
    capabilities: [
      'launch-standalone',
      'client-public',
      'context-standalone-patient',
      'permission-patient',
      'permission-offline',
      'permission-v1',
      'permission-v2',
    ],
  };
}
