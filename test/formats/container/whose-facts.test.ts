import { describe, expect, it } from 'vitest';
import { patientsOf } from '../../../src/model/index.ts';
import { read, recordOf } from '../../facts/reading.ts';
import { allergies, observation, patient, told, zipOf } from './zips.ts';

const anna = patient('1', 'Berg').replace('Jane', 'Anna');
const bert = patient('1', 'Cole').replace('Jane', 'Bert').replace('1980', '1975');

function bundle(...resources: string[]): string {
  return `{"resourceType":"Bundle","type":"collection","entry":[${resources.map((resource) => `{"resource":${resource}}`).join()}]}`;
}

/** What each patient of an archive has, by family name. */
async function observationsOf(files: Record<string, string>): Promise<Record<string, (string | null)[]>> {
  const { record } = await recordOf(await zipOf(files));
  const rows = record.sections['results'] ?? [];
  const people = record.people ?? [record.person].filter((person) => person !== null);
  return Object.fromEntries(
    people.map(({ id, name }) => [
      String(name),
      rows.filter((row) => record.people === undefined || row.patient === id).map((row) => row.name),
    ]),
  );
}

describe('two people in one zip who have one id', () => {
  it('in folders of their own stay apart, each with what refers to it there', async () => {
    const files = {
      'anna/patient.json': anna,
      'anna/o.json': observation('a', '1'),
      'bert/patient.json': bert,
      'bert/o.json': observation('b', '1'),
    };
    expect(await observationsOf(files)).toEqual({ 'Anna Berg': ['Test a'], 'Bert Cole': ['Test b'] });
  });

  it('in Bundles of their own stay apart', async () => {
    const files = {
      'one.json': bundle(anna, observation('a', '1')),
      'two.json': bundle(bert, observation('b', '1')),
    };
    expect(await observationsOf(files)).toEqual({ 'Anna Berg': ['Test a'], 'Bert Cole': ['Test b'] });
  });

  it('in single files side by side: nobody can tell whose the rest is, so it is nobody\u2019s of them', async () => {
    const files = { 'p1.json': anna, 'p2.json': bert, 'o.json': observation('a', '1') };
    const { entries } = await read(await zipOf(files));
    expect(patientsOf(entries).map(({ resources }) => resources)).toEqual([1, 1, 1]);
  });
});

describe('one person in one zip', () => {
  it('whose files are in a folder for each type is one', async () => {
    const files = { 'Patient/1.json': anna, 'Observation/a.json': observation('a', '1') };
    expect(await observationsOf(files)).toEqual({ 'Anna Berg': ['Test a'] });
  });

  it('with two versions of a result side by side is one', async () => {
    const files = {
      'p.json': anna,
      'o1.json': observation('a', '1'),
      'o2.json': observation('a', '1').replace('final', 'amended'),
    };
    expect(Object.keys(await observationsOf(files))).toEqual(['Anna Berg']);
  });
});

it('a document that names nobody, in an archive of two people, says so beside it', async () => {
  const files = { 'a.json': bundle(anna), 'b.json': bundle(bert), 'scan.pdf': '%PDF-1.4' };
  const { record } = await recordOf(await zipOf(files));
  expect(record.sections['notes']).toMatchObject([{ cautions: ['nothing says whose it is'] }]);
});

function conditionLine(id: string): string {
  const subject = { reference: `urn:uuid:0000-${id}` };
  return `${JSON.stringify({ resourceType: 'Condition', id, code: { text: 'Cough' }, subject })}\n`;
}

it('of a bulk export, a file whose rows name three people by address alone is about three people', async () => {
  const { entries } = await read(['a', 'b', 'c'].map(conditionLine).join(''));
  expect(patientsOf(entries)).toHaveLength(3);
});

describe('a drawer of which something was not read', () => {
  it.each([
    ['a damaged file', '{"resourceType":"AllergyIntol'],
    ['an empty file', ''],
    ['a file of an unknown kind', 'MSH|^~\\&|LAB'],
  ])('does not look like "not recorded": %s', async (_, content) => {
    const { record } = await recordOf(
      await zipOf({ 'p.json': patient('p', 'Doe'), 'allergies.dat': content }),
    );
    expect(record.sectionStates['allergies']).toContainEqual(
      expect.objectContaining({ state: 'not-read', reason: 'allergies.dat' }),
    );
  });

  it('with rows names only what could be a record', async () => {
    const good = allergies('Nuts');
    const { record } = await recordOf(await zipOf({ 'a.xml': good, 'odd.dat': '\u0001' }));
    expect(record.sectionStates['notes']?.map(({ state }) => state)).toEqual(['stated-rows']);
    expect(told(await read(await zipOf({ 'a.xml': good, 'odd.dat': '\u0001' })))).toEqual([
      'lost unknown-file odd.dat',
    ]);
  });
});
