import type { Asked } from './asked.ts';
import { consentPage, refusalPage } from './consent-page.ts';
import { OAuthRefusal, required } from './oauth-refusal.ts';
import type { Portal } from './portal.ts';
import { redirectReply, type Reply } from './reply.ts';
import { grantedScopes } from './scopes.ts';

/** Medicare asks for a `state` of at least this many characters. */
const shortestState = 16;

/**
 * The authorization endpoint (RFC 6749 §3.1, SMART App Launch 2.2 standalone launch).
 *
 * GET shows the consent page. It can be answered without a browser: POST a form to the very same address, query and
 * all, with the field `decision` (`allow` or `deny`) and, where the data has several patients, optionally `patient`
 * (an id; else the first is taken). The answer is a 302 to `redirect_uri` with `code` and `state`, or with
 * `error=access_denied` and `state`.
 *
 * A request whose client_id or redirect_uri is wrong gets a page, never a redirect; any other fault is sent to the
 * redirect_uri as `error` with `state`.
 */
export function answerAuthorize({ method, query, form }: Asked, portal: Portal): Reply {
  let client: { clientId: string; redirectUri: string };
  try {
    client = { clientId: required(query, 'client_id'), redirectUri: loopbackUri(query) };
  } catch (thrown) {
    return refusalPage(messageOf(thrown));
  }
  let request: { scopes: string[]; challenge: string };
  try {
    request = checkedRequest(query, portal);
  } catch (thrown) {
    if (!(thrown instanceof OAuthRefusal)) throw thrown;
    return back({ error: thrown.error, error_description: thrown.message });
  }
  const patients = portal.records.patients();
  if (method === 'GET') return consentPage({ ...client, scopes: request.scopes, patients });

  const decision = form?.get('decision');
  if (decision === 'deny') return back({ error: 'access_denied' });
  if (decision !== 'allow') return refusalPage('The field decision must be allow or deny.');
  const wanted = form?.get('patient') ?? patients[0]?.id;
  const patient = patients.find(({ id }) => id === wanted)?.id;
  if (patient === undefined) return refusalPage('The field patient names nobody in this portal.');
  const grant = { clientId: client.clientId, patient, scopes: request.scopes };
  return back({ code: portal.grants.issueCode(grant, client.redirectUri, request.challenge) });

  function back(parameters: Record<string, string>): Reply {
    const state = query.get('state');
    return redirectReply(client.redirectUri, { ...parameters, ...(state === null ? {} : { state }) });
  }
}

function checkedRequest(query: URLSearchParams, portal: Portal): { scopes: string[]; challenge: string } {
  if (required(query, 'response_type') !== 'code') {
    throw new OAuthRefusal('unsupported_response_type', 'The response_type must be code.');
  }
  if (required(query, 'state').length < shortestState) {
    throw new OAuthRefusal('invalid_request', `The state must have at least ${shortestState} characters.`);
  }
  if (required(query, 'aud').replace(/\/$/, '') !== portal.baseUrl) {
    throw new OAuthRefusal('invalid_request', `The aud must be ${portal.baseUrl}.`);
  }
  const challenge = required(query, 'code_challenge');
  if (required(query, 'code_challenge_method') !== 'S256') {
    throw new OAuthRefusal('invalid_request', 'The code_challenge_method must be S256.');
  }
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) {
    throw new OAuthRefusal('invalid_request', 'The code_challenge is not a SHA-256 in base64url.');
  }
  const scopes = grantedScopes(required(query, 'scope'), portal.types);
  if (!scopes.some((scope) => scope.startsWith('patient/'))) {
    throw new OAuthRefusal('invalid_scope', 'No scope asked for opens any of the record here.');
  }
  return { scopes, challenge };
}

/** RFC 8252 §7.3: http to a loopback IP literal, any port, any path. `localhost` is a name and may lead elsewhere. */
function loopbackUri(query: URLSearchParams): string {
  const redirectUri = required(query, 'redirect_uri');
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
  const isLoopback =
    url?.protocol === 'http:' &&
    (url.hostname === '127.0.0.1' || url.hostname === '[::1]') &&
    url.username === '' &&
    url.password === '' &&
    !redirectUri.includes('#');
  if (isLoopback) return redirectUri;
  throw new OAuthRefusal('invalid_request', 'The redirect_uri must begin http://127.0.0.1 or http://[::1].');
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof OAuthRefusal) return thrown.message;
  throw thrown;
}
