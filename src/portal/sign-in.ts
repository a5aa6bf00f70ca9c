import {
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  validateAuthResponse,
} from 'oauth4webapi';
import { BlueButtonError } from '../errors/index.ts';
import { requireR4, type PortalDescription } from './description.ts';
import type { Http } from './http.ts';
import { openLoopback } from './loopback.ts';
import { oauthParts, tokenRequestOptions } from './oauth.ts';
import { oauthError } from './oauth-error.ts';
import { signInAgain } from './sign-in-command.ts';
import { patientOf, tokenSetOf, type TokenSet } from './token-set.ts';

export interface SignInOptions {
  clientId: string;
  scopes: string[];
  /** The port of the registered redirect address `http://127.0.0.1:PORT/callback`; any free one when absent. */
  redirectPort?: number | undefined;
  /** Told the address to open in a browser. */
  onAddress: (url: string) => void | Promise<void>;
  signal?: AbortSignal | undefined;
  /** How long to wait for the person; five minutes when absent. */
  timeoutSeconds?: number | undefined;
  now: () => Date;
}

/**
 * Signs a person in at a portal: standalone launch with authorization code and PKCE S256 (SMART App Launch 2.2 §2.0;
 * RFC 8252 loopback redirect; RFC 7636).
 *
 * @throws BlueButtonError `login-needed` when the person denied or did not answer, `interrupted` when `signal` fired,
 *   `temporary` when the portal cannot answer, `failed` when it refuses the client or the scopes.
 */
export async function signIn(
  http: Http,
  description: PortalDescription,
  options: SignInOptions,
): Promise<TokenSet> {
  requireR4(description);
  const { baseUrl } = description;
  const { host } = new URL(description.signIn.authorizationEndpoint);
  const { clientId, scopes, signal } = options;
  const { server, client, authentication } = oauthParts(description, clientId);
  const verifier = generateRandomCodeVerifier();
  const state = generateRandomState();
  const loopback = await openLoopback(options.redirectPort ?? 0, state);
  const secrets = [verifier, state];
  try {
    const address = new URL(description.signIn.authorizationEndpoint);
    const parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: loopback.redirectUri,
      scope: scopes.join(' '),
      state,
      aud: baseUrl,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
    await options.onAddress(address.href);

    const answer = await loopback.answer((options.timeoutSeconds ?? 300) * 1000, signal);
    secrets.push(...answer.getAll('code'));
    // Without an issuer from discovery there is nothing to compare RFC 9207's `iss` with.
    if (description.signIn.issuer === undefined) answer.delete('iss');
    const validated = validateAuthResponse(server, client, answer, state);
    const response = await authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      validated,
      loopback.redirectUri,
      verifier,
      tokenRequestOptions(http, signal),
    );
    const tokens = await processAuthorizationCodeResponse(server, client, response);
    return tokenSetOf(
      tokens,
      { baseUrl, clientId, scopesRequested: scopes, scopesGranted: scopes },
      options.now(),
    );
  } catch (thrown) {
    throw oauthError(thrown, host, 'sign-in', secrets);
  } finally {
    await loopback.close();
  }
}

/**
 * Renews an access token (RFC 6749 §6). Where the portal returns no new refresh token (Oracle Health) the old one
 * stays; where it rotates them (Medicare) the old one is dead from here on, so the caller keeps what is returned before
 * using it. The request is sent once, never repeated.
 *
 * @throws BlueButtonError `login-needed` when the portal refuses or there is nothing to renew with, `other-person` when
 *   it answers with another patient's access, `temporary` when it cannot answer.
 */
export async function refresh(
  http: Http,
  description: PortalDescription,
  tokens: TokenSet,
  { now, signal }: { now: () => Date; signal?: AbortSignal | undefined },
): Promise<TokenSet> {
  const { host } = new URL(description.baseUrl);
  const { refreshToken, clientId, patientId } = tokens;
  if (refreshToken === undefined || tokens.baseUrl !== description.baseUrl) {
    throw new BlueButtonError('login-needed', `The sign-in at ${host} has ended.`, {
      why:
        refreshToken === undefined
          ? 'The portal gave no way to renew it.'
          : `It was made for ${tokens.baseUrl}.`,
      try: signInAgain,
    });
  }
  const { server, client, authentication } = oauthParts(description, clientId);
  try {
    const options = tokenRequestOptions(http, signal);
    const response = await refreshTokenGrantRequest(server, client, authentication, refreshToken, options);
    const renewed = await processRefreshTokenResponse(server, client, response);
    const patient = patientOf(renewed);
    if (patientId !== undefined && patient !== undefined && patient !== patientId) {
      throw new BlueButtonError('other-person', `${host} renewed the sign-in for another patient.`, {
        why: 'The renewed access is for another record than the one signed in to; it is not used.',
        try: signInAgain,
      });
    }
    return tokenSetOf(renewed, tokens, now());
  } catch (thrown) {
    throw oauthError(thrown, host, 'renewal', [refreshToken, tokens.accessToken]);
  }
}
