import { processRefreshTokenResponse, refreshTokenGrantRequest } from 'oauth4webapi';
import { BlueButtonError } from '../errors/index.ts';
import type { PortalDescription } from './description.ts';
import type { Http } from './http.ts';
import { oauthParts, tokenRequestOptions, type ClientProof } from './oauth.ts';
import { oauthError } from './oauth-error.ts';
import { narrowed } from './scopes.ts';
import { signInAgain } from './sign-in-command.ts';
import { patientOf, tokenSetOf, type TokenSet } from './token-set.ts';
import { vendorOf } from './vendors.ts';

export interface RefreshOptions {
  proof?: ClientProof | undefined;
  now: () => Date;
  signal?: AbortSignal | undefined;
}

/**
 * Renews an access token (RFC 6749 §6). Where the portal returns no new refresh token (Oracle Health) the old one
 * stays; where it rotates them (Medicare) the old one is dead from here on, so the caller keeps what is returned before
 * using it. Each request is sent once, never repeated: a refresh token that has been seen twice can cost the whole
 * sign-in. Only when the present refresh token is refused, and the one before it is still kept because the present one
 * has never worked, is that one tried.
 *
 * @throws BlueButtonError `login-needed` when the portal refuses or there is nothing to renew with, `other-person` when
 *   it answers with another patient's access, `temporary` when it cannot answer.
 */
export async function refresh(
  http: Http,
  description: PortalDescription,
  tokens: TokenSet,
  options: RefreshOptions,
): Promise<TokenSet> {
  const { host } = new URL(description.baseUrl);
  const { refreshToken, previousRefreshToken } = tokens;
  if (refreshToken === undefined || tokens.baseUrl !== description.baseUrl) {
    throw new BlueButtonError('login-needed', `The sign-in at ${host} has ended.`, {
      why:
        refreshToken === undefined
          ? 'The portal gave no way to renew it.'
          : `It was made for ${tokens.baseUrl}.`,
      try: signInAgain,
    });
  }
  try {
    return await refreshWith(refreshToken, http, description, tokens, options);
  } catch (thrown) {
    const isRefused = thrown instanceof BlueButtonError && thrown.code === 'login-needed';
    if (!isRefused || previousRefreshToken === undefined || previousRefreshToken === refreshToken)
      throw thrown;
    try {
      return await refreshWith(previousRefreshToken, http, description, tokens, options);
    } catch (again) {
      // What the portal says of the present token is what counts.
      throw again instanceof BlueButtonError && again.code === 'login-needed' ? thrown : again;
    }
  }
}

async function refreshWith(
  refreshToken: string,
  http: Http,
  description: PortalDescription,
  tokens: TokenSet,
  { proof, now, signal }: RefreshOptions,
): Promise<TokenSet> {
  const { host } = new URL(description.baseUrl);
  const vendor = vendorOf(description);
  try {
    const { server, client, authentication } = await oauthParts(description, tokens.clientId, proof);
    const response = await refreshTokenGrantRequest(server, client, authentication, refreshToken, {
      ...tokenRequestOptions(http, { signal }),
      ...(vendor.refresh.wantsScope === true && {
        additionalParameters: { scope: tokens.scopesGranted.join(' ') },
      }),
    });
    const renewed = await processRefreshTokenResponse(server, client, response);
    const patient = patientOf(renewed);
    if (tokens.patientId !== undefined && patient !== undefined && patient !== tokens.patientId) {
      throw new BlueButtonError('other-person', `${host} renewed the sign-in for another patient.`, {
        why: 'The renewed access is for another record than the one signed in to; it is not used.',
        try: signInAgain,
      });
    }
    const { previousRefreshToken: _, scopesLost: lostBefore = [], ...unsaid } = tokens;
    const set = tokenSetOf(renewed, unsaid, now());
    const before = [...tokens.scopesGranted, ...lostBefore];
    const lost = narrowed(before, set.scopesGranted);
    const rotated = set.refreshToken !== undefined && set.refreshToken !== refreshToken;
    return {
      ...set,
      ...(rotated && { previousRefreshToken: refreshToken }),
      ...(lost.length > 0 && { scopesLost: lost }),
    };
  } catch (thrown) {
    throw oauthError(thrown, {
      host,
      step: 'renewal',
      secrets: [refreshToken, tokens.accessToken, tokens.clientSecret ?? ''].filter((text) => text !== ''),
      vendor,
      proof: proof?.kind,
    });
  }
}
