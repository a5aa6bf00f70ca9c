import {
  allowInsecureRequests,
  customFetch,
  None,
  type AuthorizationServer,
  type Client,
  type ClientAuth,
} from 'oauth4webapi';
import type { PortalDescription } from './description.ts';
import type { Http } from './http.ts';

/** The parts oauth4webapi's calls take for one portal and one client. */
export interface OAuthParts {
  server: AuthorizationServer;
  client: Client;
  authentication: ClientAuth;
}

/** A public client: it proves itself by PKCE alone. */
export function oauthParts({ baseUrl, signIn }: PortalDescription, clientId: string): OAuthParts {
  const { issuer, authorizationEndpoint, tokenEndpoint } = signIn;
  return {
    server: {
      // SMART demands an issuer only together with OpenID Connect; oauth4webapi always wants one.
      issuer: issuer ?? baseUrl,
      authorization_endpoint: authorizationEndpoint,
      token_endpoint: tokenEndpoint,
    },
    client: { client_id: clientId },
    authentication: None(),
  };
}

/**
 * Sends oauth4webapi's token requests through our own client, which refuses unsafe addresses itself: so its own rule
 * (https always) is lifted, or no portal on this computer could be signed in to.
 */
export function tokenRequestOptions(http: Http, signal?: AbortSignal) {
  return {
    [allowInsecureRequests]: true,
    [customFetch]: async (
      url: string,
      { headers, body }: { headers: Record<string, string>; body: URLSearchParams },
    ): Promise<Response> => {
      const answer = await http.post(new URL(url), { headers, body: body.toString(), signal });
      const empty = answer.status === 204 || answer.status === 304 || answer.bytes.length === 0;
      return new Response(empty ? null : answer.bytes.slice(), {
        status: answer.status,
        headers: [...answer.headers],
      });
    },
  };
}
