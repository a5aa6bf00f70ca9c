import { startSandbox, type LogEntry, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { json, landing, pkce, post } from './app.ts';
import { record } from './record.ts';

/** An app that finds its way by discovery, whatever the profile. */

/** What differs from the plainest sign-in. */
export interface Way {
  clientId?: string;
  redirectUri?: string;
  scope?: string;
  /** Of the authorization request; undefined leaves one out. */
  parameters?: Record<string, string | undefined>;
  /** Of the consent form. */
  decision?: Record<string, string>;
  /** Of token requests, as the app proves itself. */
  proof?: Record<string, string>;
  headers?: Record<string, string>;
}

/** A portal with the made-up record, for as long as a test takes. */
export async function withPortal(
  options: Omit<SandboxOptions, 'data'>,
  use: (portal: Sandbox, log: LogEntry[]) => Promise<void>,
): Promise<void> {
  const log: LogEntry[] = [];
  const portal = await startSandbox({ data: record, log: (entry) => log.push(entry), ...options });
  try {
    await use(portal, log);
  } finally {
    await portal.close();
  }
}

export async function configurationOf(portal: Sandbox): Promise<Record<string, unknown>> {
  return json(await fetch(`${portal.baseUrl}/.well-known/smart-configuration`));
}

/** Where the app asks for authorization. */
export async function authorizationRequest(portal: Sandbox, way: Way, challenge: string): Promise<URL> {
  const url = new URL(String((await configurationOf(portal))['authorization_endpoint']));
  const parameters: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: way.clientId ?? 'test-app',
    redirect_uri: way.redirectUri ?? 'http://127.0.0.1:9/callback',
    scope: way.scope ?? 'launch/patient offline_access patient/Condition.rs',
    state: 'a-state-of-sixteen-or-more',
    nonce: 'a-nonce',
    aud: portal.baseUrl,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...way.parameters,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

/** The answer to the consent form. */
export async function decided(
  portal: Sandbox,
  way: Way = {},
  challenge = pkce().challenge,
): Promise<Response> {
  return post(await authorizationRequest(portal, way, challenge), {
    decision: 'allow',
    patient: 'ann',
    ...way.decision,
  });
}

/** Asks the token endpoint. */
export async function askTokens(
  portal: Sandbox,
  way: Way,
  fields: Record<string, string>,
): Promise<Response> {
  return fetch(String((await configurationOf(portal))['token_endpoint']), {
    method: 'POST',
    redirect: 'manual',
    headers: way.headers ?? {},
    body: new URLSearchParams({
      ...(way.headers === undefined && { client_id: way.clientId ?? 'test-app' }),
      ...way.proof,
      ...fields,
    }),
  });
}

/** The answer of the token endpoint to a fresh code. */
export async function exchanged(portal: Sandbox, way: Way = {}): Promise<Response> {
  const { verifier, challenge } = pkce();
  const code = landing(await decided(portal, way, challenge)).searchParams.get('code');
  if (code === null) throw new Error('no code came back');
  return askTokens(portal, way, {
    grant_type: 'authorization_code',
    redirect_uri: way.redirectUri ?? 'http://127.0.0.1:9/callback',
    code,
    code_verifier: verifier,
  });
}

/** The fields of the token answer to a whole sign-in. */
export async function tokensFrom(portal: Sandbox, way: Way = {}): Promise<Record<string, unknown>> {
  const response = await exchanged(portal, way);
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return json(response);
}

export function refreshed(
  portal: Sandbox,
  tokens: Record<string, unknown>,
  way: Way = {},
  fields: Record<string, string> = {},
): Promise<Response> {
  const refresh_token = String(tokens['refresh_token']);
  return askTokens(portal, way, { grant_type: 'refresh_token', refresh_token, ...fields });
}

/** The status of a FHIR request with an access token. */
export async function statusOf(
  portal: Sandbox,
  tokens: Record<string, unknown>,
  path: string,
): Promise<number> {
  const headers = {
    accept: 'application/fhir+json',
    authorization: `Bearer ${String(tokens['access_token'])}`,
  };
  return (await fetch(portal.baseUrl + path, { headers })).status;
}

/** Status and error word of a refusal. */
export async function refusalOf(response: Response): Promise<[number, unknown]> {
  return [response.status, (await json(response))['error']];
}

/** The `Authorization` header of an app with a secret. */
export function basic(clientId: string, secret: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` };
}
