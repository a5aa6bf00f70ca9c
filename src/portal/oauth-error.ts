import { AuthorizationResponseError, ResponseBodyError, WWWAuthenticateChallengeError } from 'oauth4webapi';
import { BlueButtonError, type ErrorCode } from '../errors/index.ts';
import type { ClientProof } from './oauth.ts';
import { signInAgain, signInCommand } from './sign-in-command.ts';
import type { Vendor } from './vendors.ts';

/** What is known of the request that failed. */
export interface FailedRequest {
  host: string;
  /**
   * Decides where a code alone does not: a renewal that is refused, in whatever words, needs a new sign-in (servers
   * answer a dead refresh token with invalid_grant, invalid_request or none).
   */
  step: 'sign-in' | 'renewal' | 'registration' | 'revocation';
  /** Texts that must not appear in what is shown, wherever the server may have put them. */
  secrets: readonly string[];
  vendor?: Vendor | undefined;
  redirectUri?: string | undefined;
  proof?: ClientProof['kind'] | undefined;
}

interface Translation {
  code: ErrorCode;
  message: string;
  /** What it usually comes from. */
  causes: string[];
  try: string;
}

const explain = 'bluebutton portals explain PORTAL, to see what has to be registered';

/** OAuth error codes (RFC 6749 §4.1.2.1, §5.2; RFC 7591 §3.2.2) in a person's words, with their likely causes. */
function translationOf(
  error: string,
  { host, step, vendor, redirectUri, proof }: FailedRequest,
): Translation | undefined {
  const redirect =
    redirectUri === undefined
      ? []
      : [`The redirect address is not registered exactly as it was sent: ${redirectUri}`];
  switch (error) {
    case 'access_denied':
      return {
        code: 'login-needed',
        message: `Access was denied at ${host}.`,
        causes: [],
        try: `sign in again and choose Allow: ${signInCommand}`,
      };
    case 'invalid_grant':
      return step === 'sign-in'
        ? {
            code: 'login-needed',
            message: `${host} did not accept the answer of its own sign-in page.`,
            causes: ['The answer came too late, or was used before.', ...redirect],
            try: signInAgain,
          }
        : {
            code: 'login-needed',
            message: `${host} no longer accepts this sign-in.`,
            causes: lapsed(vendor),
            try: signInAgain,
          };
    case 'invalid_client':
    case 'unauthorized_client':
      return {
        code: 'failed',
        message:
          proof === undefined || proof === 'public'
            ? `${host} does not know this client id.`
            : `${host} does not accept this client.`,
        causes: [
          vendor?.signIn.newClientTakes === undefined
            ? 'The client id is mistyped, of another environment (sandbox, production), or not active yet.'
            : `A new client id takes ${vendor.signIn.newClientTakes} to work at ${vendor.name}.`,
          ...clientCauses(proof, vendor),
          ...redirect,
        ],
        try: explain,
      };
    case 'invalid_scope':
      return {
        code: 'failed',
        message: `${host} refuses the kinds of access asked for.`,
        causes: ['The client id is not registered for some of them, or the portal takes no wildcard.'],
        try: 'ask for fewer scopes, only those the client id is registered for: bluebutton portals add NAME URL --scope SCOPES',
      };
    case 'invalid_redirect_uri':
    case 'redirect_uri_mismatch':
      return {
        code: 'failed',
        message: `${host} does not take the redirect address.`,
        causes: redirect,
        try: `register that very address, or sign in with --redirect-port and the port that is registered: ${signInCommand}`,
      };
    case 'temporarily_unavailable':
    case 'server_error':
      return {
        code: 'temporary',
        message: `${host} cannot sign anybody in just now.`,
        causes: [],
        try: 'try again later',
      };
    default:
      return undefined;
  }
}

function clientCauses(proof: ClientProof['kind'] | undefined, vendor: Vendor | undefined): string[] {
  if (proof === 'secret')
    return ['The secret is wrong, or is expected another way (--auth basic or --auth post).'];
  if (proof === 'key')
    return ['The key is not registered, or the portal cannot reach where it was registered.'];
  return vendor === undefined || vendor.signIn.clients.includes('public')
    ? []
    : [`${vendor.name} gives client ids only together with a secret: sign in with --client-secret-file.`];
}

function lapsed(vendor: Vendor | undefined): string[] {
  const { grantDays, idleDays, token } = vendor?.refresh ?? {};
  return [
    ...(grantDays === undefined ? [] : [`At ${vendor?.name} a sign-in lasts ${grantDays} days.`]),
    ...(idleDays === undefined
      ? []
      : [`At ${vendor?.name} a sign-in ends after ${idleDays} days in which it was not used.`]),
    ...(token === 'rotates'
      ? ['Each renewal is good once: a copy of it used elsewhere, or a renewal cut off half-way, ends it.']
      : []),
  ];
}

/**
 * What a failed sign-in, renewal, registration or revocation means. The library's own error is not passed on as cause:
 * it holds codes and tokens.
 */
export function oauthError(thrown: unknown, request: FailedRequest): BlueButtonError {
  if (thrown instanceof BlueButtonError) return thrown;
  const { host, step, secrets } = request;
  const { error, status, description, check } = partsOf(thrown);
  // A 401 to a first token request is about the client (RFC 6749 §5.2), whether or not it says so.
  const known = translationOf(
    error ?? (step === 'sign-in' && status === 401 ? 'invalid_client' : ''),
    request,
  );
  const why = words(error, status, description, secrets);
  if (known !== undefined) {
    const causes =
      known.causes.length === 0 ? [] : ['Likely causes:', ...known.causes.map((it) => `- ${it}`)];
    return new BlueButtonError(known.code, known.message, {
      why: [why, ...causes].join('\n'),
      try: known.try,
    });
  }
  if (check !== undefined) {
    return new BlueButtonError('failed', `The answer of ${host} cannot be trusted.`, {
      why: `${check} Nothing of it was kept.`,
      try: `${signInAgain}; if it stays, tell the support of the portal`,
    });
  }
  if (status !== undefined && (status >= 500 || status === 429)) {
    const message = `${host} could not answer the sign-in (${status}).`;
    return new BlueButtonError('temporary', message, { why, try: 'try again later' });
  }
  if (step === 'renewal' && status !== undefined && status >= 400) {
    const causes = lapsed(request.vendor).map((it) => `- ${it}`);
    return new BlueButtonError('login-needed', `${host} no longer accepts this sign-in.`, {
      why: [why, ...causes].join('\n'),
      try: signInAgain,
    });
  }
  return new BlueButtonError('failed', `The ${nameOf[step]} at ${host} did not work.`, {
    why,
    try: signInAgain,
  });
}

const nameOf = {
  'sign-in': 'sign-in',
  renewal: 'sign-in',
  registration: 'registration',
  revocation: 'sign-out',
} as const;

interface Parts {
  error?: string | undefined;
  status?: number | undefined;
  description?: string | undefined;
  /** Which check the answer failed, in a sentence. */
  check?: string | undefined;
}

/** The library's codes for an answer that is well formed and wrong. */
const checks: Record<string, string> = {
  OAUTH_JWT_CLAIM_COMPARISON_FAILED: 'Its id_token is made for somebody else, or for another sign-in.',
  OAUTH_JWT_TIMESTAMP_CHECK_FAILED: 'Its id_token is out of date, or the clock of this computer is wrong.',
  OAUTH_KEY_SELECTION_FAILED: 'Its id_token is signed with a key that is not among the portal’s.',
};

/** The same, where the library tells it in words only. */
const sentences: readonly (readonly [RegExp, string])[] = [
  [/"iss" \(issuer\) response parameter/, 'It names another server as the one that answers (RFC 9207).'],
  [/signature|JWT|JWS|ID Token|alg/, 'Its id_token is not signed as it should be.'],
];

function partsOf(thrown: unknown): Parts {
  if (thrown instanceof ResponseBodyError) {
    return { error: thrown.error, status: thrown.status, description: thrown.error_description };
  }
  if (thrown instanceof AuthorizationResponseError) {
    return { error: thrown.error, description: thrown.error_description };
  }
  if (thrown instanceof WWWAuthenticateChallengeError) {
    const challenge = thrown.cause.find(({ parameters }) => parameters.error !== undefined)?.parameters;
    return { error: challenge?.error, status: thrown.status, description: challenge?.error_description };
  }
  if (!(thrown instanceof Error)) return {};
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  const known = checks[code] ?? sentences.find(([pattern]) => pattern.test(thrown.message))?.[1];
  if (thrown.cause instanceof Response) return { status: thrown.cause.status };
  return { description: thrown.message, check: known };
}

function words(
  error: string | undefined,
  status: number | undefined,
  description: string | undefined,
  secrets: readonly string[],
): string {
  const said = [error, description]
    .filter((text) => text !== undefined && text !== '' && !secrets.some((secret) => text.includes(secret)))
    .map((text) => printable(text ?? ''));
  if (said.length > 0) return `It says: ${said.join(': ')}`;
  return status === undefined ? 'It does not say why.' : `It answered ${status}.`;
}

/** A server's words on one line, without characters that could steer a terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 200);
}
