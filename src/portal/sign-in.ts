import {
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  processAuthorizationCodeResponse,
  validateAuthResponse,
} from 'oauth4webapi';
import type { PortalDescription } from './description.ts';
import type { Http } from './http.ts';
import { canCheckIdToken, fhirUserOf, holdsIdToken } from './id-token.ts';
import { oauthParts, tokenRequestOptions, type ClientProof } from './oauth.ts';
import { oauthError } from './oauth-error.ts';
import { openRedirect } from './authorization-answer.ts';
import { tokenSetOf, type TokenSet } from './token-set.ts';
import { vendorOf } from './vendors.ts';

export interface SignInOptions {
  clientId: string;
  proof?: ClientProof | undefined;
  scopes: string[];
  /** The port of the registered redirect address `http://127.0.0.1:PORT/callback`; any free one when absent. */
  redirectPort?: number | undefined;
  /** The registered redirect address where it is not on this computer: then the answer can only be pasted. */
  redirectUri?: string | undefined;
  /** Told the address to open in a browser, and the redirect address it leads back to. */
  onAddress: (url: string, redirectUri: string) => void | Promise<void>;
  /** The address the browser ended at, pasted by the person; undefined when nobody is there to paste. */
  paste?: ((signal: AbortSignal) => Promise<string | undefined>) | undefined;
  signal?: AbortSignal | undefined;
  /** How long to wait for the person; five minutes when absent. */
  timeoutSeconds?: number | undefined;
  now: () => Date;
}

/**
 * Signs a person in at a portal: standalone launch with authorization code and PKCE S256 (SMART App Launch 2.2 §2.0;
 * RFC 8252 loopback redirect; RFC 7636; RFC 9207 `iss`; OpenID Connect Core §3.1.3.7 where the
 * answer holds an id_token that was asked for).
 *
 * @throws BlueButtonError `login-needed` when the person denied or did not answer, `interrupted` when `signal` fired,
 *   `temporary` when the portal cannot answer, `failed` when it refuses the client or the scopes, or when its answer
 *   cannot be trusted.
 */
export async function signIn(
  http: Http,
  description: PortalDescription,
  options: SignInOptions,
): Promise<TokenSet> {
  const { baseUrl } = description;
  const { host } = new URL(description.signIn.authorizationEndpoint);
  const { clientId, proof, scopes, signal } = options;
  const { server, client, authentication } = await oauthParts(description, clientId, proof);
  const withIdToken = scopes.includes('openid') && canCheckIdToken(description.signIn);
  const verifier = generateRandomCodeVerifier();
  const state = generateRandomState();
  const nonce = withIdToken ? generateRandomNonce() : undefined;
  const redirect = await openRedirect(options.redirectUri, options.redirectPort ?? 0, state);
  const secrets = [verifier, state, ...(proof?.kind === 'secret' ? [proof.secret] : [])];
  try {
    const address = new URL(description.signIn.authorizationEndpoint);
    const parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirect.uri,
      scope: scopes.join(' '),
      state,
      aud: baseUrl,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(nonce !== undefined && { nonce }),
    };
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
    await options.onAddress(address.href, redirect.uri);

    const answer = await redirect.answer((options.timeoutSeconds ?? 300) * 1000, options.paste, signal);
    secrets.push(...answer.getAll('code'));
    // Without an issuer from discovery there is nothing to compare RFC 9207's `iss` with.
    if (description.signIn.issuer === undefined) answer.delete('iss');
    const validated = validateAuthResponse(server, client, answer, state);
    const response = await authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      validated,
      redirect.uri,
      verifier,
      tokenRequestOptions(http, { signal, withIdToken }),
    );
    // Whoever is not granted `openid` gets no id_token, and some portals (Medicare) grant it and send none all the same.
    const identified = nonce !== undefined && (await holdsIdToken(response));
    const tokens = await processAuthorizationCodeResponse(server, client, response, {
      ...(identified && { expectedNonce: nonce }),
    });
    const fhirUser = await fhirUserOf(server, response, tokens, http, signal);
    return tokenSetOf(
      tokens,
      {
        baseUrl,
        clientId,
        scopesRequested: scopes,
        scopesGranted: scopes,
        signedIn: options.now().toISOString(),
        fhirUser,
        clientSecret: proof?.kind === 'secret' ? proof.secret : undefined,
      },
      options.now(),
    );
  } catch (thrown) {
    throw oauthError(thrown, {
      host,
      step: 'sign-in',
      secrets,
      vendor: vendorOf(description),
      redirectUri: redirect.uri,
      proof: proof?.kind,
    });
  } finally {
    await redirect.close();
  }
}
