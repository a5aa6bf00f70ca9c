import { dynamicClientRegistrationRequest, processDynamicClientRegistrationResponse } from 'oauth4webapi';
import { BlueButtonError } from '../errors/index.ts';
import type { PortalDescription } from './description.ts';
import type { Http } from './http.ts';
import { oauthParts, tokenRequestOptions } from './oauth.ts';
import { oauthError } from './oauth-error.ts';
import { vendorOf } from './vendors.ts';

/** A client the portal has registered. */
export interface RegisteredClient {
  clientId: string;
  /** Of a confidential client. */
  clientSecret?: string;
}

/**
 * Registers this tool at a portal that lets programs register themselves (RFC 7591), as a public client where the portal
 * takes those, else with a secret.
 *
 * @throws BlueButtonError `failed` when the portal does not offer it or refuses, `temporary` when it cannot answer.
 */
export async function registerClient(
  http: Http,
  description: PortalDescription,
  {
    redirectUri,
    scopes,
    signal,
  }: { redirectUri: string; scopes: string[]; signal?: AbortSignal | undefined },
): Promise<RegisteredClient> {
  const { host } = new URL(description.baseUrl);
  const { registrationEndpoint, authMethods = ['none'] } = description.signIn;
  if (registrationEndpoint === undefined) {
    throw new BlueButtonError('failed', `${host} does not let programs register themselves.`, {
      why: 'Its sign-in description names no address for it.',
      try: 'get a client id from its page for developers: bluebutton portals explain PORTAL',
    });
  }
  const method =
    ['none', 'client_secret_basic', 'client_secret_post'].find((one) => authMethods.includes(one)) ?? 'none';
  const secrets: string[] = [];
  try {
    const { server } = await oauthParts(description, '');
    const response = await dynamicClientRegistrationRequest(
      server,
      {
        client_name: 'bluebutton',
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: method,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        scope: scopes.join(' '),
      },
      tokenRequestOptions(http, { signal }),
    );
    const { client_id: clientId, client_secret: clientSecret } =
      await processDynamicClientRegistrationResponse(response);
    return { clientId, ...(typeof clientSecret === 'string' && clientSecret !== '' && { clientSecret }) };
  } catch (thrown) {
    throw oauthError(thrown, {
      host,
      step: 'registration',
      secrets,
      vendor: vendorOf(description),
      redirectUri,
    });
  }
}
