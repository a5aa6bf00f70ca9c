import { afterEach, describe, expect, test } from 'vitest';
import { json } from './app.ts';
import { record } from './record.ts';
import {
  closeAll,
  declared,
  issueOf,
  linkOf,
  placesIn,
  rawBundle,
  serving,
  type SeenType,
} from './signing-in.ts';

afterEach(closeAll);

const subject = { reference: 'Patient/ann' };

const newYear = () => new Date('2025-01-01T00:00:00Z');

function claim(index: number, code: string): unknown {
  return {
    resourceType: 'ExplanationOfBenefit',
    id: `${code.toLowerCase()}--${index}`,
    meta: { lastUpdated: `2024-01-${String(index + 1).padStart(2, '0')}T00:00:00Z` },
    patient: subject,
    type: {
      coding: [
        { system: 'https://bluebutton.cms.gov/resources/variables/nch_clm_type_cd', code: '71' },
        { system: 'https://bluebutton.cms.gov/resources/codesystem/eob-type', code },
      ],
    },
    billablePeriod: { start: `2023-0${(index % 9) + 1}-01`, end: `2023-0${(index % 9) + 1}-02` },
  };
}

const claims = [
  ...Array.from({ length: 23 }, (_, index) => claim(index, 'CARRIER')),
  claim(0, 'PDE'),
  { resourceType: 'ExplanationOfBenefit', id: 'untyped', patient: subject },
];
const withClaims = [...record, { name: 'claims', text: JSON.stringify(claims) }];

function typesOf({ rest }: { rest: { resource: SeenType[] }[] }): string[] {
  return rest[0]?.resource.map(({ type }) => type) ?? [];
}

describe('medicare', () => {
  test('has three types and no others, and calls itself FHIR 4.0.0', async () => {
    const { portal, get } = await serving({ profile: 'medicare', data: withClaims });
    const capability = await declared(portal);
    expect(capability.fhirVersion).toBe('4.0.0');
    expect(typesOf(capability)).toEqual(['Coverage', 'ExplanationOfBenefit', 'Patient']);
    expect(capability.rest[0]?.resource.flatMap(({ operation }) => operation ?? [])).toEqual([]);
    for (const path of ['/Condition?patient=ann', '/Condition/new', '/Patient/ann/$everything']) {
      const response = await get(path);
      expect([response.status, await json(response)]).toEqual([404, { detail: 'Not found.' }]);
    }
    expect(placesIn(await rawBundle(await get('/Coverage?beneficiary=ann')))).toEqual(['Coverage/card']);
  });

  test('pages by startIndex, with links to every side and entries that hold a resource alone', async () => {
    const { portal, get } = await serving({ profile: 'medicare', data: withClaims });
    const first = await rawBundle(await get('/ExplanationOfBenefit?patient=ann'));
    expect(Object.keys(first)).toEqual(['resourceType', 'type', 'link', 'entry']);
    expect(first.link.map(({ relation }) => relation)).toEqual(['first', 'next', 'last', 'self']);
    expect(first.entry).toHaveLength(10);
    expect(first.entry.every((entry) => Object.keys(entry).join(' ') === 'resource')).toBe(true);
    const base = `${portal.baseUrl}/ExplanationOfBenefit`;
    expect(linkOf(first, 'self')).toBe(`${base}/?startIndex=0&_count=10&patient=ann`);
    expect(linkOf(first, 'next')).toBe(`${base}?startIndex=10&_count=10&patient=ann`);
    expect(linkOf(first, 'last')).toBe(`${base}?startIndex=20&_count=10&patient=ann`);
    const third = await rawBundle(await get(linkOf(first, 'last') ?? ''));
    expect(third.entry).toHaveLength(5);
    expect(linkOf(third, 'next')).toBeUndefined();
    const between = await rawBundle(await get('/ExplanationOfBenefit?patient=ann&startIndex=13&_count=12'));
    expect(linkOf(between, 'previous')).toContain('startIndex=1&');
    expect((await get(linkOf(first, 'self') ?? '')).status).toBe(200);
    const empty = await rawBundle(await get('/ExplanationOfBenefit?type=hospice'));
    expect(empty.entry).toEqual([]);
  });

  test('filters claims by type and day of service, and drops what it does not know', async () => {
    const { get } = await serving({ profile: 'medicare', data: withClaims });
    const found = async (query: string) =>
      placesIn(await rawBundle(await get(`/ExplanationOfBenefit?patient=ann&_count=50${query}`))).length;
    expect(await found('')).toBe(25);
    expect(await found('&type=pde')).toBe(1);
    expect(await found('&type=carrier,pde')).toBe(24);
    expect(await found('&type=hospice')).toBe(0);
    expect(await found('&service-date=ge2023-09-01')).toBe(2);
    expect(await found('&colour=red&_revinclude=Provenance:target')).toBe(25);
    expect(await found('&_lastUpdated=gt2024-01-10&_lastUpdated=lt2024-01-13')).toBe(2);
  });

  test.each([
    ['_count=51', 400],
    ['_count=many', 400],
    ['_lastUpdated=2024-01-01', 400],
    ['_lastUpdated=eq2024-01-01', 400],
    ['patient=bob', 403],
  ])('answers %s with %i and a detail', async (query, status) => {
    const { get } = await serving({ profile: 'medicare', data: withClaims });
    const response = await get(`/ExplanationOfBenefit?${query}`);
    expect(response.status).toBe(status);
    expect(await json(response)).toEqual({ detail: expect.any(String) });
  });

  test('another patient is not found', async () => {
    const { get } = await serving({ profile: 'medicare' });
    const response = await get('/Patient/bob');
    expect([response.status, await json(response)]).toEqual([404, { detail: 'Not found.' }]);
  });
});

test('va pages by number, ten at a time and a hundred at most, and writes references whole', async () => {
  const many = Array.from({ length: 120 }, (_, index) => ({
    resourceType: 'Procedure',
    id: `p${index}`,
    subject,
  }));
  const data = [...record, { name: 'many', text: JSON.stringify(many) }];
  const { portal, get } = await serving({ profile: 'va', data });
  const base = `${portal.baseUrl}/Procedure`;
  const response = await get('/Procedure?patient=ann');
  expect(response.headers.get('x-ratelimit-limit')).toBe('60');
  const first = await rawBundle(response);
  expect(first.entry).toHaveLength(10);
  expect(linkOf(first, 'next')).toBe(`${base}?page=2&_count=10&patient=ann`);
  expect(linkOf(first, 'last')).toBe(`${base}?page=12&_count=10&patient=ann`);
  expect(first.entry[0]?.resource?.['subject']).toEqual({ reference: `${portal.baseUrl}/Patient/ann` });
  expect((await rawBundle(await get('/Procedure?patient=ann&_count=500'))).entry).toHaveLength(100);
  const document = JSON.stringify(await json(await get('/DocumentReference/note')));
  expect(document).toContain(`"url":"${portal.baseUrl}/Binary/note-text"`);
  expect(typesOf(await declared(portal))).not.toContain('Coverage');
});

describe('epic', () => {
  test.each([
    ['/Observation?patient=ann', 'required', 'fatal', 'http.category'],
    ['/CarePlan?patient=ann', 'required', 'fatal', 'http.category'],
    ['/Observation?patient=ann&category=procedure', 'invalid', 'error', 'http.category'],
    ['/Patient?patient=ann', 'not-supported', 'error', 'http.patient'],
    ['/Condition?patient=ann&_lastUpdated=ge2020', 'not-supported', 'error', 'http._lastUpdated'],
  ])('refuses %s: %s', async (path, code, severity, location) => {
    const { get } = await serving({ profile: 'epic' });
    const issue = expect.objectContaining({ code, severity, location: [location] });
    expect(await issueOf(await get(path))).toEqual([400, issue]);
  });

  test('ends every page with its messages, and its total is no total', async () => {
    const { portal, get } = await serving({ profile: 'epic', pageSize: 4 });
    const page = await rawBundle(await get('/Observation?patient=ann&category=laboratory'));
    expect(page.total).toBe(4);
    expect(page.entry.at(-1)).toMatchObject({ search: { mode: 'outcome' } });
    const social = await rawBundle(await get('/Observation?patient=ann&category=social-history'));
    const codes = social.entry[0]?.resource?.issue?.map(({ details }) => details.coding?.[0]?.code);
    expect(codes).toEqual(['4101', '59204']);
    const names = (await declared(portal)).rest[0]?.resource.flatMap(({ searchParam }) => searchParam ?? []);
    expect(names?.some(({ name }) => name === '_lastUpdated')).toBe(false);
  });

  test('refuses what the app is not registered for, and some ids that its own data names', async () => {
    const { get } = await serving({ profile: 'epic', refuse: ['Coverage', 'Practitioner/doc'] });
    expect((await get('/Coverage?patient=ann')).status).toBe(403);
    expect((await get('/Practitioner/doc')).status).toBe(403);
    expect((await get('/Medication/pill')).status).toBe(200);
  });

  test('sends a note as Accept has it, and takes both names of FHIR JSON', async () => {
    const { get } = await serving({ profile: 'epic' });
    expect((await get('/Binary/note-text', { accept: 'text/html' })).status).toBe(406);
    expect(await (await get('/Binary/note-text', { accept: 'text/plain' })).text()).toBe('Grüße');
    for (const accept of ['application/fhir+json', 'application/json+fhir']) {
      expect((await get('/Condition?patient=ann', { accept })).status).toBe(200);
    }
  });
});

describe('oracle', () => {
  const accept = 'application/fhir+json';

  test('answers 406 unless FHIR JSON is named', async () => {
    const { get } = await serving({ profile: 'oracle' });
    for (const path of ['/Patient/ann', '/Condition?patient=ann', '/metadata']) {
      expect((await get(path, { accept: 'application/json' })).status).toBe(406);
      expect((await get(path)).status).toBe(406);
      expect((await get(path, { accept })).status).toBe(200);
    }
  });

  test('finds a Binary only under its own type, and with the scope of its document', async () => {
    const { get } = await serving({ profile: 'oracle' });
    for (const type of ['*/*', 'text/*', 'application/pdf']) {
      expect((await get('/Binary/note-text', { accept: type })).status).toBe(404);
    }
    expect(await (await get('/Binary/note-text', { accept: 'text/plain' })).text()).toBe('Grüße');
    expect((await get('/Binary/note-text', { accept })).status).toBe(200);
    const narrow = await serving({ profile: 'oracle' }, { types: ['Binary', 'Patient'] });
    expect((await narrow.get('/Binary/note-text', { accept: 'text/plain' })).status).toBe(403);
  });

  test.each([
    ['Observation', '', 50],
    ['Observation', '&_count=500', 200],
    ['DocumentReference', '', 10],
    ['DiagnosticReport', '', 10],
    ['DiagnosticReport', '&_count=500', 100],
  ])('gives of %s%s %i a page', async (resourceType, query, size) => {
    const many = Array.from({ length: 250 }, (_, index) => ({ resourceType, id: `m${index}`, subject }));
    const data = [...record, { name: 'many', text: JSON.stringify(many) }];
    const { get } = await serving({ profile: 'oracle', data });
    const page = await rawBundle(await get(`/${resourceType}?patient=ann${query}`, { accept }));
    expect(page.entry).toHaveLength(size);
  });

  test('wants a date for appointments, and not beside _lastUpdated', async () => {
    const { get } = await serving({ profile: 'oracle' });
    const [status, issue] = await issueOf(await get('/Appointment?patient=ann', { accept }));
    expect([status, issue?.code, issue?.location]).toEqual([400, 'required', ['http.date']]);
    expect((await get('/Appointment?patient=ann&date=ge1900', { accept })).status).toBe(200);
    const both = '/Observation?patient=ann&date=ge2000&_lastUpdated=ge2000-01-01';
    expect((await issueOf(await get(both, { accept })))[0]).toBe(400);
  });

  test('refuses a search for Provenance without the scope', async () => {
    const path = '/Condition?patient=ann&_revinclude=Provenance:target';
    const narrow = await serving({ profile: 'oracle' }, { types: ['Condition', 'Patient'] });
    expect((await narrow.get(path, { accept })).status).toBe(403);
    const { get } = await serving({ profile: 'oracle' });
    expect(placesIn(await rawBundle(await get(path, { accept })))).toContain('Provenance/who-said-so');
  });
});

test.each([
  ['athena', '/MedicationRequest?patient=ann', 'intent'],
  ['athena', '/Observation?patient=ann&code=x', 'category'],
  ['strict', '/Observation?patient=ann', 'category'],
  ['strict', '/MedicationRequest?patient=ann', 'intent'],
  ['strict', '/CarePlan?patient=ann', 'category'],
  ['strict', '/CareTeam?patient=ann', 'status'],
] as const)('%s refuses %s without %s, and takes it with', async (profile, path, parameter) => {
  const { get } = await serving({ profile });
  const [status, issue] = await issueOf(await get(path));
  expect([status, issue?.code, issue?.location]).toEqual([400, 'required', [`http.${parameter}`]]);
  expect(issue?.details.text).toContain(parameter);
  expect((await get(`${path}&${parameter}=x`)).status).toBe(200);
});

describe('strict', () => {
  test('takes every prefix of _lastUpdated, and says of every resource when it was updated', async () => {
    const { get } = await serving({ profile: 'strict', now: newYear });
    const found = async (query: string) =>
      placesIn(await rawBundle(await get(`/Condition?patient=ann&${query}`)));
    expect(await found('_lastUpdated=2024-01-01')).toEqual(['Condition/new']);
    expect(await found('_lastUpdated=eq2020-01-01')).toEqual(['Condition/old']);
    expect(await found('_lastUpdated=ne2020-01-01')).toEqual(['Condition/new']);
    const card = await json(await get('/Coverage/card'));
    expect(card['meta']).toEqual({ lastUpdated: '2025-01-01T00:00:00.000Z' });
  });

  test('answers 304 to who holds the version, by ETag or by time', async () => {
    const { get } = await serving({ profile: 'strict' });
    const first = await get('/Patient/ann');
    expect(first.headers.get('etag')).toBe('W/"3"');
    const held = await get('/Patient/ann', { 'if-none-match': 'W/"3"' });
    expect([held.status, await held.text()]).toEqual([304, '']);
    expect((await get('/Patient/ann', { 'if-none-match': 'W/"2"' })).status).toBe(200);
    const since = first.headers.get('last-modified') ?? '';
    expect((await get('/Patient/ann', { 'if-modified-since': since })).status).toBe(304);
    const unversioned = (await get('/Coverage/card')).headers.get('etag') ?? '';
    expect((await get('/Coverage/card', { 'if-none-match': unversioned })).status).toBe(304);
  });
});

test('open sends resources as they are in the data, and is not conditional', async () => {
  const { get } = await serving({});
  expect(await json(await get('/Coverage/card'))).not.toHaveProperty('meta');
  expect((await get('/Patient/ann', { 'if-none-match': 'W/"3"' })).status).toBe(200);
});
