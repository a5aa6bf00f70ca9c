import { AuthorizationResponseError, ResponseBodyError, WWWAuthenticateChallengeError } from 'oauth4webapi';
import { BlueButtonError, type ErrorCode } from '../errors/index.ts';
import { signInAgain, signInCommand } from './sign-in-command.ts';

interface Translation {
  code: ErrorCode;
  message: (host: string) => string;
  try: string;
}

const noSuchClient: Translation = {
  code: 'failed',
  message: (host) => `${host} does not know this client id.`,
  try: 'check the client id and its redirect address in the portal’s developer pages; a new one may take hours to work',
};

/** OAuth error codes (RFC 6749 §4.1.2.1, §5.2) in a person's words. */
const translations: Record<string, Translation> = {
  access_denied: {
    code: 'login-needed',
    message: (host) => `Access was denied at ${host}.`,
    try: `sign in again and choose Allow: ${signInCommand}`,
  },
  invalid_grant: {
    code: 'login-needed',
    message: (host) => `${host} no longer accepts this sign-in.`,
    try: signInAgain,
  },
  invalid_client: noSuchClient,
  unauthorized_client: noSuchClient,
  invalid_scope: {
    code: 'failed',
    message: (host) => `${host} refuses the kinds of access asked for.`,
    try: 'ask for fewer scopes, only those the client id is registered for',
  },
  temporarily_unavailable: {
    code: 'temporary',
    message: (host) => `${host} cannot sign anybody in just now.`,
    try: 'try again later',
  },
};

/**
 * What a failed sign-in or renewal means. `step` decides where a code alone does not: a renewal that is refused, in
 * whatever words, needs a new sign-in (servers answer a dead refresh token with invalid_grant, invalid_request or none).
 * The library's own error is not passed on as cause: it holds codes and tokens.
 *
 * @param secrets - texts that must not appear in what is shown, wherever the server may have put them.
 */
export function oauthError(
  thrown: unknown,
  host: string,
  step: 'sign-in' | 'renewal',
  secrets: readonly string[],
): BlueButtonError {
  if (thrown instanceof BlueButtonError) return thrown;
  const { error, status, description } = partsOf(thrown);
  // A 401 to a first token request is about the client (RFC 6749 §5.2), whether or not it says so.
  const known = translations[error ?? (step === 'sign-in' && status === 401 ? 'invalid_client' : '')];
  const why = words(error, status, description, secrets);
  if (known !== undefined)
    return new BlueButtonError(known.code, known.message(host), { why, try: known.try });
  if (status !== undefined && (status >= 500 || status === 429)) {
    const message = `${host} could not answer the sign-in (${status}).`;
    return new BlueButtonError('temporary', message, { why, try: 'try again later' });
  }
  if (step === 'renewal' && status !== undefined && status >= 400) {
    return new BlueButtonError('login-needed', `${host} no longer accepts this sign-in.`, {
      why,
      try: signInAgain,
    });
  }
  return new BlueButtonError('failed', `The sign-in at ${host} did not work.`, { why, try: signInAgain });
}

interface Parts {
  error?: string | undefined;
  status?: number | undefined;
  description?: string | undefined;
}

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
  if (thrown instanceof Error && thrown.cause instanceof Response) return { status: thrown.cause.status };
  return { description: thrown instanceof Error ? thrown.message : undefined };
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
