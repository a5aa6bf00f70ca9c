/** What becomes of the client under a fault of the practice portal. */
export interface Row {
  fault: string;
  /** `works`, or the code of the error. */
  ends: string;
  /** What the error says. */
  says?: RegExp;
  /** What comes to the token endpoint, each with its status. */
  asks: readonly string[];
  /** Members of the tokens where it works; undefined where there is none. */
  tokens?: Readonly<Record<string, unknown>>;
}

const code = (status: number): string[] => [`authorization_code ${status}`];
const signedIn = code(200);

/** Faults of discovery: discovering, then signing in. */
export const discoveryRows: readonly Row[] = [
  { fault: 'discovery-404', ends: 'works', asks: signedIn },
  { fault: 'discovery-html', ends: 'failed', says: /not JSON/, asks: [] },
  { fault: 'discovery-redirect-301', ends: 'works', asks: signedIn },
  { fault: 'discovery-redirect-302', ends: 'works', asks: signedIn },
  { fault: 'discovery-redirect-307', ends: 'works', asks: signedIn },
  { fault: 'discovery-redirect-308', ends: 'works', asks: signedIn },
  { fault: 'discovery-redirect-http-other-origin', ends: 'failed', says: /redirects to/, asks: [] },
  { fault: 'discovery-no-s256', ends: 'failed', says: /S256 is not among them/, asks: [] },
  { fault: 'discovery-no-methods', ends: 'works', asks: signedIn },
  { fault: 'discovery-missing-token-endpoint', ends: 'failed', says: /token_endpoint/, asks: [] },
  { fault: 'discovery-relative-endpoints', ends: 'works', asks: signedIn },
  { fault: 'discovery-foreign-endpoint', ends: 'failed', says: /not a safe address/, asks: [] },
  { fault: 'discovery-issuer-mismatch', ends: 'failed', says: /another server/, asks: [] },
  { fault: 'discovery-bare', ends: 'works', asks: signedIn },
];

/** Faults of the answer that the browser brings. */
export const answerRows: readonly Row[] = [
  { fault: 'authorize-wrong-state', ends: 'login-needed', says: /belongs to another sign-in/, asks: [] },
  { fault: 'authorize-no-state', ends: 'login-needed', says: /belongs to another sign-in/, asks: [] },
  { fault: 'authorize-duplicate-state', ends: 'login-needed', says: /belongs to another sign-in/, asks: [] },
  { fault: 'authorize-wrong-iss', ends: 'failed', says: /another server/, asks: [] },
  { fault: 'authorize-denied', ends: 'login-needed', says: /denied/, asks: [] },
  { fault: 'authorize-no-redirect', ends: 'login-needed', says: /never came back/, asks: [] },
  { fault: 'authorize-fragment', ends: 'login-needed', says: /another sign-in/, asks: [] },
  { fault: 'authorize-huge', ends: 'works', asks: signedIn },
];

/** Faults of the token endpoint, when the code is exchanged. */
export const signInRows: readonly Row[] = [
  { fault: 'token-429', ends: 'temporary', asks: code(429) },
  { fault: 'token-500', ends: 'temporary', asks: code(500) },
  { fault: 'token-html-error', ends: 'temporary', says: /502/, asks: code(502) },
  { fault: 'token-200-error', ends: 'login-needed', says: /No longer valid/, asks: code(200) },
  { fault: 'token-error-text', ends: 'failed', says: /400/, asks: code(400) },
  { fault: 'token-error-escapes', ends: 'login-needed', says: /The session bluebutton/, asks: code(400) },
  { fault: 'token-redirect-301', ends: 'failed', says: /301/, asks: code(301) },
  { fault: 'token-no-expires', ends: 'works', asks: signedIn, tokens: { expires: undefined } },
  { fault: 'token-expires-string', ends: 'works', asks: signedIn, tokens: { expires: 'in an hour' } },
  { fault: 'token-expires-zero', ends: 'works', asks: signedIn, tokens: { expires: undefined } },
  { fault: 'token-expires-negative', ends: 'works', asks: signedIn, tokens: { expires: undefined } },
  { fault: 'token-expires-huge', ends: 'works', asks: signedIn, tokens: { expires: undefined } },
  { fault: 'token-type-missing', ends: 'works', asks: signedIn },
  { fault: 'token-type-lowercase', ends: 'works', asks: signedIn },
  { fault: 'token-type-mac', ends: 'failed', says: /token_type/, asks: signedIn },
  { fault: 'token-no-patient', ends: 'works', asks: signedIn, tokens: { patientId: undefined } },
  { fault: 'token-no-scope', ends: 'works', asks: signedIn, tokens: { scopesGranted: 'as asked' } },
  { fault: 'token-no-refresh', ends: 'works', asks: signedIn, tokens: { refreshToken: undefined } },
  { fault: 'id-token-missing', ends: 'works', asks: signedIn, tokens: { fhirUser: undefined } },
  { fault: 'id-token-bad-signature', ends: 'failed', says: /not signed as it should/, asks: signedIn },
  { fault: 'id-token-wrong-aud', ends: 'failed', says: /somebody else/, asks: signedIn },
  { fault: 'id-token-wrong-iss', ends: 'failed', says: /somebody else/, asks: signedIn },
  { fault: 'id-token-wrong-nonce', ends: 'failed', says: /another sign-in/, asks: signedIn },
  { fault: 'id-token-alg-none', ends: 'failed', says: /not signed as it should/, asks: signedIn },
  { fault: 'id-token-expired', ends: 'failed', says: /out of date/, asks: signedIn },
  { fault: 'id-token-relative-user', ends: 'works', asks: signedIn, tokens: { fhirUser: 'Patient/ann' } },
];

/** Faults of a client that proves itself with a key, when the code is exchanged. */
export const keyRows: readonly Row[] = [
  { fault: 'jwt-replay-refused-on-retry', ends: 'temporary', asks: code(503) },
  { fault: 'jwt-kid-unknown', ends: 'failed', says: /The key is not registered/, asks: code(400) },
];

const refused = (status: number): string[] => [`refresh_token ${status}`];
const renewed = refused(200);

/** Faults of the token endpoint, when access is renewed. */
export const renewalRows: readonly Row[] = [
  { fault: 'token-429', ends: 'temporary', asks: refused(429) },
  { fault: 'token-500', ends: 'temporary', asks: refused(500) },
  { fault: 'token-html-error', ends: 'temporary', says: /502/, asks: refused(502) },
  { fault: 'token-200-error', ends: 'login-needed', says: /No longer valid/, asks: refused(200) },
  { fault: 'token-error-text', ends: 'login-needed', asks: refused(400) },
  { fault: 'token-error-escapes', ends: 'login-needed', says: /The session bluebutton/, asks: refused(400) },
  { fault: 'token-redirect-301', ends: 'failed', says: /301/, asks: refused(301) },
  { fault: 'token-no-expires', ends: 'works', asks: renewed, tokens: { expires: undefined } },
  { fault: 'token-expires-string', ends: 'works', asks: renewed, tokens: { expires: 'in an hour' } },
  { fault: 'token-expires-zero', ends: 'works', asks: renewed, tokens: { expires: undefined } },
  { fault: 'token-expires-negative', ends: 'works', asks: renewed, tokens: { expires: undefined } },
  { fault: 'token-expires-huge', ends: 'works', asks: renewed, tokens: { expires: undefined } },
  { fault: 'token-type-missing', ends: 'works', asks: renewed },
  { fault: 'token-type-lowercase', ends: 'works', asks: renewed },
  { fault: 'token-type-mac', ends: 'failed', says: /token_type/, asks: renewed },
  { fault: 'token-no-patient', ends: 'works', asks: renewed, tokens: { patientId: 'ann' } },
  { fault: 'token-other-patient', ends: 'other-person', says: /another patient/, asks: renewed },
  { fault: 'token-no-scope', ends: 'works', asks: renewed, tokens: { scopesGranted: 'as asked' } },
  { fault: 'token-narrow-scope', ends: 'works', asks: renewed, tokens: { scopesLost: ['patient/*.rs'] } },
  { fault: 'token-no-refresh', ends: 'works', asks: renewed, tokens: { refreshToken: 'the old one' } },
  { fault: 'refresh-no-new-token', ends: 'works', asks: renewed, tokens: { refreshToken: 'the old one' } },
  { fault: 'refresh-response-lost', ends: 'temporary', asks: renewed },
  { fault: 'refresh-502-after-rotation', ends: 'temporary', says: /502/, asks: refused(502) },
  { fault: 'refresh-invalid-request', ends: 'login-needed', says: /not found/, asks: refused(400) },
  { fault: 'refresh-invalid-grant-bare', ends: 'login-needed', says: /invalid_grant/, asks: refused(400) },
  { fault: 'refresh-reuse-revokes', ends: 'works', asks: renewed },
];

/** Faults of access tokens, in mid-pull; how often it is renewed for a token that lives short depends on the pull. */
export const accessRows: readonly Row[] = [
  { fault: 'access-token-short', ends: 'works', asks: [] },
  { fault: 'access-token-dies-early', ends: 'works', asks: [] },
  { fault: 'expire-now', ends: 'works', asks: renewed },
  { fault: 'always-401', ends: 'login-needed', says: /no longer accepts/, asks: renewed },
];

/** Faults that a test of their own is about. */
export const otherFaults: readonly string[] = ['dcr-refused', 'revoke-redirect-301', 'revoke-500-after'];

/** The names of all faults that are in a table. */
export const testedFaults: readonly string[] = [
  ...[discoveryRows, answerRows, signInRows, keyRows, renewalRows, accessRows]
    .flat()
    .map(({ fault }) => fault),
  ...otherFaults,
];
