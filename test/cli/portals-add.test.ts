import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startStub, type Stub } from '../portal/stub.ts';
import { newHome, repository, type Home } from './bluebutton.ts';
import { openPortal } from './practice-portal.ts';
import { refusalOf } from './refusal.ts';

/** What the stub says of itself; each test changes what it is about. */
let smart: Record<string, unknown>;
let fhirVersion: string;
let up: boolean;

let home: Home;
let stub: Stub;
let base: string;

beforeAll(async () => {
  stub = await startStub(({ path }) => {
    if (!up) return { status: 503, headers: { 'retry-after': '3600' }, body: '' };
    if (path.endsWith('smart-configuration')) return { json: smart };
    const resource = [{ type: 'Patient' }, { type: 'Observation' }];
    return { json: { resourceType: 'CapabilityStatement', fhirVersion, rest: [{ resource }] } };
  });
  base = `${stub.origin}/fhir`;
});

afterAll(() => stub.close());

beforeEach(async () => {
  home = await newHome();
  up = true;
  fhirVersion = '4.0.1';
  smart = {
    authorization_endpoint: `${stub.origin}/authorize`,
    token_endpoint: `${stub.origin}/token`,
    capabilities: [
      'launch-standalone',
      'client-confidential-symmetric',
      'permission-offline',
      'permission-v1',
    ],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: [
      'launch/patient',
      'offline_access',
      'patient/Patient.read',
      'patient/Observation.read',
    ],
  };
});

interface Explained {
  ready: boolean;
  registration: { client: string; redirectUri: string; fixed: boolean; missing: string[]; hints: string[] };
  silent?: string;
  facts?: { scopes: string[] };
}

async function explain(name: string, words: readonly string[] = [], env = {}): Promise<Explained> {
  return JSON.parse((await home.done(['portals', 'explain', name, '--json', ...words], { env })).stdout);
}

async function named(): Promise<Record<string, unknown>> {
  const { portals }: { portals: Record<string, unknown>[] } = JSON.parse(
    (await home.done(['portals', 'list', '--json'])).stdout,
  );
  return portals[0] ?? {};
}

describe('portals add', () => {
  it('tells in words what it found', async () => {
    smart['registration_endpoint'] = `${stub.origin}/register`;
    smart['user_access_brand_bundle'] = 'brands.json';
    const { stdout } = await home.done(['portals', 'add', 'clinic', base, '--client-id', 'app']);
    expect(stdout).toBe(
      [
        `clinic is ${base}`,
        '  Vendor: practice portal',
        '  FHIR: R4 (4.0.1), 2 kinds of resource: Patient, Observation',
        '  Sign-in: with a client secret; or registering itself (dynamic registration)',
        '  Renewal: yes, without another sign-in',
        '  Scopes: SMART v1 (.read)',
        `  Its own directory: bluebutton portals add-directory ${base}/brands.json`,
        '',
      ].join('\n'),
    );
  });

  it('warns of what looks wrong: an old FHIR, no word of S256, no scope of a patient', async () => {
    fhirVersion = '1.0.2';
    delete smart['code_challenge_methods_supported'];
    smart['scopes_supported'] = ['openid', 'user/*.read'];
    smart['capabilities'] = ['launch-ehr'];
    const { stdout } = await home.done(['portals', 'add', 'clinic', base, '--client-id', 'app']);
    const warnings = stdout.split('\n').filter((line) => line.startsWith('  Warning: '));
    expect(warnings.map((line) => /DSTU2|S256|own record|launch-standalone/.exec(line)?.[0])).toEqual([
      'DSTU2',
      'S256',
      'own record',
      'launch-standalone',
    ]);
  });

  it('keeps a portal without a client id, says what is next, and login says the same', async () => {
    const { stderr } = await home.done(['portals', 'add', 'clinic', base]);
    expect(stderr).toContain('No client id yet. Next: bluebutton portals explain clinic');
    expect((await home.done(['portals', 'list'])).stdout).toContain('no client id yet');
    expect(refusalOf(await home.run(['login', 'clinic', '--token-store', 'file']))).toMatchObject({
      status: 2,
      what: 'clinic has no client id yet.',
      next: 'bluebutton portals explain clinic, then: bluebutton portals add clinic --client-id ID',
    });
  });

  it('of a named portal changes only what is given, and takes back what is given empty', async () => {
    const first = ['--client', 'secret', '--auth', 'post', '--vendor', 'epic', '--scope', 'a b'];
    await home.done(['portals', 'add', 'clinic', base, ...first]);
    await home.done([
      'portals',
      'add',
      'clinic',
      '--client-id',
      'app',
      '--redirect-uri',
      'https://me.example.org/cb',
    ]);
    const all = {
      name: 'clinic',
      baseUrl: base,
      clientId: 'app',
      client: 'secret',
      authentication: 'post',
      redirectUri: 'https://me.example.org/cb',
      vendor: 'epic',
      scopes: ['a', 'b'],
    };
    expect(await named()).toEqual(all);
    await home.done(['portals', 'add', 'clinic', '--scope', '', '--vendor', '', '--redirect-uri', '']);
    const { scopes: _, vendor: __, redirectUri: ___, ...rest } = all;
    expect(await named()).toEqual(rest);
  });

  it.each([
    [
      ['--redirect-uri', 'http://example.org/cb'],
      /cannot be a redirect address/,
      /exactly as it is registered/,
    ],
    [['--vendor', 'oracel'], /No vendor is called oracel/, /--vendor oracle/],
    [['--client', 'magic'], /argument 'magic' is invalid/, /help portals/],
  ])('refuses %j and leaves everything as it was', async (words, what, next) => {
    const refusal = refusalOf(await home.run(['portals', 'add', 'clinic', base, ...words]));
    expect(refusal).toMatchObject({
      status: 2,
      what: expect.stringMatching(what),
      next: expect.stringMatching(next),
    });
    expect(await named()).toEqual({});
  });
});

describe('portals explain', () => {
  it('names the client id, how to prove the client, and the redirect address exactly as it will be sent', async () => {
    await home.done(['portals', 'add', 'clinic', base, '--vendor', 'epic']);
    const before = await explain('clinic');
    expect(before).toMatchObject({
      ready: false,
      registration: {
        client: 'secret',
        redirectUri: 'http://127.0.0.1:PORT/callback',
        fixed: false,
        missing: [expect.stringContaining('bluebutton portals add clinic --client-id ID --client secret')],
      },
      facts: {
        scopes: ['launch/patient', 'offline_access', 'patient/Patient.read', 'patient/Observation.read'],
      },
    });
    await home.done(['portals', 'add', 'clinic', '--client-id', 'app', '--client', 'secret']);
    expect(await explain('clinic', [], { BLUEBUTTON_REDIRECT_PORT: '8123' })).toMatchObject({
      ready: true,
      registration: { redirectUri: 'http://127.0.0.1:8123/callback', fixed: true, missing: [] },
    });
    await home.done(['portals', 'add', 'clinic', '--redirect-uri', 'https://me.example.org/cb']);
    expect((await explain('clinic')).registration).toMatchObject({
      redirectUri: 'https://me.example.org/cb',
      fixed: true,
    });
  });

  it('says when the portal does not take the kind of client that was chosen', async () => {
    await home.done(['portals', 'add', 'clinic', base, '--client-id', 'app', '--client', 'key']);
    const { ready, registration } = await explain('clinic');
    expect(ready).toBe(false);
    expect(registration.missing).toEqual([expect.stringMatching(/takes secret, and key was chosen/)]);
  });

  it('of a portal that does not answer tells what it said before, and says so', async () => {
    await home.done(['portals', 'add', 'clinic', base, '--client-id', 'app']);
    up = false;
    const { stdout, stderr } = await home.done(['portals', 'explain', 'clinic']);
    expect(stdout).toContain('FHIR: R4 (4.0.1), 2 kinds of resource');
    expect(stderr).toMatch(/cannot answer just now.* What it said on 20\d\d-.* is shown\./);
    expect((await explain('clinic')).silent).toMatch(/cannot answer just now/);
  });

  it('asks nothing with --offline, and knows the steps of a vendor before anything is named', async () => {
    const asked = stub.seen.length;
    const { stdout } = await home.done(['portals', 'explain', 'epic-sandbox', '--offline']);
    expect(stdout).toMatch(/not named by you yet/);
    expect(stdout).toContain('https://fhir.epic.com/Developer/Apps');
    expect(stdout).toMatch(/Cannot be had: .*images/);
    expect(stub.seen.length).toBe(asked);
    expect(refusalOf(await home.run(['portals', 'explain', 'nobody']))).toMatchObject({ status: 2 });
  });
});

it('the practice portal is ready at once with any client id', async () => {
  const portal = await openPortal(home);
  await home.done(['portals', 'add', 'practice', portal.baseUrl, '--client-id', 'any']);
  const { ready, registration } = await explain('practice');
  expect({ ready, client: registration.client, hints: registration.hints }).toEqual({
    ready: true,
    client: 'public',
    hints: [],
  });
});

it('what is kept of a portal holds no more than it said of itself, and only the person may read it', async () => {
  await home.done(['portals', 'add', 'clinic', base, '--client-id', 'app']);
  const text = await readFile(home.path('.cache', 'bluebutton', 'portal-facts', 'clinic.json'), 'utf8');
  expect(text).not.toContain('"app"');
});

it('the commands of docs/getting-a-client-id.md work as they are written there', async () => {
  const text = await readFile(`${repository}/docs/getting-a-client-id.md`, 'utf8');
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  const lines = blocks
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.startsWith('bluebutton portals '));
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    const { stdout } = await home.done(line.split(' ').slice(1));
    expect(stdout).toContain('https://sandbox.bluebutton.cms.gov/v2/fhir');
  }
});
