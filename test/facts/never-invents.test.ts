import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../src/model/index.ts';
import { onlyRow, recordOfResources, rendered, rowsOf } from './reading.ts';

const code = (word: string): object => ({ coding: [{ code: word }] });
const order = {
  resourceType: 'MedicationRequest',
  intent: 'order',
  medicationCodeableConcept: { text: 'A' },
};
const use = { resourceType: 'MedicationStatement', medicationCodeableConcept: { text: 'A' } };
const problem = { resourceType: 'Condition', code: { text: 'A' } };
const allergy = { resourceType: 'AllergyIntolerance', code: { text: 'A' } };

async function rowOf(resource: object, asOf?: string): Promise<Row> {
  return onlyRow(await recordOfResources([resource], asOf)).row;
}

const until = (end?: string): object => ({ timing: { repeat: { boundsPeriod: { end } } } });

describe('what is absent', () => {
  it.each([
    'AllergyIntolerance',
    'MedicationRequest',
    'MedicationStatement',
    'MedicationDispense',
    'MedicationAdministration',
    'Condition',
    'Observation',
    'DiagnosticReport',
    'Immunization',
    'Procedure',
    'Encounter',
    'DocumentReference',
    'Composition',
    'Goal',
    'Coverage',
  ])('in a bare %s stays absent: no name, no date, no status, no value', async (resourceType) => {
    const row = await rowOf({ resourceType });
    const { id: _, sources: __, kind, ...rest } = row;
    expect(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))).toEqual({
      resourceType,
      name: null,
      codes: [],
      assertion: 'stated',
      status: 'not stated',
      statusAsRecorded: null,
    });
    // The kind of a medication row is its resource type in a word, not a statement of the source.
    expect(kind === undefined || resourceType.startsWith('Medication')).toBe(true);
  });

  it('a row without a name says that it has none instead of taking another word for it', async () => {
    expect(rendered('text', await recordOfResources([{ resourceType: 'Condition' }]))).toContain(
      '(name not recorded)',
    );
  });

  it('a person of whom nothing is known has no name, birth date or gender', async () => {
    const { record } = await recordOfResources([{ resourceType: 'Patient', id: '1' }]);
    expect(record.person).toMatchObject({ id: 'Patient/1', name: null, birthDate: null, gender: null });
    expect(record.person).not.toHaveProperty('deceased');
  });

  it('deceasedBoolean false is not a death', async () => {
    const { record } = await recordOfResources([{ resourceType: 'Patient', deceasedBoolean: false }]);
    expect(record.person).not.toHaveProperty('deceased');
  });

  it('the date an order was written is not the date the medicine was begun', async () => {
    const row = await rowOf({ ...order, authoredOn: '2020-01-02' });
    expect(row).toMatchObject({ recorded: '2020-01-02', start: undefined, date: undefined });
  });

  it('a phrase is never taken for a date', async () => {
    const row = await rowOf({ resourceType: 'Immunization', occurrenceString: '2020, in school' });
    expect(row).toMatchObject({ date: undefined, occurrence: '2020, in school' });
  });
});

describe('current and past', () => {
  it.each([
    ['active', 'current'],
    ['stopped', 'past'],
    ['completed', 'past'],
    ['on-hold', 'not stated'],
    ['unknown', 'not stated'],
    ['a word nobody knows', 'not stated'],
    [undefined, 'not stated'],
  ])('an order with the status %s is %s', async (status, expected) => {
    expect((await rowOf({ ...order, status })).status).toBe(expected);
  });

  it.each([
    ['active', 'current'],
    ['recurrence', 'current'],
    ['relapse', 'current'],
    ['inactive', 'past'],
    ['remission', 'past'],
    ['resolved', 'past'],
    [undefined, 'not stated'],
  ])('a problem with the clinical status %s is %s', async (status, expected) => {
    const clinicalStatus = status === undefined ? undefined : code(status);
    expect((await rowOf({ ...problem, clinicalStatus })).status).toBe(expected);
    expect((await rowOf({ ...allergy, clinicalStatus })).status).toBe(expected);
  });

  it('an end that had passed by the source’s own date outweighs the status', async () => {
    const row = { ...use, status: 'active', effectivePeriod: { start: '2013', end: '2014-02-01' } };
    expect((await rowOf(row, '2014-03-01T00:00:00Z')).status).toBe('past');
    expect((await rowOf(row, '2014-01-31T00:00:00Z')).status).toBe('current');
  });

  it('the end of an order is the last end among its dosages, when each has one', async () => {
    const both = {
      ...order,
      status: 'active',
      dosageInstruction: [until('2014-02-01'), until('2014-01-01')],
    };
    const one = { ...order, status: 'active', dosageInstruction: [until('2014-02-01'), until()] };
    expect(await rowOf(both, '2014-03-01T00:00:00Z')).toMatchObject({ status: 'past', end: '2014-02-01' });
    expect(await rowOf(one, '2014-03-01T00:00:00Z')).toMatchObject({ status: 'current', end: undefined });
  });

  it('an end that the precision cannot compare decides nothing', async () => {
    const row = { ...use, status: 'active', effectivePeriod: { end: '2014' } };
    expect((await rowOf(row, '2014-03-01T00:00:00Z')).status).toBe('current');
    expect((await rowOf(row, '2015-01-01T00:00:00Z')).status).toBe('past');
  });

  it('without a date of the source an end in the past of the reader decides nothing', async () => {
    const row = { ...use, status: 'active', effectivePeriod: { end: '1999-01-01' } };
    expect((await rowOf(row)).status).toBe('current');
  });

  it('an order of a document of 2014 is current as of 2014', async () => {
    const built = await recordOfResources([{ ...order, status: 'active' }], '2014-03-01T00:00:00Z');
    expect(onlyRow(built).row.status).toBe('current');
    expect(rendered('text', built)).toMatch(/as of 2014-03-01/);
  });

  it.each([
    { abatementString: 'in spring' },
    { abatementAge: { value: 40, unit: 'a' } },
    { abatementBoolean: true },
    { abatementRange: { low: { value: 30 }, high: { value: 40 } } },
  ])('a problem that ended without a date is past: %j', async (abatement) => {
    expect((await rowOf({ ...problem, clinicalStatus: code('active'), ...abatement })).status).toBe('past');
  });

  it('abatementBoolean false is no end', async () => {
    const row = await rowOf({ ...problem, clinicalStatus: code('active'), abatementBoolean: false });
    expect(row.status).toBe('current');
  });

  it('the period in which an allergy or problem began is not the period in which it lasted', async () => {
    const onsetPeriod = { start: '1990', end: '1995' };
    for (const what of [problem, allergy]) {
      const row = await rowOf(
        { ...what, clinicalStatus: code('active'), onsetPeriod },
        '2020-01-01T00:00:00Z',
      );
      expect(row).toMatchObject({ status: 'current', start: '1990', onset: 'between 1990 and 1995' });
      expect(row.end).toBeUndefined();
    }
  });

  it('a visit whose end has passed is past, whatever its status still says', async () => {
    const visit = { resourceType: 'Encounter', status: 'in-progress', period: { end: '2014-01-01' } };
    expect((await rowOf(visit, '2014-03-01T00:00:00Z')).status).toBe('past');
  });

  it('a dispense says nothing of whether the medicine is still taken', async () => {
    const filled = { ...use, resourceType: 'MedicationDispense', status: 'completed' };
    expect((await rowOf(filled)).status).toBe('not stated');
  });

  it('a clinical status in words alone is understood', async () => {
    expect((await rowOf({ ...problem, clinicalStatus: { text: 'Resolved' } })).status).toBe('past');
  });

  it('is of positive facts only: what is refuted or not done is neither', async () => {
    const row = await rowOf({
      ...problem,
      clinicalStatus: code('active'),
      verificationStatus: code('refuted'),
    });
    expect(row.status).toBe('not stated');
  });
});

describe('names', () => {
  it('are the source’s own words before any code, and a bare code keeps its system', async () => {
    const coding = [{ system: 'http://loinc.org', code: '2823-3' }];
    const named = await recordOfResources([
      { resourceType: 'Observation', code: { coding } },
      { resourceType: 'Observation', code: { coding: [{ ...coding[0], display: 'Potassium' }] } },
      { resourceType: 'Observation', code: { coding: [{ ...coding[0], display: 'Potassium' }], text: 'K' } },
      { resourceType: 'Observation', code: { coding: [{ code: '2823-3', system: 'urn:own' }] } },
    ]);
    expect(rowsOf(named).map(({ row }) => row.name)).toEqual([
      'LOINC 2823-3',
      'Potassium',
      'K',
      'urn:own 2823-3',
    ]);
  });
});

describe('the clock', () => {
  it.each(['model', 'formats', 'render', 'json'])('is not looked at by any file of src/%s', (layer) => {
    const folder = new URL(`../../src/${layer}/`, import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.ts'),
    );
    expect(files.length).toBeGreaterThan(3);
    const looking = files.filter((path) =>
      /\bDate\.(now|parse|UTC)\b|\bnew Date\b|\bDate\(|performance\.now|\bTemporal\b|Intl\.DateTimeFormat|toLocale(Date|Time)/.test(
        readFileSync(new URL(path, folder), 'utf8'),
      ),
    );
    expect(looking).toEqual([]);
  });
});
