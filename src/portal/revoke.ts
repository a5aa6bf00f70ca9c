import { revocationRequest, processRevocationResponse } from 'oauth4webapi';
import type { PortalDescription } from './description.ts';
import type { Http } from './http.ts';
import { oauthParts, tokenRequestOptions, type ClientProof } from './oauth.ts';
import { oauthError } from './oauth-error.ts';
import type { TokenSet } from './token-set.ts';
import { vendorOf } from './vendors.ts';

/** `revoked`: the portal confirmed it. `not-offered`: it names no address for it. */
export type Revocation = 'revoked' | 'not-offered';

/**
 * Ends a sign-in at the portal (RFC 7009): the refresh token, which takes the access along where the portal holds to
 * the RFC, and then the access token for those that do not.
 *
 * @throws BlueButtonError `temporary` when the portal cannot answer, `failed` when it refuses.
 */
export async function revoke(
  http: Http,
  description: PortalDescription,
  tokens: TokenSet,
  { proof, signal }: { proof?: ClientProof | undefined; signal?: AbortSignal | undefined },
): Promise<Revocation> {
  if (description.signIn.revocationEndpoint === undefined) return 'not-offered';
  const { host } = new URL(description.baseUrl);
  const vendor = vendorOf(description);
  const { accessToken, refreshToken, clientSecret, clientId } = tokens;
  const end = async (token: string, hint: string): Promise<void> => {
    const { server, client, authentication } = await oauthParts(description, clientId, proof);
    const response = await revocationRequest(server, client, authentication, token, {
      ...tokenRequestOptions(http, { signal, slash: true }),
      additionalParameters: { token_type_hint: hint },
    });
    await processRevocationResponse(response);
  };
  try {
    if (refreshToken === undefined) {
      await end(accessToken, 'access_token');
    } else {
      await end(refreshToken, 'refresh_token');
      // The sign-in has ended by now; some portals answer the rest with an error.
      await end(accessToken, 'access_token').catch(() => undefined);
    }
  } catch (thrown) {
    const secrets = [accessToken, refreshToken ?? '', clientSecret ?? ''].filter((text) => text !== '');
    throw oauthError(thrown, { host, step: 'revocation', secrets, vendor, proof: proof?.kind });
  }
  return 'revoked';
}
