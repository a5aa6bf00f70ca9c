import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { all, bundle, entries, get, resources, samples, stringsAt, text } from './jane-doe.ts';

test('it is one collection of a believable size, indented by two spaces', () => {
  expect(bundle.type).toBe('collection');
  expect(resources.length).toBe(entries.length);
  expect(resources.length).toBeGreaterThan(180);
  expect(text.startsWith('{\n  "resourceType": "Bundle",\n')).toBe(true);
  expect(text.endsWith('\n}\n')).toBe(true);
});

test('every resource says it is test data, and the README says the person is made up', () => {
  const untagged = resources.filter(({ meta }) => !meta?.tag?.some((tag) => tag.code === 'HTEST'));
  expect(untagged).toEqual([]);
  expect(bundle.meta?.tag?.[0]?.code).toBe('HTEST');
  const readme = readFileSync(new URL('README.md', samples), 'utf8');
  expect(readme).toContain('Jane Doe does not exist');
  expect(readme).toContain('synthetic');
  expect(readme).toContain(`${resources.length} resources`);
});

test('every resource has an id of its own, a fullUrl that ends in it, and the instant it was last updated', () => {
  const urls = entries.map(({ fullUrl }) => fullUrl);
  expect(new Set(urls).size).toBe(urls.length);
  expect(urls).toEqual(resources.map(({ resourceType, id }) => `https://practice.example/fhir/${resourceType}/${id}`));
  for (const { id, meta } of resources) {
    expect(id).toMatch(/^[A-Za-z0-9.-]{1,64}$/);
    expect(meta?.lastUpdated).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-0[45]:00$/);
  }
});

test('every reference and every attachment URL resolves inside the Bundle', () => {
  const known = new Set(resources.map(({ resourceType, id }) => `${resourceType}/${id}`));
  for (const resource of resources) {
    const local = new Set(stringsAt('id', 'contained' in resource ? resource.contained : []).map((id) => `#${id}`));
    const unresolved = stringsAt('reference', resource).filter((to) => !known.has(to) && !local.has(to));
    expect(unresolved, `${resource.resourceType}/${resource.id}`).toEqual([]);
  }
  const attached = all('DocumentReference').flatMap((document) => stringsAt('url', document.content));
  expect(attached.length).toBeGreaterThan(0);
  for (const url of attached) expect(known).toContain(url);
});

test('no result is issued before it was observed', () => {
  const early = all('Observation').filter(
    ({ issued, effectiveDateTime: observed }) =>
      issued !== undefined && observed?.includes('T') && Date.parse(issued) < Date.parse(observed),
  );
  expect(early.map(({ id }) => id)).toEqual([]);
});

test('it is the record of one person, Jane Doe, born 1975-05-01', () => {
  expect(all('Patient')).toHaveLength(1);
  const { name, birthDate, gender } = get('Patient', 'jane-doe');
  expect(name?.[0]).toMatchObject({ text: 'Jane Doe', family: 'Doe', given: ['Jane'] });
  expect({ birthDate, gender }).toEqual({ birthDate: '1975-05-01', gender: 'female' });
  const patients = resources.flatMap((resource) => stringsAt('reference', resource)).filter((to) => to.startsWith('Patient/'));
  expect(new Set(patients)).toEqual(new Set(['Patient/jane-doe']));
});

test('every kind of resource a portal client must ask for is there', () => {
  const kinds = new Set<string>(resources.map(({ resourceType }) => resourceType));
  const wanted = (
    'AllergyIntolerance Appointment Binary CarePlan CareTeam Communication Condition Consent Coverage Device DiagnosticReport ' +
    'DocumentReference Encounter ExplanationOfBenefit FamilyMemberHistory Goal Immunization Location Medication MedicationDispense ' +
    'MedicationRequest MedicationStatement Observation Organization Patient Practitioner PractitionerRole Procedure Provenance ' +
    'QuestionnaireResponse RelatedPerson ServiceRequest Specimen'
  ).split(' ');
  expect(wanted.filter((kind) => !kinds.has(kind))).toEqual([]);
});

test('the story is consistent: what ends began before', () => {
  const periods = [...all('Encounter'), ...all('CareTeam'), ...all('CarePlan'), ...all('Coverage')].map(
    ({ id, period }) => [id, period?.start, period?.end] as const,
  );
  const problems = all('Condition').map(
    ({ id, onsetDateTime, abatementDateTime }) => [id, onsetDateTime, abatementDateTime] as const,
  );
  const backwards = [...periods, ...problems].filter(([, start, end]) => end !== undefined && end < (start ?? ''));
  expect(backwards).toEqual([]);
});

test('the story is consistent: every result of a visit was taken on its days', () => {
  const visits = new Map(all('Encounter').map(({ id, period }) => [`Encounter/${id}`, period]));
  const taken = all('Observation').filter(({ encounter }) => encounter);
  const elsewhere = taken.filter(({ encounter, effectiveDateTime = '' }) => {
    const { start = '9999', end = '' } = visits.get(encounter?.reference ?? '') ?? {};
    const day = effectiveDateTime.slice(0, 10);
    return day < start.slice(0, 10) || day > end.slice(0, 10);
  });
  expect(taken.length).toBeGreaterThan(100);
  expect(elsewhere.map(({ id }) => id)).toEqual([]);
});

test('the story is consistent: a medicine is handed over after it was prescribed', () => {
  const early = all('MedicationDispense').filter(({ whenHandedOver = '', authorizingPrescription }) => {
    const [, order = ''] = authorizingPrescription?.[0]?.reference?.split('/') ?? [];
    const { authoredOn = '' } = get('MedicationRequest', order);
    return !(Date.parse(whenHandedOver) > Date.parse(authoredOn));
  });
  expect(early).toEqual([]);
});
