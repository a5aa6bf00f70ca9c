import { describe, expect, it } from 'vitest';
import { readDocument } from '../../../src/commands/inputs.ts';

const formatOf = async (...resources: object[]): Promise<string> => {
  const bundle = { resourceType: 'Bundle', entry: resources.map((resource) => ({ resource })) };
  return (await readDocument(Buffer.from(JSON.stringify(bundle)), 'x.json')).source.format;
};
const linesOf = async (...resources: object[]): Promise<string> =>
  (await readDocument(Buffer.from(resources.map((one) => JSON.stringify(one)).join('\n')), 'x.ndjson')).source
    .format;

const patient = { resourceType: 'Patient', gender: 'female', birthDate: '1970' };
const allergy = {
  dstu2: { resourceType: 'AllergyIntolerance', substance: { text: 'Latex' }, status: 'confirmed' },
  stu3: { resourceType: 'AllergyIntolerance', code: { text: 'Latex' }, clinicalStatus: 'active' },
  r4: { resourceType: 'AllergyIntolerance', code: { text: 'Latex' }, clinicalStatus: { text: 'active' } },
  r5: { resourceType: 'AllergyIntolerance', code: { text: 'Latex' }, participant: [{ actor: {} }] },
};

describe('the release of FHIR', () => {
  it.each([
    ['DSTU2', allergy.dstu2],
    ['STU3', allergy.stu3],
    ['R4', allergy.r4],
    ['R5', allergy.r5],
    ['DSTU2', { resourceType: 'MedicationOrder' }],
    ['STU3', { resourceType: 'Condition', context: { reference: 'Encounter/1' } }],
    ['DSTU2', { resourceType: 'Condition', encounter: { reference: 'Encounter/1' }, dateRecorded: '2014' }],
    ['R4', { resourceType: 'Condition', encounter: { reference: 'Encounter/1' } }],
    ['STU3', { resourceType: 'CarePlan', status: 'cancelled', intent: 'plan' }],
    ['STU3', { resourceType: 'Procedure', status: 'aborted' }],
    ['DSTU2', { resourceType: 'ProcedureRequest', status: 'rejected' }],
    ['STU3', { resourceType: 'Specimen', request: [{ reference: 'ProcedureRequest/1' }] }],
  ])('is %s by the shape of %j', async (version, resource) => {
    expect(await formatOf(resource)).toBe(`FHIR ${version} JSON`);
  });

  it('of a resource that fits several is that of the others beside it', async () => {
    expect(await formatOf(patient)).toBe('FHIR R4 JSON');
    expect(await formatOf(patient, allergy.stu3)).toBe('FHIR STU3 JSON');
    expect(await formatOf(patient, allergy.r4)).toBe('FHIR R4 JSON');
  });

  it('is not decided by one resource for many', async () => {
    const ambiguous = {
      resourceType: 'Observation',
      code: { text: 'x' },
      category: [{ text: 'laboratory' }],
    };
    const newer = { resourceType: 'NutritionProduct', code: { text: 'milk' } };
    expect(await formatOf(newer, ambiguous, patient)).toBe('FHIR R4 and R5 JSON');
    expect(
      await linesOf({ resourceType: 'MedicationOrder' }, allergy.r4, allergy.r4, allergy.r4, ambiguous),
    ).toBe('FHIR R4 and DSTU2 NDJSON');
  });

  it('is told of each where there are several in one file, also line by line', async () => {
    expect(await formatOf(allergy.r4, allergy.dstu2)).toBe('FHIR R4 and DSTU2 JSON');
    expect(await linesOf(allergy.r4, allergy.stu3, allergy.dstu2)).toBe('FHIR R4 and STU3 and DSTU2 NDJSON');
  });

  it.each([
    ['a member that no release has', { ...allergy.r4, ownMember: 1 }],
    ['one member of an older release among R4 shapes', { ...allergy.r4, assertedDate: '2014' }],
    ['a single value for a list', { ...allergy.r4, note: { text: 'x' } }],
    ['a code outside its list', { ...allergy.r4, criticality: 'HIGH' }],
  ])('stays R4, untouched, in spite of %s', async (_, resource) => {
    const { source, entries } = await readDocument(Buffer.from(JSON.stringify(resource)), 'x.json');
    expect(source.format).toBe('FHIR R4 JSON');
    expect(entries[0]?.resource).toEqual(resource);
    expect(entries[0]?.text).toBe(JSON.stringify(resource));
  });
});
