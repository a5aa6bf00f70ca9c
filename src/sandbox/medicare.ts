import type { Asked } from './asked.ts';
import { listOf, objectsOf, textOf, type JsonObject } from './json.ts';
import type { OAuthRefusal } from './oauth-refusal.ts';
import type { Portal } from './portal.ts';
import { jsonReply, movedReply, type Reply } from './reply.ts';
import { supportedScopes } from './scopes.ts';
import { endpointsOf } from './smart-configuration.ts';

/**
 * What is peculiar to Medicare's Blue Button 2.0 server, as its open source reads (bluebutton-web-server); it was not
 * probed live.
 */

/** A grant lasts thirteen months, to the same day or the last of a shorter month. */
export function medicareGrantEnd(now: Date): Date {
  const end = new Date(now);
  end.setUTCMonth(end.getUTCMonth() + 13);
  if (end.getUTCDate() !== now.getUTCDate()) end.setUTCDate(0);
  return end;
}

/**
 * The routes end in a slash that discovery leaves out: without it, GET of the authorization page and everything sent to a
 * revocation endpoint is redirected there (Django's APPEND_SLASH). A form posted to the authorization page passes.
 */
export function medicareSlash(
  { method, path, query }: Asked,
  { origin, manners }: Portal,
): Reply | undefined {
  if (manners.medicare !== true) return undefined;
  const { authorize } = manners.paths;
  if (!(path === authorize && method === 'GET') && !/^\/v2\/o\/revoke(_token)?$/.test(path)) return undefined;
  return movedReply(301, `${origin}${path}/${query.size === 0 ? '' : `?${query.toString()}`}`);
}

/** `smart-configuration`: no issuer, no methods of authentication, `authorization_code` alone. */
export function medicareConfiguration(portal: Portal): JsonObject {
  const { authorize, token, revoke } = endpointsOf(portal);
  return {
    authorization_endpoint: authorize,
    token_endpoint: token,
    revocation_endpoint: revoke,
    grant_types_supported: ['authorization_code'],
    response_types_supported: ['code', 'token'],
    scopes_supported: supportedScopes(portal.manners.scopes, []),
    code_challenge_methods_supported: ['S256'],
    capabilities: [
      'client-confidential-symmetric',
      'context-standalone-patient',
      'launch-standalone',
      'permission-offline',
      'permission-patient',
      'permission-v1',
      'permission-v2',
      'authorize-post',
    ],
  };
}

/** `openid-configuration`: it has no jwks_uri, and `openid` brings no id_token. */
export function medicareOpenid(portal: Portal): JsonObject {
  const { authorize, token, revoke } = endpointsOf(portal);
  return {
    issuer: portal.origin,
    authorization_endpoint: authorize,
    token_endpoint: token,
    revocation_endpoint: revoke,
    userinfo_endpoint: portal.origin + medicareUserinfoPath,
    ui_locales_supported: ['en-US'],
    grant_types_supported: ['refresh_token', 'authorization_code'],
    response_types_supported: ['code', 'token'],
    fhir_metadata_uri: `${portal.baseUrl}/metadata`,
  };
}

export const medicareUserinfoPath = '/v2/connect/userinfo';

/** `userinfo`: who signed in; 403 where the person kept their demographics to themselves. */
export function medicareUserinfo({ headers }: Asked, { grants, records }: Portal): Reply {
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const access = grants.access(token);
  if (access === undefined) {
    return jsonReply(401, { detail: 'Authentication credentials were not provided.' });
  }
  if (!access.scopes.includes('profile')) {
    return jsonReply(403, { detail: 'You do not have permission to perform this action.' });
  }
  const [name] = objectsOf(records.at(`Patient/${access.patient}`)?.['name']);
  const given = listOf(name?.['given']).map(textOf).join(' ');
  const family = textOf(name?.['family']);
  return jsonReply(200, {
    sub: access.patient,
    name: `${given} ${family}`.trim(),
    given_name: given,
    family_name: family,
    email: '',
    iat: '2020-01-01T00:00:00Z',
    patient: access.patient,
  });
}

/** A wrong authorization request is answered by JSON in the browser, never redirected. */
export function medicareAuthorizeError(
  query: URLSearchParams,
  refusal: OAuthRefusal,
  needs: readonly string[],
): Reply {
  const missing = needs.filter((name) => (query.get(name) ?? '') === '');
  if (missing.length > 0) {
    return jsonReply(400, {
      status_code: 400,
      message: `Missing Required Parameter(s): ${missing.join(', ')}`,
    });
  }
  if (refusal.message.startsWith('State parameter')) {
    return jsonReply(400, { status_code: 400, message: refusal.message });
  }
  return jsonReply(400, { status_code: 400, error: refusal.error, error_description: refusal.message });
}

/** An error of the token endpoint; of `invalid_grant` the server gives the bare word. */
export function medicareTokenError({ error, message, status, headers }: OAuthRefusal): Reply {
  const reply =
    error === 'invalid_grant' && status === 400
      ? jsonReply(status, { error })
      : jsonReply(status, { status_code: status, error, error_description: message });
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

/** An error of the revocation endpoint. */
export function medicareRevokeError({ error, message, status, headers }: OAuthRefusal): Reply {
  const reply =
    error === 'invalid_grant'
      ? jsonReply(403, { status_code: 403, description: message })
      : jsonReply(status, { status_code: status, error, error_description: message });
  return { ...reply, headers: { ...reply.headers, ...headers } };
}

/** Of the scopes, those that do not tell who the person is: what is left where demographics are not shared. */
export function withoutDemographics(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => scope !== 'profile' && !scope.startsWith('patient/Patient.'));
}
