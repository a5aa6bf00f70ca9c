import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { allPages, bundle, json, signedIn, type Get } from './app.ts';
import { literals, record } from './record.ts';

let portal: Sandbox;
let get: Get;
beforeAll(async () => {
  portal = await startSandbox({ data: record, now: () => new Date('2025-01-01T00:00:00Z') });
  get = await signedIn(portal);
});
afterAll(() => portal.close());

async function matches(path: string): Promise<string[]> {
  return (await bundle(await get(path))).matches;
}

async function refused(path: string): Promise<unknown> {
  const response = await get(path);
  expect(response.headers.get('content-type')).toBe('application/fhir+json');
  const { resourceType, issue } = await json(response);
  expect(resourceType).toBe('OperationOutcome');
  return [response.status, issue];
}

test('a search finds the patient’s resources and nobody else’s', async () => {
  for (const who of ['patient=ann', 'patient=Patient/ann', 'subject=Patient/ann']) {
    expect(await matches(`/Condition?${who}`)).toEqual(['Condition/old', 'Condition/new']);
  }
  expect(await matches('/Condition?_id=old,of-bob')).toEqual(['Condition/old']);
  expect(await matches('/Coverage?beneficiary=Patient/ann')).toEqual(['Coverage/card']);
  expect(await matches('/Appointment?patient=ann')).toEqual(['Appointment/visit']);
  expect(await matches('/Patient?_id=ann')).toEqual(['Patient/ann']);
});

test('a search for another patient is 403', async () => {
  expect((await get('/Condition?patient=bob')).status).toBe(403);
  expect((await get('/Condition?patient=ann&subject=Patient/bob')).status).toBe(403);
  expect((await get('/Patient?_id=bob')).status).toBe(403);
});

test('every page but the last leads on, and together they hold every match exactly once', async () => {
  const pages = await allPages(get, '/Observation?patient=ann&category=laboratory&_count=4');
  expect(pages.map((page) => page.matches.length)).toEqual([4, literals.length - 4]);
  expect(pages.map((page) => page.total)).toEqual([literals.length, literals.length]);
  const found = pages.flatMap((page) => page.matches);
  expect(found.toSorted()).toEqual(literals.map((_, index) => `Observation/lab-${index}`));
  expect(pages.map((page) => page.notices)).toEqual([undefined, ['4119']]);
  expect(pages[0]?.next?.startsWith(`${portal.baseUrl}?_getpages=`)).toBe(true);
});

test('pages follow the portal’s own size when none is asked for', async () => {
  const narrow = await startSandbox({ data: record, pageSize: 1 });
  try {
    const pages = await allPages(await signedIn(narrow), '/Condition?patient=ann');
    expect(pages.map((page) => page.matches)).toEqual([['Condition/old'], ['Condition/new']]);
  } finally {
    await narrow.close();
  }
});

test('no page is larger than 50, whatever _count says, and _count=0 is the total alone', async () => {
  const many = Array.from({ length: 120 }, (_, index) => ({
    resourceType: 'Goal',
    id: `goal-${index}`,
    subject: { reference: 'Patient/ann' },
  }));
  const large = await startSandbox({
    data: [...record, { name: 'goals', text: many.map((goal) => JSON.stringify(goal)).join('\n') }],
  });
  try {
    const reader = await signedIn(large);
    const pages = await allPages(reader, '/Goal?patient=ann&_count=1000');
    expect(pages.map((page) => page.matches.length)).toEqual([50, 50, 20]);
    expect(new Set(pages.flatMap((page) => page.matches)).size).toBe(120);
    const counted = await bundle(await reader('/Goal?patient=ann&_count=0'));
    expect([counted.total, counted.matches, counted.next]).toEqual([120, [], undefined]);
  } finally {
    await large.close();
  }
});

test('a next link opens nothing for another patient, without a token, or past its end', async () => {
  const { next = '' } = await bundle(await get('/Condition?patient=ann&_count=1'));
  expect((await (await signedIn(portal, { patient: 'bob' }))(next)).status).toBe(403);
  expect((await fetch(next)).status).toBe(401);
  expect((await (await signedIn(portal, { scope: 'patient/Observation.rs' }))(next)).status).toBe(403);
  expect((await get(next.replace('_page=2', '_page=3'))).status).toBe(410);
  expect((await get(next.replace('_page=2', '_page=x'))).status).toBe(410);
  expect((await get('?_getpages=made-up&_page=2')).status).toBe(410);
  expect((await get(next)).status).toBe(200);
});

test('an empty searchset says so in an entry of its own', async () => {
  const empty = await bundle(await get('/Immunization?patient=ann'));
  expect(empty).toEqual({ total: 0, next: undefined, matches: [], included: [], notices: ['4101'] });
});

test('Observation without category or code is refused as Epic does', async () => {
  expect(await refused('/Observation?patient=ann')).toEqual([
    400,
    [expect.objectContaining({ severity: 'fatal', code: 'required' })],
  ]);
  expect((await get('/CarePlan?patient=ann')).status).toBe(200);
  expect((await get('/MedicationRequest?patient=ann')).status).toBe(200);
});

test.each([
  ['an unknown parameter', '/Condition?patient=ann&colour=red'],
  ['a parameter of another type', '/Condition?patient=ann&intent=order'],
  ['a modifier', '/Condition?patient=ann&clinical-status:not=active'],
  ['an include nobody offers', '/Condition?patient=ann&_include=Condition:recorder'],
  ['a revinclude nobody offers', '/Condition?patient=ann&_revinclude=Observation:focus'],
  ['an empty value', '/Condition?patient='],
  ['a _count that is no number', '/Condition?patient=ann&_count=many'],
  ['a _lastUpdated without a prefix', '/Condition?patient=ann&_lastUpdated=2020-01-01'],
  ['a _lastUpdated that is no date', '/Condition?patient=ann&_lastUpdated=gtyesterday'],
  ['a date with an unknown prefix', '/Procedure?patient=ann&date=ap2020'],
  ['no patient', '/Condition'],
  ['a search of what is only read', '/Practitioner?_id=doc'],
  ['a search of all types', '?_id=ann'],
])('%s is 400 with an OperationOutcome', async (_, path) => {
  expect(await refused(path)).toEqual([400, [expect.objectContaining({ severity: 'error' })]]);
});

describe('a token parameter', () => {
  const system = 'http://terminology.hl7.org/CodeSystem/observation-category';

  test('takes a code, a system with a code, and several with commas', async () => {
    for (const category of ['laboratory', `${system}|laboratory`, 'vital-signs,laboratory', `${system}|`]) {
      const query = new URLSearchParams({ patient: 'ann', category });
      expect(await matches(`/Observation?${query.toString()}`)).toHaveLength(literals.length);
    }
    for (const category of ['vital-signs', 'http://example.com|laboratory', '|laboratory']) {
      const query = new URLSearchParams({ patient: 'ann', category });
      expect(await matches(`/Observation?${query.toString()}`)).toEqual([]);
    }
  });

  test('searches concepts and plain codes alike', async () => {
    expect(await matches('/Condition?patient=ann&clinical-status=active')).toEqual(['Condition/new']);
    expect(await matches('/MedicationRequest?patient=ann&status=active&intent=order,plan')).toEqual([
      'MedicationRequest/order',
    ]);
    expect(await matches('/MedicationRequest?patient=ann&intent=plan')).toEqual([]);
  });
});

describe('a date parameter', () => {
  test.each([
    ['date=2011', ['lab-1']],
    ['date=ge2014', ['lab-4', 'lab-5']],
    ['date=gt2013-03-01', ['lab-4', 'lab-5']],
    ['date=lt2011-03-01', ['lab-0']],
    ['date=le2011-03-01T12:00:00Z', ['lab-0', 'lab-1']],
    ['date=ge2011&date=lt2013', ['lab-1', 'lab-2']],
    ['date=sa2013', ['lab-4', 'lab-5']],
    ['date=eb2011', ['lab-0']],
    ['date=2010,2015-03-01', ['lab-0', 'lab-5']],
  ])('%s finds %j', async (date, ids) => {
    const found = await matches(`/Observation?patient=ann&category=laboratory&${date}`);
    expect(found).toEqual(ids.map((id) => `Observation/${id}`));
  });

  test('_lastUpdated may be repeated, and what does not say when counts from the portal’s start', async () => {
    const since = '/Condition?patient=ann&_lastUpdated=';
    expect(await matches(`${since}gt2020-01-01T00:00:00Z`)).toEqual(['Condition/new']);
    expect(await matches(`${since}ge2020-01-01T00:00:00Z`)).toEqual(['Condition/old', 'Condition/new']);
    expect(await matches(`${since}ge2020&_lastUpdated=lt2021`)).toEqual(['Condition/old']);
    expect(await matches(`${since}gt2020-01-01T01:59:59%2B02:00`)).toEqual([
      'Condition/old',
      'Condition/new',
    ]);
    expect(await matches('/Coverage?patient=ann&_lastUpdated=gt2024-12-31')).toEqual(['Coverage/card']);
    expect(await matches('/Coverage?patient=ann&_lastUpdated=gt2025-01-01')).toEqual([]);
  });
});

describe('beside its matches a search gives', () => {
  test('the Provenance of each, when asked', async () => {
    const { matches: found, included } = await bundle(
      await get('/Condition?patient=ann&_revinclude=Provenance:target'),
    );
    expect(found).toEqual(['Condition/old', 'Condition/new']);
    expect(included).toEqual(['Provenance/who-said-so']);
    expect((await bundle(await get('/Condition?patient=ann'))).included).toEqual([]);
  });

  test('the Medication of an order, when asked', async () => {
    const path = '/MedicationRequest?patient=ann&_include=MedicationRequest:medication';
    expect((await bundle(await get(path))).included).toEqual(['Medication/pill']);
  });

  test('nothing that the scopes leave out, and says so', async () => {
    const narrow = await signedIn(portal, { scope: 'patient/Condition.rs' });
    const found = await bundle(await narrow('/Condition?patient=ann&_revinclude=Provenance:target'));
    expect(found.included).toEqual([]);
    expect(found.notices).toHaveLength(2);
  });
});

test('searching needs the scope for it', async () => {
  const reader = await signedIn(portal, { scope: 'patient/Condition.r patient/Coverage.s' });
  expect((await reader('/Condition?patient=ann')).status).toBe(403);
  expect((await reader('/Condition/new')).status).toBe(200);
  expect((await reader('/Coverage?patient=ann')).status).toBe(200);
  expect((await reader('/Coverage/card')).status).toBe(403);
});

test('a refused type is 403 on search, on read and as an include', async () => {
  const strict = await startSandbox({ data: record, refuse: ['Coverage', 'Provenance'] });
  try {
    const reader = await signedIn(strict);
    expect((await reader('/Coverage?patient=ann')).status).toBe(403);
    expect((await reader('/Coverage/card')).status).toBe(403);
    const found = await bundle(await reader('/Condition?patient=ann&_revinclude=Provenance:target'));
    expect(found.included).toEqual([]);
    expect((await reader('/Condition/new')).status).toBe(200);
  } finally {
    await strict.close();
  }
});
