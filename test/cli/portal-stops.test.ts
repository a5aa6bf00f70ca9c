import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { describe4, startStub, tokensFor, type Reply, type Stub } from '../portal/stub.ts';
import { newHome, type Home } from './bluebutton.ts';
import { hashOf } from './folder.ts';
import { logIn, openPortal } from './practice-portal.ts';
import { refusalOf } from './refusal.ts';

const later: Reply = { status: 503, headers: { 'retry-after': '3600' }, body: '' };
const patient: Reply = {
  json: { resourceType: 'Patient', id: '1', name: [{ text: 'Pat Stone' }], birthDate: '1950-01-01' },
};

/** A portal that describes itself and answers as told for the rest, and a home that is signed in to it as `clinic`. */
async function signedIn(
  answer: (path: string, count: number) => Reply,
): Promise<{ home: Home; portal: Stub }> {
  let count = 0;
  const portal = await startStub(({ path, headers }) => {
    const origin = `http://${headers.host}`;
    if (path.endsWith('/smart-configuration')) {
      const { authorizationEndpoint, tokenEndpoint } = describe4(origin, {}).signIn;
      return {
        json: {
          authorization_endpoint: authorizationEndpoint,
          token_endpoint: tokenEndpoint,
          capabilities: [],
        },
      };
    }
    if (path.endsWith('/metadata')) {
      const resource = ['Patient', 'Goal', 'Task'].map((type) => ({
        type,
        interaction: [{ code: 'read' }, { code: 'search-type' }],
        searchParam: [{ name: 'patient' }],
      }));
      return { json: { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', rest: [{ resource }] } };
    }
    count += 1;
    return answer(path, count);
  });
  const home = await newHome();
  await home.done(['portals', 'add', 'clinic', `${portal.origin}/fhir`, '--client-id', 'app']);
  const tokens = home.path('.local/state/bluebutton/tokens');
  await mkdir(tokens, { recursive: true, mode: 0o700 });
  await writeFile(`${tokens}/clinic.json`, JSON.stringify(tokensFor(portal.origin)), { mode: 0o600 });
  return { home, portal };
}

test('a pull of which nothing was answered is a temporary failure, and leaves no archive', async () => {
  // The first answer tells whose record it is; the pull itself comes after it.
  const { home, portal } = await signedIn((_, count) => (count === 1 ? patient : later));
  expect(refusalOf(await home.run(['pull']))).toEqual({
    status: 5,
    stdout: '',
    what: expect.stringMatching(/clinic answered nothing it was asked\. Nothing was kept\./),
    why: 'The portal answered 503.',
    next: expect.stringContaining('bluebutton pull clinic'),
    internals: [],
  });
  expect(await readdir(home.folder)).not.toContain('health-records');
  expect(portal.seen.filter(({ path }) => path.startsWith('/fhir/Patient'))).toHaveLength(2);
  expect(portal.seen.filter(({ path }) => /Goal|Task/.test(path))).toEqual([]);
  await portal.close();
});

/** An answer that makes the pull wait: long enough for any test, and not so long that it gives up. */
const wait: Reply = { status: 503, headers: { 'retry-after': '55' }, body: '' };

test('Ctrl-C in the middle of a pull ends with 130, and the archive is as it was, whole', async () => {
  let stops = false;
  const { home, portal } = await signedIn((path) => {
    if (path.includes('Patient/1')) return patient;
    return stops ? wait : { json: { resourceType: 'Bundle', type: 'searchset' } };
  });
  await home.done(['pull']);
  const before = await hashOf(home.path('health-records'));
  stops = true;
  const asked = portal.seen.length;
  const pull = home.start(['pull']);
  await vi.waitUntil(() => portal.seen.slice(asked).some(({ path }) => path.includes('Goal')), 30_000);
  const { status, stdout, stderr } = await pull.stop('SIGINT');
  expect({ status, stdout }).toEqual({ status: 130, stdout: '' });
  expect(stderr).toContain('Stopped.\nNothing half-done was kept.\n');
  await home.done(['verify']);
  // What came is put aside for the next pull, outside of the archive's own folders.
  await rm(home.path('health-records', '.staging'), { recursive: true });
  expect(await hashOf(home.path('health-records'))).toBe(before);
  await portal.close();
});

test('Ctrl-C in a pull of several portals keeps and tells what is through already', async () => {
  const name = [{ text: 'Jane Doe', family: 'Doe', given: ['Jane'] }];
  const same: Reply = { json: { resourceType: 'Patient', id: '1', name, birthDate: '1975-05-01' } };
  const { home, portal } = await signedIn((path) => (path.includes('Patient/1') ? same : wait));
  const first = await openPortal(home);
  await home.done(['portals', 'add', 'practice', first.baseUrl, '--client-id', 'x']);
  await logIn(home, 'practice');
  const pull = home.start(['pull', 'practice', 'clinic']);
  await vi.waitUntil(() => portal.seen.some(({ path }) => path.includes('Goal')), 30_000);
  const { status, stdout, stderr } = await pull.stop('SIGINT');
  expect(status).toBe(130);
  expect(stdout).toMatch(/^practice: Jane Doe.*Kept in jane-doe\/practice\/0001-/);
  expect(stderr).toContain('Stopped.');
  expect(await readdir(home.path('health-records', 'jane-doe'))).toEqual(['practice']);
  await home.done(['verify']);
  await portal.close();
});

test('what came before the portal stopped is kept, and the rest is named, with status 3', async () => {
  const { home, portal } = await signedIn((path) => (path.includes('Patient/1') ? patient : later));
  const { status, stdout, stderr } = await home.run(['pull']);
  expect(status).toBe(3);
  expect(stdout).toContain('1 new');
  expect(stderr).toMatch(/Goal\?patient=1: failed \(503\)/);
  expect(stderr).toMatch(/Task\?patient=1: failed: The portal stopped answering\./);
  expect((await home.done(['verify'])).status).toBe(0);
  await portal.close();
});

test('what a portal does not offer, or broke off, is not read: never "not recorded"', async () => {
  const { home, portal } = await signedIn((path) => (path.includes('Patient/1') ? patient : later));
  await home.run(['pull']);
  const { stdout } = await home.done(['show', '--json']);
  const { sectionStates }: { sectionStates: Record<string, object[]> } = JSON.parse(stdout);
  const source = 'clinic';
  expect(sectionStates['allergies']).toEqual([
    { source, state: 'not-read', reason: 'AllergyIntolerance: The portal does not offer it.' },
  ]);
  // Goals and tasks are in the last drawer.
  expect(sectionStates['other']).toContainEqual({
    source,
    state: 'not-read',
    reason: 'Goal: The portal answered 503.',
  });
  await portal.close();
});
