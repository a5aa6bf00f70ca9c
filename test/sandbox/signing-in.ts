import { startSandbox, type LogEntry, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { json, landing, pkce, post, redirectUri, withToken, type Get } from './app.ts';
import { record } from './record.ts';

/** A practice portal that is signed in to, whatever its profile. */
export interface Serving {
  portal: Sandbox;
  get: Get;
  token: string;
  log: LogEntry[];
}

const open: Sandbox[] = [];

/** Ends every portal that `serving` started. */
export async function closeAll(): Promise<void> {
  for (const portal of open.splice(0)) await portal.close();
}

/** Starts a portal, with the made-up record where no other is given, and signs in; `types` is what is asked for. */
export async function serving(
  options: Partial<SandboxOptions>,
  { patient = 'ann', types }: { patient?: string; types?: string[] } = {},
): Promise<Serving> {
  const log: LogEntry[] = [];
  const portal = await startSandbox({ data: record, log: (entry) => log.push(entry), ...options });
  open.push(portal);
  const scope = [
    'launch/patient',
    ...(types ?? (await declaredTypes(portal))).map((type) => `patient/${type}.read`),
  ].join(' ');
  const token = await accessToken(portal, scope, patient);
  return { portal, get: withToken(portal, token), token, log };
}

async function accessToken(portal: Sandbox, scope: string, patient: string): Promise<string> {
  const configuration = await json(await fetch(`${portal.baseUrl}/.well-known/smart-configuration`));
  const { verifier, challenge } = pkce();
  const url = new URL(String(configuration['authorization_endpoint']));
  const parameters = {
    response_type: 'code',
    client_id: 'secret-client',
    redirect_uri: redirectUri,
    scope,
    state: 'a-state-of-sixteen-or-more',
    nonce: 'a-nonce',
    aud: portal.baseUrl,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const code = landing(await post(url, { decision: 'allow', patient })).searchParams.get('code') ?? '';
  const tokens = await post(String(configuration['token_endpoint']), {
    grant_type: 'authorization_code',
    client_id: 'secret-client',
    client_secret: 'practice-secret',
    redirect_uri: redirectUri,
    code,
    code_verifier: verifier,
  });
  return String((await json(tokens))['access_token']);
}

export interface SeenType {
  type: string;
  searchParam?: { name: string }[];
  searchRevInclude?: string[];
  operation?: { name: string; definition: string }[];
}

/** What the CapabilityStatement says. */
export async function declared(
  portal: Sandbox,
): Promise<{ fhirVersion: string; rest: { resource: SeenType[] }[] }> {
  const headers = { accept: 'application/fhir+json' };
  return JSON.parse(await (await fetch(`${portal.baseUrl}/metadata`, { headers })).text());
}

async function declaredTypes(portal: Sandbox): Promise<string[]> {
  return (await declared(portal)).rest[0]?.resource.map(({ type }) => type) ?? [];
}

interface Outcome {
  severity: string;
  code: string;
  location?: string[];
  details: { text: string; coding?: { code: string }[] };
}

/** A Bundle, as it came. */
export interface RawBundle {
  resourceType: string;
  type: string;
  total?: number;
  link: { relation: string; url: string }[];
  entry: {
    fullUrl?: string;
    search?: { mode: string };
    resource?: { [member: string]: unknown; resourceType: string; id?: string; issue?: Outcome[] };
  }[];
}

/** Reads a Bundle of status 200. */
export async function rawBundle(response: Response): Promise<RawBundle> {
  if (response.status !== 200) throw new Error(`status ${response.status}: ${await response.text()}`);
  return JSON.parse(await response.text());
}

/** `Type/id` of every entry that is no OperationOutcome. */
export function placesIn({ entry }: RawBundle): string[] {
  return entry.flatMap(({ resource }) =>
    resource === undefined || resource.resourceType === 'OperationOutcome'
      ? []
      : [`${resource.resourceType}/${resource.id}`],
  );
}

export function linkOf({ link }: RawBundle, name: string): string | undefined {
  return link.find(({ relation }) => relation === name)?.url;
}

/** The status and the first issue of a refusal. */
export async function issueOf(response: Response): Promise<[number, Outcome | undefined]> {
  const { issue }: { issue: Outcome[] } = JSON.parse(await response.text());
  return [response.status, issue[0]];
}
