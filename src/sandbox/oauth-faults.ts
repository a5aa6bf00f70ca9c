import type { Fault } from './fault-switches.ts';

const once = 1;

/** Name, what the portal does, and how often where that is not every time. */
const rows: readonly (readonly [name: string, what: string, times?: number])[] = [
  ['discovery-404', 'smart-configuration is not there; metadata still says where to sign in'],
  ['discovery-html', 'smart-configuration is a web page with status 200'],
  ['discovery-redirect-301', 'smart-configuration moved permanently, on this host'],
  ['discovery-redirect-302', 'smart-configuration is redirected by 302, on this host'],
  ['discovery-redirect-307', 'smart-configuration is redirected by 307, on this host'],
  ['discovery-redirect-308', 'smart-configuration moved permanently by 308, on this host'],
  ['discovery-redirect-http-other-origin', 'smart-configuration is redirected to plain http on another host'],
  ['discovery-no-s256', 'smart-configuration offers PKCE by plain alone'],
  ['discovery-no-methods', 'smart-configuration says nothing of PKCE'],
  ['discovery-missing-token-endpoint', 'smart-configuration names no token endpoint'],
  ['discovery-relative-endpoints', 'smart-configuration names its endpoints without the host'],
  ['discovery-foreign-endpoint', 'smart-configuration names a token endpoint on another host'],
  ['discovery-issuer-mismatch', 'smart-configuration names another issuer than signs and answers'],
  ['discovery-bare', 'smart-configuration has four members only'],

  ['dcr-refused', 'dynamic registration is refused without an initial token'],

  ['authorize-wrong-state', 'the answer to the app holds another state'],
  ['authorize-no-state', 'the answer to the app holds no state'],
  ['authorize-duplicate-state', 'the answer to the app holds two states'],
  ['authorize-wrong-iss', 'the answer to the app names another issuer'],
  ['authorize-denied', 'the answer is access_denied, whatever the person decides'],
  ['authorize-no-redirect', 'the page after the decision leads nowhere'],
  ['authorize-fragment', 'the answer to the app stands in the fragment'],
  ['authorize-huge', 'the answer to the app is 12 kB long'],

  ['token-429', 'the token endpoint is busy: 429 with Retry-After (once)', once],
  ['token-500', 'the token endpoint fails with 500 (once)', once],
  ['token-html-error', 'the token endpoint answers 502 with a web page'],
  ['token-200-error', 'the token endpoint answers an error with status 200'],
  ['token-error-text', 'the token endpoint answers an error as plain text'],
  ['token-error-escapes', 'the error description holds terminal escapes and line breaks'],
  ['token-redirect-301', 'the token endpoint is redirected by 301 to the path with a slash'],
  ['token-no-expires', 'the token answer has no expires_in'],
  ['token-expires-string', 'expires_in is a string'],
  ['token-expires-zero', 'expires_in is 0'],
  ['token-expires-negative', 'expires_in is negative'],
  ['token-expires-huge', 'expires_in is millions of years'],
  ['token-type-missing', 'the token answer has no token_type'],
  ['token-type-lowercase', 'token_type is bearer'],
  ['token-type-mac', 'token_type is mac'],
  ['token-no-patient', 'the token answer names no patient'],
  ['token-other-patient', 'a refresh names another patient'],
  ['token-no-scope', 'the token answer has no scope'],
  ['token-narrow-scope', 'a refresh grants less than before'],
  ['token-no-refresh', 'the token answer holds no refresh token'],

  ['refresh-no-new-token', 'a refresh gives no new refresh token; the old one stays good'],
  ['refresh-response-lost', 'a refresh rotates the token, then the connection breaks (once)', once],
  ['refresh-502-after-rotation', 'a refresh rotates the token, then answers 502 (once)', once],
  ['refresh-invalid-request', 'a refresh is answered invalid_request: Refresh token not found.'],
  ['refresh-invalid-grant-bare', 'a refresh is answered invalid_grant without a description'],
  ['refresh-reuse-revokes', 'a refresh token used twice ends the whole grant'],

  ['access-token-short', 'access tokens live three seconds, and expires_in says so'],
  ['access-token-dies-early', 'access tokens end after ten requests, whatever expires_in says'],
  ['expire-now', 'the access token of a FHIR request ends just then (once)', once],
  ['always-401', 'every FHIR request is answered 401, with a fresh token too'],

  ['id-token-missing', 'openid is granted and no id_token comes'],
  ['id-token-bad-signature', 'the signature of the id_token is wrong'],
  ['id-token-wrong-aud', 'the id_token is for another app'],
  ['id-token-wrong-iss', 'the id_token is of another issuer'],
  ['id-token-wrong-nonce', 'the id_token holds another nonce'],
  ['id-token-alg-none', 'the id_token is not signed'],
  ['id-token-expired', 'the id_token expired an hour ago'],
  ['id-token-relative-user', 'fhirUser is a relative address'],

  ['jwt-replay-refused-on-retry', 'a signed token request is noted, then answered 503 (once)', once],
  ['jwt-kid-unknown', 'the key of a client assertion is not known'],

  ['revoke-redirect-301', 'the revocation endpoint is redirected by 301 to the path with a slash'],
  ['revoke-500-after', 'the revocation endpoint revokes, then fails with 500'],
];

/** Misbehaviour of discovery, the authorization endpoint and the token endpoint. */
export const oauthFaults: readonly Fault[] = rows.map(([name, what, times]) => ({
  name,
  what,
  ...(times !== undefined && { times }),
}));
