import type { Asked } from './asked.ts';
import { authorizationAnswer } from './authorization-answer.ts';
import { isConfidential, type Client } from './clients.ts';
import { consentPage, refusalPage, stuckPage } from './consent-page.ts';
import type { Grant } from './grants.ts';
import type { Manners } from './manners.ts';
import { medicareAuthorizeError, medicareGrantEnd, withoutDemographics } from './medicare.ts';
import { OAuthRefusal, optional, required } from './oauth-refusal.ts';
import type { Portal } from './portal.ts';
import type { Reply } from './reply.ts';
import { grantedScopes, supportedScopes } from './scopes.ts';

/** Medicare asks for a `state` of at least this many characters. */
const shortestState = 16;

/**
 * The authorization endpoint (RFC 6749 §3.1, SMART App Launch 2.2 standalone launch).
 *
 * GET shows the consent page. It can be answered without a browser: POST a form to the very same address, query and
 * all, with the field `decision` (`allow` or `deny`) and, where the data has several patients, optionally `patient`
 * (an id; else the first is taken). At Medicare `share_demographic_scopes=off` withholds who the person is. The answer
 * is a 302 to `redirect_uri` with `code` and `state` (and `iss`, RFC 9207, where the portal has an issuer), or with
 * `error=access_denied` and `state`.
 *
 * A request whose client_id or redirect_uri is wrong gets a page, never a redirect; any other fault is sent to the
 * redirect_uri as `error` with `state`. Medicare answers it in JSON instead.
 */
export function answerAuthorize({ method, path, query, form }: Asked, portal: Portal): Reply {
  const { manners, faults, grants } = portal;
  let app: App;
  try {
    app = appOf(query, portal);
  } catch (thrown) {
    return refusalPage(messageOf(thrown));
  }
  let request: { scopes: string[]; challenge: string };
  try {
    request = checkedRequest(query, app.client, portal);
  } catch (thrown) {
    if (!(thrown instanceof OAuthRefusal)) throw thrown;
    if (manners.medicare === true) return medicareAuthorizeError(query, thrown, manners.authorizeNeeds);
    return back({ error: thrown.error, error_description: thrown.message });
  }
  const patients = portal.records.patients();
  const { clientId, redirectUri } = app;
  if (method === 'GET') {
    const { scopes } = request;
    return consentPage({ clientId, redirectUri, scopes, patients, demographics: manners.medicare === true });
  }
  if (faults.strikes('authorize-no-redirect', path)) return stuckPage();

  const decision = form?.get('decision');
  if (decision === 'deny' || faults.strikes('authorize-denied', path))
    return back({ error: 'access_denied' });
  if (decision !== 'allow') return refusalPage('The field decision must be allow or deny.');
  const wanted = form?.get('patient') ?? patients[0]?.id;
  const patient = patients.find(({ id }) => id === wanted)?.id;
  if (patient === undefined) return refusalPage('The field patient names nobody in this portal.');
  const withheld = manners.medicare === true && form?.get('share_demographic_scopes') === 'off';
  const scopes = withheld ? withoutDemographics(request.scopes) : request.scopes;
  const nonce = optional(query, 'nonce');
  const grant: Grant = {
    clientId,
    patient,
    scopes,
    refreshable: mayRefresh(scopes, app.client, manners),
    ...(nonce !== undefined && { nonce }),
    ...(manners.medicare === true && { until: medicareGrantEnd(portal.now()) }),
  };
  // Medicare: a new consent ends what the app had of the person, before its code is even exchanged.
  if (manners.medicare === true) grants.forget(clientId, patient);
  return back({ code: grants.issueCode(grant, redirectUri, request.challenge) });

  function back(parameters: Record<string, string>): Reply {
    return authorizationAnswer(app.redirectUri, { ...parameters }, query.get('state'), portal);
  }
}

interface App {
  clientId: string;
  /** What the portal knows of it. */
  client: Client | undefined;
  redirectUri: string;
}

/** Which app asks, and where its answer goes: to no address that the app is not known to own. */
function appOf(query: URLSearchParams, { clients, manners }: Portal): App {
  const clientId = required(query, 'client_id');
  const client = clients.at(clientId);
  if (manners.clients === 'confidential' && !isConfidential(client)) {
    throw new OAuthRefusal('invalid_request', 'Application does not exist, or it has no secret.');
  }
  const redirectUri = required(query, 'redirect_uri');
  const registered = client?.redirectUris;
  const matches =
    registered === undefined
      ? isLoopback(redirectUri)
      : registered.some((uri) => uri === redirectUri) ||
        (manners.redirects === 'any port' && registered.some((uri) => isSameButPort(uri, redirectUri)));
  if (matches) return { clientId, client, redirectUri };
  throw new OAuthRefusal(
    'invalid_request',
    registered === undefined
      ? 'The redirect_uri must begin http://127.0.0.1 or http://[::1].'
      : 'The redirect_uri is not one that this app is registered with.',
  );
}

function checkedRequest(
  query: URLSearchParams,
  client: Client | undefined,
  { manners, types, profile, baseUrl }: Portal,
): { scopes: string[]; challenge: string } {
  if (manners.medicare === true && query.has('client_secret')) {
    throw new OAuthRefusal('invalid_request', 'Illegal query parameter [client_secret] detected');
  }
  for (const name of manners.authorizeNeeds) required(query, name);
  if (query.get('response_type') !== 'code') {
    throw new OAuthRefusal('unsupported_response_type', 'The response_type must be code.');
  }
  if ((query.get('state') ?? '').length < shortestState) {
    throw new OAuthRefusal(
      'invalid_request',
      `State parameter should have a minimum of ${shortestState} characters`,
    );
  }
  const aud = optional(query, 'aud');
  if (aud !== undefined && (profile === 'strict' ? aud : aud.replace(/\/$/, '')) !== baseUrl) {
    throw new OAuthRefusal('invalid_request', `The aud must be ${baseUrl}.`);
  }
  if (query.get('code_challenge_method') !== 'S256') {
    throw new OAuthRefusal('invalid_request', 'code_challenge_method must be S256');
  }
  const challenge = required(query, 'code_challenge');
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) {
    throw new OAuthRefusal('invalid_request', 'The code_challenge is not a SHA-256 in base64url.');
  }
  const asked = optional(query, 'scope') ?? supportedScopes(manners.scopes, [...types.keys()]).join(' ');
  return { scopes: grantedScopes(asked, manners.scopes, types, client?.scope), challenge };
}

function mayRefresh(scopes: string[], client: Client | undefined, { refreshToken }: Manners): boolean {
  if (client?.refreshes === false) return false;
  if (refreshToken === 'always') return true;
  return scopes.includes('offline_access') && (refreshToken === 'offline_access' || isConfidential(client));
}

/** RFC 8252 §7.3: http to a loopback IP literal, any port, any path. `localhost` is a name and may lead elsewhere. */
function isLoopback(redirectUri: string): boolean {
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
  return (
    url?.protocol === 'http:' &&
    (url.hostname === '127.0.0.1' || url.hostname === '[::1]') &&
    url.username === '' &&
    url.password === '' &&
    !redirectUri.includes('#')
  );
}

function isSameButPort(registered: string, redirectUri: string): boolean {
  if (!isLoopback(registered) || !isLoopback(redirectUri)) return false;
  const [one, other] = [new URL(registered), new URL(redirectUri)];
  one.port = other.port;
  return one.href === other.href;
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof OAuthRefusal) return thrown.message;
  throw thrown;
}
