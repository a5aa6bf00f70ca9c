import type { Asked } from './asked.ts';
import { authenticated } from './client-authentication.ts';
import type { Tokens } from './grants.ts';
import { idToken } from './id-token.ts';
import type { JsonObject } from './json.ts';
import { medicareRevokeError, medicareTokenError } from './medicare.ts';
import { OAuthRefusal, optional, required } from './oauth-refusal.ts';
import type { Portal } from './portal.ts';
import { jsonReply, type Reply } from './reply.ts';
import {
  afterTokens,
  changedAnswer,
  htmlReply,
  insteadOfRevoking,
  insteadOfTokens,
  unavailable,
} from './token-faults.ts';

/**
 * The token endpoint (RFC 6749 §3.2): `authorization_code` with its verifier, and `refresh_token`. A fault is struck at
 * the path and the grant type: `token-500@refresh_token`.
 */
export async function answerToken(asked: Asked, portal: Portal): Promise<Reply> {
  const grantType = asked.form?.get('grant_type') ?? '';
  const at = { where: `${asked.path} ${grantType}`, isRefresh: grantType === 'refresh_token' };
  const instead = insteadOfTokens(at, portal);
  if (instead !== undefined) return instead;
  try {
    const tokens = await tokensFor(asked, at.where, portal);
    if (tokens === 'sign again') return unavailable(503);
    const answer = await tokenAnswer(tokens, at.isRefresh, portal);
    return afterTokens(at, portal) ?? jsonReply(200, changedAnswer(answer, at, portal));
  } catch (thrown) {
    if (!(thrown instanceof OAuthRefusal)) throw thrown;
    return portal.manners.medicare === true ? medicareTokenError(thrown) : errorReply(thrown);
  }
}

async function tokensFor(asked: Asked, where: string, portal: Portal): Promise<Tokens | 'sign again'> {
  const { grants, faults, manners } = portal;
  const fields = formOf(asked.form);
  const grantType = required(fields, 'grant_type');
  if (grantType !== 'authorization_code' && grantType !== 'refresh_token') {
    throw new OAuthRefusal('unsupported_grant_type', 'Give authorization_code or refresh_token.');
  }
  const clientId = await authenticated(asked, fields, portal);
  if (fields.has('client_assertion') && faults.strikes('jwt-replay-refused-on-retry', where))
    return 'sign again';
  const lifetime = faults.strikes('access-token-short', where) ? 3 : portal.accessTokenSeconds;
  if (grantType === 'authorization_code') {
    const code = required(fields, 'code');
    const verifier = required(fields, 'code_verifier');
    return grants.exchange(
      code,
      { clientId, redirectUri: required(fields, 'redirect_uri'), verifier },
      lifetime,
    );
  }
  const token = required(fields, 'refresh_token');
  const scope = optional(fields, 'scope');
  // athenahealth: `scope` is required on refresh.
  if (manners.scopeOnRefresh === true) required(fields, 'scope');
  // Medicare: after a new consent the old refresh token is not refused but unknown.
  if (manners.medicare === true && !grants.knowsRefresh(token)) {
    throw new OAuthRefusal('invalid_request', 'Refresh token not found.');
  }
  const kept = faults.strikes('refresh-no-new-token', where) ? 'kept' : undefined;
  const guarded = faults.strikes('refresh-reuse-revokes', where) ? 'reuse revokes' : undefined;
  return grants.refresh(token, clientId, scope, { rotation: kept ?? guarded ?? manners.rotation, lifetime });
}

/** RFC 6749 §5.1, with the launch context of SMART App Launch 2.2 §2.1.9 and, after a sign-in, the id_token. */
async function tokenAnswer(tokens: Tokens, isRefresh: boolean, portal: Portal): Promise<JsonObject> {
  const { manners, faults } = portal;
  const { grant, scopes } = tokens;
  const identified = manners.openid && !isRefresh && scopes.includes('openid');
  return {
    access_token: tokens.access,
    token_type: 'Bearer',
    expires_in: tokens.lifetime,
    scope: scopes.join(' '),
    ...(manners.patientInToken && { patient: grant.patient }),
    ...(tokens.refresh !== undefined && { refresh_token: tokens.refresh }),
    ...(grant.until !== undefined && { access_grant_expiration: secondsOnly(grant.until) }),
    ...(identified && !faults.strikes('id-token-missing') && { id_token: await idToken(grant, portal) }),
  };
}

function secondsOnly(time: Date): string {
  return time.toISOString().replace(/\.\d+/, '');
}

/**
 * The revocation endpoint (RFC 7009). `whole` ends all of the grant, whichever of its tokens is named, as Medicare's
 * second endpoint, `/v2/o/revoke/`, does.
 */
export async function answerRevoke(asked: Asked, portal: Portal, whole = false): Promise<Reply> {
  const instead = insteadOfRevoking(asked.path, portal);
  if (instead !== undefined) return instead;
  try {
    const fields = formOf(asked.form);
    portal.grants.revoke(required(fields, 'token'), await authenticated(asked, fields, portal), whole);
  } catch (thrown) {
    if (!(thrown instanceof OAuthRefusal)) throw thrown;
    return portal.manners.medicare === true ? medicareRevokeError(thrown) : errorReply(thrown);
  }
  if (portal.faults.strikes('revoke-500-after', asked.path)) return htmlReply(500, 'Server Error');
  return jsonReply(200, {});
}

function formOf(form: URLSearchParams | undefined): URLSearchParams {
  if (form !== undefined) return form;
  throw new OAuthRefusal('invalid_request', 'The body is not application/x-www-form-urlencoded.');
}

/** Errors leave as RFC 6749 §5.2 has them. */
function errorReply({ error, message, status, headers }: OAuthRefusal): Reply {
  const reply = jsonReply(status, { error, error_description: message });
  return { ...reply, headers: { ...reply.headers, ...headers } };
}
