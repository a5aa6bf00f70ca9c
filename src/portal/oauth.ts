import type { webcrypto } from 'node:crypto';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  modifyAssertion,
  None,
  PrivateKeyJwt,
  type AuthorizationServer,
  type Client,
  type ClientAuth,
} from 'oauth4webapi';
import type { PortalDescription } from './description.ts';
import type { Http } from './http.ts';
import { mendedTokenAnswer } from './token-answer.ts';

/** How a client proves to be the one its id was given to (SMART App Launch 2.2 §2.1.9, RFC 6749 §2.3, RFC 7523). */
export type ClientProof =
  | { kind: 'public' }
  /** `method` as the person set it; else as the portal declares, `basic` first. */
  | { kind: 'secret'; secret: string; method?: 'basic' | 'post' | undefined }
  /** A private key whose public part is registered under `kid`. */
  | { kind: 'key'; kid: string; alg: 'ES384' | 'RS384'; privateKey: webcrypto.JsonWebKey };

/** The parts oauth4webapi's calls take for one portal and one client. */
export interface OAuthParts {
  server: AuthorizationServer;
  client: Client;
  authentication: ClientAuth;
}

export async function oauthParts(
  { baseUrl, signIn }: PortalDescription,
  clientId: string,
  proof: ClientProof = { kind: 'public' },
): Promise<OAuthParts> {
  const { issuer, authorizationEndpoint, tokenEndpoint, revocationEndpoint, registrationEndpoint, jwksUri } =
    signIn;
  return {
    server: {
      // SMART demands an issuer only together with OpenID Connect; oauth4webapi always wants one.
      issuer: issuer ?? baseUrl,
      authorization_endpoint: authorizationEndpoint,
      token_endpoint: tokenEndpoint,
      ...(revocationEndpoint !== undefined && { revocation_endpoint: revocationEndpoint }),
      ...(registrationEndpoint !== undefined && { registration_endpoint: registrationEndpoint }),
      ...(jwksUri !== undefined && { jwks_uri: jwksUri }),
    },
    client: { client_id: clientId },
    authentication: await authenticationBy(proof, signIn),
  };
}

async function authenticationBy(
  proof: ClientProof,
  { authMethods = [], tokenEndpoint }: PortalDescription['signIn'],
): Promise<ClientAuth> {
  if (proof.kind === 'public') return None();
  if (proof.kind === 'secret') {
    const onlyPost =
      authMethods.includes('client_secret_post') && !authMethods.includes('client_secret_basic');
    return (proof.method ?? (onlyPost ? 'post' : 'basic')) === 'post'
      ? ClientSecretPost(proof.secret)
      : ClientSecretBasic(proof.secret);
  }
  const { kid, alg, privateKey } = proof;
  const algorithm =
    alg === 'ES384' ? { name: 'ECDSA', namedCurve: 'P-384' } : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' };
  const key = await crypto.subtle.importKey('jwk', privateKey, algorithm, false, ['sign']);
  return PrivateKeyJwt(
    { key, kid },
    {
      [modifyAssertion]: (header, payload) => {
        header['typ'] = 'JWT';
        // SMART App Launch 2.2 §5.1.4 names the token endpoint here, where RFC 7523 lets the issuer stand.
        payload['aud'] = tokenEndpoint;
      },
    },
  );
}

export interface TokenRequest {
  signal?: AbortSignal | undefined;
  /** Whether an id_token in the answer is wanted and can be checked; else it is left out unread. */
  withIdToken?: boolean;
  /**
   * Whether a redirection to the same address with a slash at the end is taken, the body again with it: Medicare names
   * its revocation endpoint without the slash it answers at.
   */
  slash?: boolean;
}

/**
 * Sends oauth4webapi's requests through our own client, which refuses unsafe addresses itself: so its own rule (https
 * always) is lifted, or no portal on this computer could be signed in to.
 *
 */
export function tokenRequestOptions(
  http: Http,
  { signal, withIdToken = false, slash = false }: TokenRequest = {},
) {
  return {
    [allowInsecureRequests]: true,
    [customFetch]: async (
      url: string,
      { headers, body }: { headers: Record<string, string>; body: URLSearchParams | string },
    ): Promise<Response> => {
      const answer = await http.post(new URL(url), {
        headers,
        body: body.toString(),
        signal,
        sameOriginSlash: slash,
      });
      return mendedTokenAnswer(answer, withIdToken);
    },
  };
}

/** As `tokenRequestOptions`, for the one GET there is: the keys that id_tokens are signed with. */
export function keyRequestOptions(http: Http, signal?: AbortSignal) {
  return {
    [allowInsecureRequests]: true,
    [customFetch]: async (url: string): Promise<Response> => {
      const { bytes, status, headers } = await http.get(new URL(url), { accept: 'application/json', signal });
      return new Response(bytes.slice(), { status, headers: [...headers] });
    },
  };
}
