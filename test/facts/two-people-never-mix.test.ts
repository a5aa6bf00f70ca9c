import { describe, expect, it } from 'vitest';
import {
  buildRecord,
  entriesOfPatient,
  patientsOf,
  type BuiltRecord,
  type Entry,
} from '../../src/model/index.ts';
import { csvOf, read, recordOf, recordOfResources, rendered, rowsOf } from './reading.ts';

type Patient = { id?: string; family?: string; given?: string; birthDate?: string };

function patient({ id, family, given, birthDate }: Patient): object {
  const name = family === undefined ? [] : [{ family, given: given === undefined ? [] : [given] }];
  return { resourceType: 'Patient', id, name, birthDate };
}

const jane = patient({ id: '1', family: 'Doe', given: 'Jane', birthDate: '1980-01-02' });
const john = patient({ id: '2', family: 'Doe', given: 'John', birthDate: '1979-05-06' });

const numbered = (person: object, value: string): object => ({
  ...person,
  identifier: [{ system: 'urn:mrn', value }],
});

const problem = (text: string, reference: string): object => ({
  resourceType: 'Condition',
  code: { text },
  subject: { reference },
});

const bundle = (entry: readonly object[]): string =>
  JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry });
const keys = (entries: readonly Entry[]): string[] => patientsOf(entries).map(({ key }) => key);
const whose = (built: BuiltRecord): (readonly [string | null, string | undefined])[] =>
  rowsOf(built).map(({ row }) => [row.name, row.patient]);

async function entriesOf(...texts: string[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const text of texts) entries.push(...(await read(text)).entries);
  return entries;
}

const at = (base: string, path: string, resource: object): object => ({
  fullUrl: `${base}${path}`,
  resource,
});

const inside = (given: string, text: string): object => ({
  ...problem(text, '#p'),
  contained: [
    {
      resourceType: 'Patient',
      id: 'p',
      name: [{ family: 'Doe', given: [given] }],
      birthDate: '1980-01-02',
    },
  ],
});

const loop = (id: string, to: string): object => ({
  resourceType: 'Provenance',
  id,
  target: [{ reference: `Provenance/${to}` }],
});

describe('two Patients in one Bundle', () => {
  it('gives what is about somebody who is only named to none of several patients', async () => {
    const about = { resourceType: 'Condition', code: { text: 'Gout' }, subject: { display: 'Carl' } };
    expect(whose(await recordOfResources([jane, john, about]))).toEqual([['Gout', 'Carl']]);
    expect(whose(await recordOfResources([jane, about]))).toEqual([['Gout', undefined]]);
  });

  it('finds whose a resource is by an identifier, where it refers by nothing else', async () => {
    const about = { resourceType: 'Condition', code: { text: 'Gout' } };
    const subject = { identifier: { system: 'urn:mrn', value: 'B' } };
    const built = await recordOfResources([numbered(jane, 'A'), numbered(john, 'B'), { ...about, subject }]);
    expect(whose(built)).toEqual([['Gout', 'Patient/2']]);
  });

  const all = [jane, john, problem('Asthma', 'Patient/1'), problem('Gout', 'Patient/2')];

  it('are two people, and nobody is the person of the whole', async () => {
    const built = await recordOfResources(all);
    expect(keys(built.entries)).toEqual(['Patient/1', 'Patient/2']);
    expect(built.record.person).toBeNull();
    expect(built.record.people?.map(({ name }) => name)).toEqual(['Jane Doe', 'John Doe']);
  });

  it('taken together, every row says whose it is, in every output', async () => {
    const built = await recordOfResources(all);
    expect(whose(built)).toEqual([
      ['Asthma', 'Patient/1'],
      ['Gout', 'Patient/2'],
    ]);
    expect(csvOf(built, 'problems').map(({ patient: owner, name }) => [owner, name])).toEqual([
      ['Patient/1', 'Asthma'],
      ['Patient/2', 'Gout'],
    ]);
    for (const format of ['text', 'markdown']) {
      const line = rendered(format, built)
        .split('\n')
        .find((candidate) => candidate.includes('Gout'));
      expect(line).toContain('Patient/2');
    }
  });

  it('asked for one, nothing of the other is in any output', async () => {
    const { source, entries, findings } = await read(bundle(all.map((resource) => ({ resource }))));
    const built = buildRecord({ sources: [source], entries, findings }, 'Patient/1');
    expect(built.record.person?.name).toBe('Jane Doe');
    for (const format of ['text', 'markdown', 'json', 'ndjson', 'fhir']) {
      expect(rendered(format, built)).toContain('Asthma');
      expect(rendered(format, built)).not.toMatch(/Gout|John/);
    }
    expect(entriesOfPatient(entries, 'Patient/2').map(({ resource }) => resource.resourceType)).toEqual([
      'Patient',
      'Condition',
    ]);
  });

  it('and twins are two: same birth date and family name, other given name', async () => {
    const twin = { family: 'Doe', birthDate: '2010-01-01' };
    const [ann, bob] = [patient({ ...twin, given: 'Ann' }), patient({ ...twin, given: 'Bob' })];
    expect(patientsOf(await entriesOf(JSON.stringify(ann), JSON.stringify(bob)))).toHaveLength(2);
    expect(patientsOf(await entriesOf(`${JSON.stringify(ann)}\n${JSON.stringify(bob)}`))).toHaveLength(2);
    const anne = patient({ ...twin, given: 'Anne' });
    expect(patientsOf(await entriesOf(JSON.stringify(ann), JSON.stringify(anne)))).toHaveLength(2);
  });
});

describe('one id under two sources', () => {
  it('is two people unless birth date and family name agree', async () => {
    const other = patient({ id: '1', family: 'Roe', given: 'Rick', birthDate: '1950-01-01' });
    const [a, b] = [
      bundle([{ resource: jane }, { resource: problem('Asthma', 'Patient/1') }]),
      bundle([{ resource: other }, { resource: problem('Gout', 'Patient/1') }]),
    ];
    const built = await recordOf(a, b);
    expect(whose(built)).toEqual([
      ['Asthma', 'Patient/1'],
      ['Gout', 'Patient/1~2'],
    ]);
    expect(built.record.people?.map(({ name }) => name)).toEqual(['Jane Doe', 'Rick Roe']);
  });

  it.each([
    ['no birth date', patient({ id: '1', family: 'Doe', given: 'Jane' })],
    ['another birth date', patient({ id: '1', family: 'Doe', given: 'Jane', birthDate: '1980-01-03' })],
    ['no name', patient({ id: '1', birthDate: '1980-01-02' })],
    ['another family name', patient({ id: '1', family: 'Dow', given: 'Jane', birthDate: '1980-01-02' })],
  ])('is two people with %s', async (_, other) => {
    expect(keys(await entriesOf(JSON.stringify(jane), JSON.stringify(other)))).toEqual([
      'Patient/1',
      'Patient/1~2',
    ]);
  });

  it('is one person when both agree, described by both', async () => {
    const again = patient({ id: '77', family: 'DOE', given: 'Jane', birthDate: '1980-01-02' });
    const built = await recordOf(
      JSON.stringify(jane),
      bundle([{ resource: again }, { resource: problem('Gout', 'Patient/77') }]),
    );
    expect(built.record.person?.sources).toHaveLength(2);
    expect(whose(built)).toEqual([['Gout', undefined]]);
  });

  it('is two people when one source only refers to it', async () => {
    const built = await recordOf(JSON.stringify(jane), JSON.stringify(problem('Gout', 'Patient/1')));
    expect(whose(built)).toEqual([['Gout', 'Patient/1~2']]);
    // The one who is only referred to is counted among the people; the record is not called Jane's.
    expect(built.record.person).toBeNull();
    expect(built.record.people?.map(({ id, name }) => [id, name])).toEqual([
      ['Patient/1', 'Jane Doe'],
      ['Patient/1~2', null],
    ]);
  });
});

describe('one id of two servers in one Bundle', () => {
  const a = 'https://a.example/fhir/';
  const b = 'https://b.example/fhir/';
  const other = patient({ id: '1', family: 'Roe', given: 'Rick', birthDate: '1980-01-02' });

  it('is two people, and a relative reference means the one of its own server', async () => {
    const built = await recordOf(
      bundle([
        at(a, 'Patient/1', jane),
        at(b, 'Patient/1', other),
        at(b, 'Condition/9', problem('Gout', 'Patient/1')),
        at(a, 'Condition/9', problem('Asthma', 'Patient/1')),
      ]),
    );
    expect(built.record.people?.map(({ name }) => name)).toEqual(['Jane Doe', 'Rick Roe']);
    expect(whose(built)).toEqual([
      ['Gout', 'Patient/1~2'],
      ['Asthma', 'Patient/1'],
    ]);
  });

  it('is two people where the second is only referred to', async () => {
    const built = await recordOf(
      bundle([
        at(a, 'Patient/1', jane),
        at(b, 'Condition/9', problem('Gout', 'Patient/1')),
        at(a, 'Condition/9', problem('Flu', `${b}Patient/1`)),
        at(a, 'Condition/8', problem('Asthma', `${a}Patient/1`)),
      ]),
    );
    expect(whose(built)).toEqual([
      ['Gout', 'Patient/1~2'],
      ['Flu', 'Patient/1~2'],
      ['Asthma', 'Patient/1'],
    ]);
  });
});

describe('a reference to the patient', () => {
  const urn = 'urn:uuid:11111111-1111-4111-8111-111111111111';

  it.each([
    ['by urn:uuid', urn, urn],
    ['by absolute URL', 'https://a.example/fhir/Patient/1', 'https://a.example/fhir/Patient/1'],
    ['relative', 'https://a.example/fhir/Patient/1', 'Patient/1'],
    ['relative, under urn:uuid', urn, 'Patient/1'],
    ['of a version', 'https://a.example/fhir/Patient/1', 'Patient/1/_history/3'],
  ])('%s finds them', async (_, fullUrl, reference) => {
    const entry = [
      { fullUrl: 'https://a.example/fhir/Condition/5', resource: problem('Asthma', reference) },
      { fullUrl, resource: jane },
      { resource: john },
    ];
    expect(whose(await recordOf(bundle(entry)))).toEqual([['Asthma', 'Patient/1']]);
  });

  it('by absolute URL finds them in NDJSON too, where no line has an address', async () => {
    const lines = [jane, problem('Asthma', 'https://a.example/fhir/Patient/1')];
    const built = await recordOf(lines.map((line) => JSON.stringify(line)).join('\n'));
    expect(built.record.person?.name).toBe('Jane Doe');
    expect(whose(built)).toEqual([['Asthma', undefined]]);
  });
});

describe('who is no second patient', () => {
  it('a RelatedPerson, a subscriber and a payor', async () => {
    const built = await recordOfResources([
      jane,
      {
        resourceType: 'RelatedPerson',
        id: 'r',
        patient: { reference: 'Patient/1' },
        name: [{ text: 'Mum' }],
      },
      {
        resourceType: 'Coverage',
        subscriber: { reference: 'Patient/99' },
        beneficiary: { reference: 'Patient/1' },
        payor: [{ reference: 'RelatedPerson/r' }],
      },
    ]);
    expect(keys(built.entries)).toEqual(['Patient/1']);
    expect(built.record.person?.name).toBe('Jane Doe');
  });

  it('a subscriber who is contained in a Coverage never gives the record their name', async () => {
    const mother = { resourceType: 'Patient', id: 'mother', name: [{ text: 'Mary Doe' }], birthDate: '1950' };
    const coverage = {
      resourceType: 'Coverage',
      contained: [mother],
      subscriber: { reference: '#mother' },
      beneficiary: { reference: 'Patient/1' },
    };
    const built = await recordOfResources([coverage, jane]);
    expect(keys(built.entries)).toEqual(['Patient/1']);
    expect(built.record.person?.name).toBe('Jane Doe');
    expect(built.record.person?.sources.map(({ pointer }) => pointer)).toEqual(['/entry/1/resource']);
    expect(rowsOf(built).map(({ row }) => row.name)).toContain('Mary Doe');
  });
});

describe('contained Patients', () => {
  it('that agree in birth date and name are one person', async () => {
    const built = await recordOfResources([inside('Jane', 'Asthma'), inside('Jane', 'Gout')]);
    expect(built.record.person?.name).toBe('Jane Doe');
    expect(built.record.person?.sources).toHaveLength(2);
  });

  it('of the same id in two resources are two people when their names differ', async () => {
    const built = await recordOfResources([inside('Jane', 'Asthma'), inside('John', 'Gout')]);
    const owners = whose(built).map(([, owner]) => owner);
    expect(new Set(owners).size).toBe(2);
    expect(built.record.people?.map(({ name }) => name)).toEqual(['Jane Doe', 'John Doe']);
  });
});

describe('what names no patient itself', () => {
  it('Provenance follows its target', async () => {
    const provenance = {
      resourceType: 'Provenance',
      target: [{ reference: 'Condition/g' }],
      agent: [{ who: { reference: 'Patient/1' } }],
    };
    const gout = { ...problem('Gout', 'Patient/2'), id: 'g' };
    const built = await recordOfResources([jane, john, provenance, gout]);
    expect(rowsOf(built).find(({ row }) => row.resourceType === 'Provenance')?.row.patient).toBe('Patient/2');
  });

  it('Provenance of Provenance without end is nobody’s', async () => {
    const built = await recordOfResources([jane, john, loop('a', 'b'), loop('b', 'a')]);
    expect(rowsOf(built).map(({ row }) => row.patient)).toEqual([undefined, undefined]);
  });

  it('organizations and practitioners go with whichever patient is asked for', async () => {
    const organization = { resourceType: 'Organization', id: 'o', name: 'Clinic' };
    const { entries } = await recordOfResources([jane, john, organization]);
    for (const key of ['Patient/1', 'Patient/2']) {
      expect(entriesOfPatient(entries, key).map(({ resource }) => resource.resourceType)).toEqual([
        'Patient',
        'Organization',
      ]);
    }
  });

  it('an appointment belongs to the patient among its participants', async () => {
    const participant = [
      { actor: { reference: 'Practitioner/7' } },
      { actor: { reference: 'Patient/2' }, status: 'accepted' },
    ];
    const built = await recordOfResources([jane, john, { resourceType: 'Appointment', participant }]);
    expect(rowsOf(built).map(({ row }) => row.patient)).toEqual(['Patient/2']);
  });
});
