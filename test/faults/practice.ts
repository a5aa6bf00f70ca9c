import { afterEach, expect } from 'vitest';
import { BlueButtonError } from '../../src/errors/index.ts';
import {
  discover,
  refresh,
  signIn,
  type ClientProof,
  type SignInOptions,
  type TokenSet,
} from '../../src/portal/index.ts';
import { startSandbox, type LogEntry, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { testHttp } from '../portal/stub.ts';
import { record } from '../sandbox/record.ts';

export const http = testHttp();

/** With `openid`, so that the id_token is asked for and checked. */
export const scopes = ['openid', 'fhirUser', 'launch/patient', 'offline_access', 'patient/*.rs'];

/** A practice portal that misbehaves, and what it was asked. */
export interface Scene {
  sandbox: Sandbox;
  log: LogEntry[];
  /** The clock of the portal and of the client. */
  now: () => Date;
}

const open: Sandbox[] = [];

afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.close();
});

/** Starts a practice portal with faults; it ends with the test. With each request so many milliseconds pass. */
export async function scene(
  faults: readonly string[],
  { tick = 0, ...options }: Partial<SandboxOptions> & { tick?: number } = {},
): Promise<Scene> {
  const log: LogEntry[] = [];
  const start = Date.now();
  const now = (): Date => (tick === 0 ? new Date() : new Date(start + log.length * tick));
  const sandbox = await startSandbox({
    data: record,
    log: (entry) => log.push(entry),
    faults: [...faults],
    now,
    ...options,
  });
  open.push(sandbox);
  return { sandbox, log, now };
}

/** The browser: allows, and goes where it is sent. It keeps a fragment to itself, as browsers do. */
export async function allow(address: string): Promise<string> {
  const body = new URLSearchParams({ decision: 'allow', patient: 'ann' });
  const answer = await fetch(address, { method: 'POST', body, redirect: 'manual' });
  const location = answer.headers.get('location') ?? '';
  if (location !== '') await fetch(location);
  return location;
}

/** Discovers the portal and signs in. */
export async function signedIn(
  { sandbox, now }: Scene,
  more: Partial<SignInOptions> & { proof?: ClientProof } = {},
): Promise<TokenSet> {
  const description = await discover(http, sandbox.baseUrl);
  return signIn(http, description, {
    clientId: 'test-app',
    scopes,
    now,
    onAddress: async (address) => void (await allow(address)),
    ...more,
  });
}

/** Discovers the portal and renews. */
export async function renewed({ sandbox, now }: Scene, tokens: TokenSet): Promise<TokenSet> {
  return refresh(http, await discover(http, sandbox.baseUrl), tokens, { now });
}

/** How something ended. */
export type End<Value> = { value: Value } | { error: BlueButtonError };

/** Waits for the end, and holds an error to what every error must hold to: plain text without any secret. */
export async function endOf<Value>(
  work: Promise<Value>,
  { log }: Scene,
  known: readonly TokenSet[] = [],
): Promise<End<Value>> {
  try {
    return { value: await work };
  } catch (thrown) {
    if (!(thrown instanceof BlueButtonError)) throw thrown;
    const { message, why, try: next } = thrown;
    for (const text of [message, why, next]) {
      expect(text).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
      for (const secret of [...secretsIn(log), ...known.flatMap(secretsOf)])
        expect(text).not.toContain(secret);
    }
    return { error: thrown };
  }
}

/** `works`, or the code of the error. */
export function outcomeOf(end: End<unknown>): string {
  return 'error' in end ? end.error.code : 'works';
}

/** What an error says; nothing where it works. */
export function saidAt(end: End<unknown>): string {
  return 'error' in end ? `${end.error.message} ${end.error.why}` : '';
}

function secretsOf({ accessToken, refreshToken, clientSecret }: TokenSet): string[] {
  return [accessToken, refreshToken, clientSecret].filter((text) => text !== undefined);
}

const secretFields = ['code', 'code_verifier', 'refresh_token', 'token', 'client_secret', 'client_assertion'];

function secretsIn(log: readonly LogEntry[]): string[] {
  return log
    .flatMap(({ form = {}, query }) => [...secretFields.map((name) => form[name]), query['state']])
    .filter((value) => typeof value === 'string');
}

/** What came to the token endpoint: the grant type and the status. */
export function tokenRequests(log: readonly LogEntry[]): string[] {
  return log
    .filter(({ path }) => /\/token\/?$/.test(path))
    .map(({ form, status }) => `${String(form?.['grant_type'])} ${status}`);
}

/** A code, a refresh token and an assertion are each sent once only; and nothing of any token is in an address. */
export function expectNothingTwice(log: readonly LogEntry[]): void {
  for (const name of ['code', 'code_verifier', 'refresh_token', 'client_assertion']) {
    const sent = log.flatMap(({ form }) => form?.[name] ?? []);
    expect(sent, name).toEqual([...new Set(sent)]);
  }
  const posted = log.filter(({ method }) => method === 'POST').filter(({ query }) => 'redirected' in query);
  expect(posted).toEqual([]);
  const inAddresses = log.filter(({ path }) => path.startsWith('/fhir')).map(({ query }) => query);
  for (const secret of secretsIn(log)) expect(JSON.stringify(inAddresses)).not.toContain(secret);
}
