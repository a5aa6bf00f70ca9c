import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LogEntry, ProfileName, SandboxOptions } from '../../src/sandbox/index.ts';
import { profileNames, readKeys, startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { newHome, type Ended, type Home } from './bluebutton.ts';
import { expectedOf, isOwn, janesRecord, nameOf, type Held } from './expected-record.ts';
import { hashOf, itemsIn } from './folder.ts';
import { signInAddress } from './practice-portal.ts';

interface Row {
  query: string;
  resourceType: string;
  outcome: string;
  pages: number;
  reason?: string;
}

interface Profile {
  client: 'public' | 'secret' | 'key' | 'dynamic';
  /** The types it serves, where it does not serve all. */
  types?: readonly string[];
  /** What the parameters it insists on keep from being found: `Type/id` of `oddities`. */
  hidden: readonly string[];
  refused: readonly string[];
  /** Types of which `$everything` brings what no search finds. */
  filled?: readonly string[];
  /** Parts of queries it is asked. */
  asks?: readonly string[];
  /** What its renewal does to the refresh token. */
  rotates: boolean;
}

const three = ['AllergyIntolerance', 'Immunization', 'Procedure'];
const uncategorised = ['Observation/no-category', 'Observation/odd-category'];

/** As docs/portals.md has it. */
const profiles: Readonly<Record<ProfileName, Profile>> = {
  open: { client: 'public', hidden: [], filled: ['Observation'], refused: three, rotates: true },
  strict: {
    client: 'dynamic',
    hidden: [],
    filled: ['Observation', 'CarePlan', 'CareTeam'],
    refused: three,
    rotates: true,
  },
  medicare: {
    client: 'secret',
    types: ['Patient', 'Coverage', 'ExplanationOfBenefit'],
    asks: ['Coverage?beneficiary=jane-doe'],
    hidden: [],
    refused: ['Coverage'],
    rotates: true,
  },
  va: {
    client: 'public',
    types:
      'AllergyIntolerance Appointment Condition Device DiagnosticReport DocumentReference Encounter Immunization Location Medication MedicationRequest Observation Organization Patient Practitioner PractitionerRole Procedure'.split(
        ' ',
      ),
    hidden: [],
    refused: three,
    rotates: true,
  },
  epic: {
    client: 'key',
    asks: ['Observation?patient=jane-doe&category=smartdata', 'CarePlan?patient=jane-doe&category=734163000'],
    hidden: [...uncategorised, 'Observation/procedure', 'CarePlan/odd-category'],
    refused: three,
    rotates: true,
  },
  oracle: {
    client: 'key',
    asks: ['Appointment?patient=jane-doe&date=ge1900-01-01'],
    hidden: ['Appointment/no-start'],
    refused: three,
    rotates: false,
  },
  athena: {
    client: 'secret',
    asks: ['MedicationRequest?patient=jane-doe&intent=order,plan&'],
    hidden: [...uncategorised, 'MedicationRequest/proposal'],
    refused: three,
    rotates: true,
  },
};

const category = (code: string) => [{ coding: [{ system: 'urn:oid:2.25.1', code }] }];

/** Resources of which some portals' searches find nothing, and more claims than a page holds. */
function oddities(record: readonly Held[]): Held[] {
  const like = (type: string, id: string, changes: object): Held => {
    const found = record.find(({ resourceType }) => resourceType === type);
    if (found === undefined) throw new Error(`no ${type} in the sample record`);
    return JSON.parse(JSON.stringify({ ...found, ...changes, id }));
  };
  return [
    like('Observation', 'no-category', { category: undefined }),
    like('Observation', 'odd-category', { category: category('oddity') }),
    like('Observation', 'procedure', { category: category('procedure') }),
    like('Condition', 'no-category', { category: undefined }),
    like('Condition', 'odd-category', { category: category('oddity') }),
    like('CarePlan', 'odd-category', { category: category('oddity') }),
    like('CareTeam', 'no-status', { status: undefined }),
    like('CareTeam', 'in-error', { status: 'entered-in-error' }),
    like('MedicationRequest', 'proposal', { intent: 'proposal' }),
    like('Appointment', 'no-start', { status: 'proposed', start: undefined, end: undefined }),
    ...Array.from({ length: 60 }, (_, index) => like('ExplanationOfBenefit', `claim-${index}`, {})),
  ];
}

let record: Held[];
const open: Sandbox[] = [];

beforeAll(async () => {
  const sample = await janesRecord();
  record = [...sample, ...oddities(sample)];
});

afterAll(async () => {
  for (const sandbox of open) await sandbox.close();
});

/** A person at a computer who has signed in to a practice portal of that profile. */
async function signedIn(
  name: ProfileName,
  options: Partial<SandboxOptions> = {},
  consent: Record<string, string> = {},
): Promise<{ home: Home; login: Ended; log: LogEntry[] }> {
  const home = await newHome();
  const log: LogEntry[] = [];
  const { client } = profiles[name];
  const words: string[] = [];
  let jwks: ReturnType<typeof readKeys>;
  if (client === 'key') {
    await home.done(['keys', 'create', '--token-store', 'file']);
    jwks = readKeys((await home.done(['keys', 'show'])).stdout);
  }
  if (client === 'secret') {
    await writeFile(home.path('secret'), 'practice-secret\n');
    words.push('--client-secret-file', 'secret');
  }
  const sandbox = await startSandbox({
    data: [{ name: 'record.json', text: JSON.stringify(record) }],
    profile: name,
    ...(jwks !== undefined && { clients: [{ clientId: 'key-client', jwks }] }),
    ...options,
    log: (entry) => {
      log.push(entry);
      options.log?.(entry);
    },
  });
  open.push(sandbox);
  const id = client === 'dynamic' ? [] : ['--client-id', `${client}-client`];
  await home.done(['portals', 'add', 'portal', sandbox.baseUrl, '--client', client, ...id]);
  const running = home.start(['login', 'portal', '--token-store', 'file', '--no-browser', ...words]);
  const [, address = ''] = await running.said(signInAddress);
  await fetch(address, { method: 'POST', body: new URLSearchParams({ decision: 'allow', ...consent }) });
  return { home, login: await running.ended, log };
}

/** `Type/id` of all that the archive holds; a document made for the asking is not part of the portal's record. */
async function kept(home: Home): Promise<string[]> {
  const files = (await itemsIn(home.path('health-records'))).filter(({ path }) =>
    /\/data\/fhir\/[^/]+\.ndjson$/.test(path),
  );
  const held = files.flatMap(({ content }) =>
    (content ?? Buffer.of())
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Held => JSON.parse(line)),
  );
  const known = new Set(record.map(({ id }) => id));
  const made = held.filter(({ resourceType, id }) => resourceType === 'DocumentReference' && !known.has(id));
  expect(made.length).toBeLessThan(2);
  return [...new Set(held.filter((one) => !made.includes(one)).map(nameOf))].toSorted();
}

async function pull(home: Home, ...words: string[]): Promise<Ended & { rows: Row[]; bag?: string }> {
  const ended = await home.run(['pull', '--json', ...words]);
  const { portals }: { portals: { ledger: { rows: Row[] }; bag?: string }[] } = JSON.parse(ended.stdout);
  const [first] = portals;
  return {
    ...ended,
    rows: first?.ledger.rows ?? [],
    ...(typeof first?.bag === 'string' && { bag: first.bag }),
  };
}

const refreshToken = (text: string): string => JSON.parse(text).refreshToken;

const renewals = (log: readonly LogEntry[]): LogEntry[] =>
  log.filter(({ form }) => form?.['grant_type'] === 'refresh_token');

describe.each(profileNames)('a portal in the %s profile', (name) => {
  const profile = profiles[name];
  const serves = (one: string): boolean => profile.types?.includes(one.split('/')[0] ?? '') ?? true;
  let home: Home;
  let login: Ended;
  let log: LogEntry[];
  let endsAtFirstPage = false;
  /** The portal's clock runs ahead, so that every access has ended, until that is noticed. */
  let isLate = false;
  let data: Held[] | undefined;

  beforeAll(async () => {
    ({ home, login, log } = await signedIn(name, {
      now: () => new Date(Date.now() + (isLate ? 3600_000 : 0)),
      log: ({ served, status }) => {
        if (status === 401) isLate = false;
        if (!endsAtFirstPage || served?.resourceType !== 'Bundle') return;
        endsAtFirstPage = false;
        isLate = true;
      },
      reload: async () => {
        const text = data && JSON.stringify(data);
        data = undefined;
        return text === undefined ? undefined : [{ name: 'record.json', text }];
      },
    }));
  });

  test('is signed in to by its kind of client, and says whose record it is', () => {
    expect(login.stdout).toBe('Signed in to portal. This is the record of Jane Doe, born 1975-05-01.\n');
    expect(login.status).toBe(0);
  });

  test('is pulled whole though access ends halfway, with one renewal; what a search cannot find is told', async () => {
    const before = await readFile(home.path('.local/state/bluebutton/tokens/portal.json'), 'utf8');
    endsAtFirstPage = true;
    const { status, rows } = await pull(home);
    expect(status).toBe(0);
    expect(renewals(log)).toHaveLength(1);
    const after = await readFile(home.path('.local/state/bluebutton/tokens/portal.json'), 'utf8');
    expect(refreshToken(after) !== refreshToken(before)).toBe(profile.rotates);
    expect(await kept(home)).toEqual(expectedOf(record, { serves, hidden: profile.hidden }));
    const queries = rows.map(({ query }) => query);
    expect((profile.asks ?? []).filter((part) => !queries.some((query) => query.startsWith(part)))).toEqual(
      [],
    );
    const fills = queries.flatMap((query) => /\$everything \((\w+)\)$/.exec(query)?.[1] ?? []);
    expect(fills.toSorted()).toEqual((profile.filled ?? []).toSorted());
    expect(rows.some(({ query, pages }) => query.includes('?') && pages > 1)).toBe(true);
    const missed = new Set(profile.hidden.map((one) => one.split('/')[0]));
    const told = rows.filter(({ reason }) => reason?.startsWith('Had to be asked by'));
    expect([...missed].filter((type) => !told.some(({ resourceType }) => resourceType === type))).toEqual([]);
    const others = record
      .filter((one) => isOwn(one) && !serves(nameOf(one)))
      .map(({ resourceType }) => resourceType);
    expect(
      others.filter(
        (type) => !rows.some(({ resourceType, outcome }) => resourceType === type && outcome === 'not-asked'),
      ),
    ).toEqual([]);
  });

  test('pulled again with nothing new leaves the archive as it is', async () => {
    const before = await hashOf(home.path('health-records'));
    const { status, bag } = await pull(home);
    expect({ status, bag }).toEqual({ status: 0, bag: undefined });
    expect(await hashOf(home.path('health-records'))).toBe(before);
  });

  test('pulled after its data changed brings what is new and what changed, and nothing else', async () => {
    const type = serves('Observation') ? 'Observation' : 'ExplanationOfBenefit';
    const [one] = record.filter(({ resourceType }) => resourceType === type);
    const more: Held = JSON.parse(JSON.stringify({ ...one, id: 'came-later' }));
    data = [
      ...record.map((held) => (held === one ? { ...held, language: 'en-GB' } : held)),
      { ...more, language: 'en-GB' },
    ];
    const { stdout, status } = await home.run(['pull', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).portals[0]).toMatchObject({ counts: { new: 1, changed: 1, vanished: 0 } });
  });

  test('is told of a logout, and ends the sign-in', async () => {
    const { stdout, stderr, status } = await home.run(['logout', 'portal']);
    expect(stdout + stderr).toContain('the portal has ended the sign-in');
    expect(status).toBe(0);
    const revoked = log.filter(({ method, path }) => method === 'POST' && /\/revoke/.test(path));
    expect(revoked.at(-1)?.status).toBe(200);
    expect((await home.run(['pull'])).status).toBe(4);
  });

  test('that refuses types gives all else; they are named, status 3; accepted, 0', async () => {
    const refusing = await signedIn(name, { refuse: [...profile.refused] });
    const { status, rows } = await pull(refusing.home);
    expect(status).toBe(3);
    const isGiven = (one: string): boolean =>
      serves(one) && !profile.refused.includes(one.split('/')[0] ?? '');
    expect(await kept(refusing.home)).toEqual(
      expectedOf(record, { serves: isGiven, hidden: profile.hidden }),
    );
    const refused = rows.filter(({ query, outcome }) => outcome === 'refused' && query.includes('?'));
    expect(refused.map(({ resourceType }) => resourceType).toSorted()).toEqual(profile.refused);
    const again = await refusing.home.run(['pull']);
    expect(again.status).toBe(3);
    expect(again.stdout + again.stderr).toContain('Nothing new to keep.');
    for (const type of profile.refused) expect(again.stderr).toContain(`  ${type}?`);
    expect((await refusing.home.run(['pull', '--accept-gaps'])).status).toBe(0);
    expect((await refusing.home.run(['pull'])).status).toBe(0);
  });
});

test('Medicare without demographics: the claims tell whose they are, and all but the person comes', async () => {
  const { home, login } = await signedIn(
    'medicare',
    { faults: ['token-no-patient'] },
    { share_demographic_scopes: 'off' },
  );
  expect(login.stdout).toBe('Signed in to portal. This is the record of patient jane-doe.\n');
  expect(login.stderr).toContain('The portal did not grant: patient/Patient.rs.');
  const { status, rows } = await pull(home);
  expect(status).toBe(0);
  expect(await kept(home)).toEqual(
    expectedOf(record, { serves: (one) => /^(Coverage|ExplanationOfBenefit)/.test(one) }),
  );
  expect(rows.filter(({ resourceType }) => resourceType === 'Patient')).toMatchObject([
    { outcome: 'not-asked', reason: 'The granted access does not cover it.' },
  ]);
  expect(rows.find(({ resourceType }) => resourceType === 'ExplanationOfBenefit')?.pages).toBe(2);
});
