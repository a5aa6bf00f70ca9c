import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { describe4, startStub, tokensFor, type Reply, type Stub } from '../portal/stub.ts';
import { newHome, type Home } from './bluebutton.ts';
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
    next: expect.stringContaining('bluebutton pull clinic'),
    internals: [],
  });
  expect(await readdir(home.folder)).not.toContain('health-records');
  expect(portal.seen.filter(({ path }) => path.startsWith('/fhir/Patient'))).toHaveLength(2);
  expect(portal.seen.filter(({ path }) => /Goal|Task/.test(path))).toEqual([]);
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
