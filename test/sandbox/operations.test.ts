import { afterEach, describe, expect, test } from 'vitest';
import { record } from './record.ts';
import { closeAll, declared, issueOf, linkOf, placesIn, rawBundle, serving } from './signing-in.ts';

afterEach(closeAll);

const docref = '/DocumentReference/$docref';

const allergy = (name: string, code: string) => ({
  resourceType: 'AllergyIntolerance',
  id: name,
  patient: { reference: 'Patient/ann' },
  code: { text: name },
  verificationStatus: { coding: [{ code }] },
});

describe('Patient/$everything', () => {
  test('gives all that is the patient’s and what that refers to, page by page', async () => {
    const { get } = await serving({});
    const places: string[] = [];
    let next: string | undefined = '/Patient/ann/$everything?_count=5';
    while (next !== undefined) {
      const page = await rawBundle(await get(next));
      expect(placesIn(page).length).toBeLessThanOrEqual(5);
      places.push(...placesIn(page));
      next = linkOf(page, 'next');
    }
    expect(new Set(places).size).toBe(places.length);
    expect(places).toEqual(
      expect.arrayContaining([
        'Patient/ann',
        'Condition/old',
        'Coverage/card',
        'Provenance/who-said-so',
        'Practitioner/doc',
        'Medication/pill',
        'Binary/note-text',
      ]),
    );
    expect(places.filter((place) => place.includes('bob') || place === 'Group/both')).toEqual([]);
  });

  test('takes _since and _type, and nothing else', async () => {
    const { get } = await serving({ now: () => new Date('2010-01-01T00:00:00Z') });
    const since = await rawBundle(await get('/Patient/ann/$everything?_since=2024-01-15T00:00:00Z'));
    expect(placesIn(since)).toEqual(['Patient/ann']);
    const typed = await rawBundle(await get('/Patient/ann/$everything?_type=Condition,Coverage'));
    expect(placesIn(typed)).toEqual(['Condition/old', 'Condition/new', 'Coverage/card']);
    expect((await issueOf(await get('/Patient/ann/$everything?colour=red')))[0]).toBe(400);
  });

  test('keeps to the scopes and to the patient', async () => {
    const { get } = await serving({}, { types: ['Patient', 'Condition'] });
    const page = await rawBundle(await get('/Patient/ann/$everything'));
    expect(placesIn(page)).toEqual(['Patient/ann', 'Condition/old', 'Condition/new']);
    expect((await get('/Patient/bob/$everything')).status).toBe(403);
  });
});

describe('$docref', () => {
  interface Reference {
    id: string;
    date: string;
    content: { attachment: { contentType: string; url: string } }[];
  }

  async function made(response: Response): Promise<Reference> {
    const { entry }: { entry: { resource: Reference }[] } = JSON.parse(await response.text());
    const [only] = entry;
    if (entry.length !== 1 || only === undefined) throw new Error(`${entry.length} documents`);
    return only.resource;
  }

  test('makes a summary of today when no dates are given, a new one each time', async () => {
    const { get } = await serving({ now: () => new Date('2025-01-01T12:00:00Z') });
    const document = await made(await get(`${docref}?patient=ann`));
    const again = await made(await get(`${docref}?patient=ann&type=http://loinc.org|34133-9`));
    expect(again.id).not.toBe(document.id);
    expect(document.date).toBe('2025-01-01T12:00:00.000Z');
    const url = document.content[0]?.attachment.url ?? '';
    const binary = await get(`/${url}`, { accept: 'application/xml' });
    expect(binary.headers.get('content-type')).toBe('application/xml');
    const text = await binary.text();
    expect(text).toContain('<templateId root="2.16.840.1.113883.10.20.22.1.2" extension="2015-08-01"/>');
    expect(text).toContain('<effectiveTime value="20250101120000+0000"/>');
    expect(text).toContain('<family>&lt;Sample&gt;</family>');
    expect((await get(`/DocumentReference/${document.id}`)).status).toBe(200);
    expect(placesIn(await rawBundle(await get('/DocumentReference?patient=ann')))).toEqual([
      'DocumentReference/note',
    ]);
  });

  test('does not list in a summary what was refuted or entered in error', async () => {
    const allergies = [
      allergy('peanut', 'confirmed'),
      allergy('latex', 'refuted'),
      allergy('x', 'entered-in-error'),
    ];
    const data = [...record, { name: 'allergies', text: JSON.stringify(allergies) }];
    const { get } = await serving({ data });
    const document = await made(await get(`${docref}?patient=ann`));
    const text = await (await get(`/${document.content[0]?.attachment.url}`)).text();
    expect(text).toContain('<list><item>peanut</item></list>');
  });

  test('gives the documents that are there when dates or another type are given', async () => {
    const { get } = await serving({});
    const typed = await rawBundle(await get(`${docref}?patient=ann&type=http://loinc.org|11506-3`));
    expect(placesIn(typed)).toEqual([]);
    const dated = await rawBundle(await get(`${docref}?patient=ann&start=1990-01-01&end=1991-01-01`));
    expect(placesIn(dated)).toEqual([]);
  });

  test('is asked by POST of a form or of Parameters as well', async () => {
    const { portal, token } = await serving({});
    const authorization = `Bearer ${token}`;
    const form = await fetch(portal.baseUrl + docref, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams({ patient: 'ann' }),
    });
    expect((await made(form)).content).toHaveLength(1);
    const parameter = [
      { name: 'patient', valueId: 'ann' },
      { name: 'type', valueCodeableConcept: { coding: [{ system: 'http://loinc.org', code: '34133-9' }] } },
    ];
    const ask = (body: unknown) =>
      fetch(portal.baseUrl + docref, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/fhir+json' },
        body: JSON.stringify(body),
      });
    expect((await made(await ask({ resourceType: 'Parameters', parameter }))).content).toHaveLength(1);
    expect((await ask({ resourceType: 'Patient' })).status).toBe(400);
    expect((await ask({ resourceType: 'Parameters', parameter: [] })).status).toBe(400);
  });

  test('is for the patient alone: what it made is nobody else’s', async () => {
    const { get } = await serving({});
    expect((await get(`${docref}?patient=bob`)).status).toBe(403);
    expect((await issueOf(await get(docref)))[1]?.code).toBe('required');
    expect((await fetch((await serving({})).portal.baseUrl + docref)).status).toBe(401);
  });

  test('at Oracle Health needs a type', async () => {
    const { get } = await serving({ profile: 'oracle' });
    const accept = 'application/fhir+json';
    const [status, issue] = await issueOf(await get(`${docref}?patient=ann`, { accept }));
    expect([status, issue?.location]).toEqual([400, ['http.type']]);
    const typed = `${docref}?patient=ann&type=http://loinc.org|34133-9`;
    expect((await made(await get(typed, { accept }))).content).toHaveLength(1);
  });

  test.each([
    ['docref-400', 400],
    ['docref-404', 404],
    ['docref-501', 501],
  ])('%s', async (fault, status) => {
    const { get } = await serving({ faults: [fault] });
    expect((await issueOf(await get(`${docref}?patient=ann`)))[0]).toBe(status);
  });

  test('docref-empty, docref-outcome, docref-next-leaks', async () => {
    const empty = await serving({ faults: ['docref-empty'] });
    expect((await rawBundle(await empty.get(`${docref}?patient=ann`))).entry).toEqual([]);
    const outcome = await serving({ faults: ['docref-outcome'] });
    const said: unknown = await (await outcome.get(`${docref}?patient=ann`)).json();
    expect(said).toMatchObject({ resourceType: 'OperationOutcome' });
    const leaking = await serving({ faults: ['docref-next-leaks'] });
    const page = await rawBundle(await leaking.get(`${docref}?patient=ann`));
    expect(linkOf(page, 'next')).toBe(`${leaking.portal.baseUrl}/DocumentReference?patient=ann`);
  });
});

test.each([
  ['open', ['docref', 'everything']],
  ['strict', ['docref', 'everything']],
  ['oracle', ['docref']],
  ['epic', []],
  ['va', []],
  ['athena', []],
] as const)('%s declares its operations and answers no others', async (profile, names) => {
  const { portal, get } = await serving({ profile });
  const operations = (await declared(portal)).rest[0]?.resource.flatMap(({ operation }) => operation ?? []);
  expect(operations?.map(({ name }) => name)).toEqual(names);
  const accept = 'application/fhir+json';
  const everything = (await get('/Patient/ann/$everything', { accept })).status;
  expect(everything).toBe(operations?.some(({ name }) => name === 'everything') === true ? 200 : 404);
  const document = (await get(`${docref}?patient=ann&type=34133-9`, { accept })).status;
  expect(document).toBe(operations?.some(({ name }) => name === 'docref') === true ? 200 : 404);
});
