import { createHash, randomBytes } from 'node:crypto';
import type { Sandbox } from '../../src/sandbox/index.ts';

/** An app that signs in to a practice portal over HTTP, as one would that shares nothing with it. */

export const redirectUri = 'http://127.0.0.1:9/callback';
export const clientId = 'test-app';
export const everything = 'launch/patient offline_access patient/*.rs';

/** A verifier and its challenge, fresh. */
export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** The address of an authorization request; `changes` replaces parameters, undefined leaves one out. */
export function authorizeUrl(sandbox: Sandbox, changes: Record<string, string | undefined> = {}): URL {
  const url = new URL('/oauth/authorize', sandbox.baseUrl);
  const parameters: Record<string, string | undefined> = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: everything,
    state: 'a-state-of-sixteen-or-more',
    aud: sandbox.baseUrl,
    code_challenge: pkce().challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

/** Posts a form and does not follow where the answer leads. */
export function post(url: URL | string, fields: Record<string, string>): Promise<Response> {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

/** Where a redirect leads. */
export function landing(response: Response): URL {
  return new URL(response.headers.get('location') ?? 'about:blank');
}

/** Answers a consent page with Allow and returns the code. */
export async function codeFor(
  sandbox: Sandbox,
  challenge: string,
  { scope = everything, patient = 'ann' } = {},
): Promise<string> {
  const url = authorizeUrl(sandbox, { code_challenge: challenge, scope });
  const code = landing(await post(url, { decision: 'allow', patient })).searchParams.get('code');
  if (code === null) throw new Error('no code came back');
  return code;
}

/** Asks the token endpoint. */
export function exchange(sandbox: Sandbox, fields: Record<string, string>): Promise<Response> {
  const common = { client_id: clientId, redirect_uri: redirectUri, grant_type: 'authorization_code' };
  return post(new URL('/oauth/token', sandbox.baseUrl), { ...common, ...fields });
}

/** The JSON of an answer, as an object. */
export async function json(response: Response): Promise<Record<string, unknown>> {
  const value: unknown = await response.json();
  if (!isRecord(value)) throw new Error('not a JSON object');
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The whole sign-in: the fields of the token answer. */
export async function signIn(
  sandbox: Sandbox,
  choice: { scope?: string; patient?: string } = {},
): Promise<Record<string, unknown>> {
  const { verifier, challenge } = pkce();
  const code = await codeFor(sandbox, challenge, choice);
  return json(await exchange(sandbox, { code, code_verifier: verifier }));
}

/** Fetches with an access token; a path is taken from the FHIR base. */
export type Get = (path: string, headers?: Record<string, string>) => Promise<Response>;

export async function signedIn(
  sandbox: Sandbox,
  choice: { scope?: string; patient?: string } = {},
): Promise<Get> {
  const token = String((await signIn(sandbox, choice))['access_token']);
  return withToken(sandbox, token);
}

export function withToken(sandbox: Sandbox, token: string): Get {
  return (path, headers = {}) =>
    fetch(path.startsWith('http') ? path : sandbox.baseUrl + path, {
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
}

/** What the tests look at in a Bundle. */
export interface SeenBundle {
  total: number;
  next: string | undefined;
  /** `Type/id` of the entries of a mode. */
  matches: string[];
  included: string[];
  /** The codes of the issues in the entry of mode outcome; undefined when there is none. */
  notices: string[] | undefined;
}

interface BundleJson {
  total: number;
  link: { relation: string; url: string }[];
  entry: {
    resource: { resourceType: string; id?: string; issue?: { details: { coding?: { code: string }[] } }[] };
    search: { mode: string };
  }[];
}

/** Reads a searchset. */
export async function bundle(response: Response): Promise<SeenBundle> {
  if (response.status !== 200) throw new Error(`status ${response.status}: ${await response.text()}`);
  const read: BundleJson = JSON.parse(await response.text());
  const ofMode = (mode: string): BundleJson['entry'] =>
    read.entry.filter(({ search }) => search.mode === mode);
  const places = (mode: string): string[] =>
    ofMode(mode).map(({ resource }) => `${resource.resourceType}/${resource.id}`);
  return {
    total: read.total,
    next: read.link.find(({ relation }) => relation === 'next')?.url,
    matches: places('match'),
    included: places('include'),
    notices: ofMode('outcome')[0]?.resource.issue?.map(({ details }) => details.coding?.[0]?.code ?? ''),
  };
}

/** Follows a search to its end. */
export async function allPages(get: Get, path: string): Promise<SeenBundle[]> {
  const pages: SeenBundle[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const page: SeenBundle = await bundle(await get(next));
    pages.push(page);
    next = page.next;
  }
  return pages;
}
