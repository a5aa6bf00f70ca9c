import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { medplumFaults, fhirPackageFaults } from '../formats/validators.ts';
import { said } from '../formats/ccda/clinical-document.ts';
import { samples } from './jane-doe.ts';

const open = (name: string) => said(readFileSync(new URL(`documents/${name}`, samples)));
const namesIn = (rows: readonly { name: string | null; assertion: string }[] | undefined) =>
  rows?.map(({ name, assertion }) => `${assertion} ${name}`);

test('the sample summary of care is the record of the same Jane Doe, as of its last visit', async () => {
  const { built, source, findings, rows } = await open('summary-of-care.xml');
  expect(built.record.person).toMatchObject({ name: 'Jane Doe', birthDate: '1975-05-01', gender: 'female', otherNames: ['Roe'] });
  expect(source.asOf).toBe('2024-11-06T18:30:00-05:00');
  expect(findings).toEqual([]);
  expect(namesIn(rows['allergies'])).toEqual(['stated Penicillin', 'stated Grass pollen', 'refuted Latex']);
  expect(namesIn(rows['immunizations'])).toEqual(['stated Influenza', 'stated Tdap', 'not-done COVID-19: declined']);
  expect(rows['allergies']?.[0]).toMatchObject({ reactions: ['Urticaria, severe'], criticality: 'high', start: '1989' });
  expect(rows['medications']?.[0]).toMatchObject({
    name: 'Metformin 500 mg tablet',
    dosage: ['1 tablet by mouth twice a day with meals'],
    refills: '3',
    prescriber: "Dr. Zoë O'Neill",
  });
  expect(rows['encounters']).toMatchObject([
    { class: 'ambulatory', diagnoses: ['Low back pain'] },
    { assertion: 'planned', start: '2025-05-14T09:00-04:00' },
  ]);
  expect(rows['results']?.find(({ name }) => name === 'C reactive protein')).toMatchObject({ value: '<0.50', unit: 'mg/L' });
  expect(rows['other']).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ resourceType: 'FamilyMemberHistory', value: 'Myocardial infarction (onset 52 a, contributed to death); deceased' }),
      expect.objectContaining({ name: 'Tobacco smoking status', value: 'Never smoked tobacco' }),
    ]),
  );
});

test('the sample discharge summary tells the stay, what was not given, and its words', async () => {
  const { built, rows } = await open('discharge-summary.xml');
  expect(namesIn(rows['medications'])).toEqual(['stated Levofloxacin 750 mg tablet', 'negated amoxicillin 500 MG Oral Capsule']);
  expect(rows['encounters']).toMatchObject([{ start: '2018-02-06T21:40:00-05:00', locations: ['Harbor General Hospital, Ward 4'] }]);
  expect(built.record.written.filter(({ entries }) => entries === 0).map(({ title }) => title)).toEqual(['Hospital course', 'What to do at home']);
});

test.each(['summary-of-care.xml', 'discharge-summary.xml'])('%s becomes valid R4, and each row says where it comes from', async (name) => {
  const { entries } = await open(name);
  for (const { resource, origin, container } of entries) {
    if (container) continue;
    expect([...medplumFaults(resource), ...fhirPackageFaults(resource)], origin.pointer).toEqual([]);
    expect(origin.pointer).toMatch(/^\/ClinicalDocument/);
    expect(origin.line).toBeGreaterThan(0);
  }
});
