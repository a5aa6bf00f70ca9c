import { describe, expect, it } from 'vitest';
import type { BuiltRecord } from '../../src/model/index.ts';
import { csvOf, onlyRow, recordOf, recordOfResources, rendered, rowsOf } from './reading.ts';

const bundle = (entry: readonly unknown[]): string => JSON.stringify({ resourceType: 'Bundle', entry });
const findings = ({ record }: BuiltRecord): (readonly [string, string, string | undefined])[] =>
  record.findings.map(({ severity, code, pointer }) => [severity, code, pointer]);

describe('every resource', () => {
  it('is a row of exactly one section, known type or not', async () => {
    const types = ['Condition', 'Observation', 'Claim', 'Flag', 'SomethingOfOurOwn', 'Bogus'];
    const built = await recordOfResources(types.map((resourceType, id) => ({ resourceType, id: `${id}` })));
    expect(
      rowsOf(built)
        .map(({ row }) => row.resourceType)
        .toSorted(),
    ).toEqual(types.toSorted());
  });

  it('is in the FHIR output with members that no section reads', async () => {
    const own = '{"resourceType":"Condition","id":"1","ourOwnMember":{"deep":[1.0,{"x":"y"}]}}';
    expect(rendered('fhir', await recordOf(own))).toContain(own);
  });

  it('of any category of Observation has a drawer', async () => {
    const codes = [
      'laboratory',
      'vital-signs',
      'social-history',
      'survey',
      'imaging',
      'exam',
      'activity',
      'unheard-of',
    ];
    const built = await recordOfResources(
      codes.map((code) => ({ resourceType: 'Observation', category: [{ coding: [{ code }] }] })),
    );
    expect(rowsOf(built).map(({ section }) => section)).toEqual([
      'results',
      'results',
      'results',
      'results',
      'vital-signs',
      'activity',
      'other',
      'other',
    ]);
  });
});

describe('what is shaped otherwise than FHIR says', () => {
  it.each([
    ['a list for an object', { code: [{ text: 'Asthma' }] }, '/code'],
    ['an object for a list', { code: { text: 'Asthma' }, note: { text: 'x' } }, '/note'],
    ['a number for a string', { code: { text: 'Asthma' }, recordedDate: 2014 }, '/recordedDate'],
    ['a string for an object', { code: { text: 'Asthma' }, severity: 'severe' }, '/severity'],
    ['null in a list', { code: { text: 'Asthma' }, note: [null, { text: 'kept' }] }, '/note/0'],
  ])('%s is read as far as it can be, and named with its place', async (_, members, place) => {
    const built = await recordOfResources([{ resourceType: 'Condition', ...members }]);
    expect(onlyRow(built).row.name).toBe('Asthma');
    expect(findings(built)).toContainEqual(['warning', 'wrong-shape', `/entry/0/resource${place}`]);
  });

  it('never stops the reading, whatever stands in any member', async () => {
    const odd = [null, true, 0, '', 'x', [], [[]], {}, [null], [{}], { coding: 'x' }, { coding: [null, 1] }];
    const members = [
      'code status clinicalStatus verificationStatus category reaction onsetPeriod abatementDateTime note',
      'medicationCodeableConcept medicationReference dosageInstruction dosage dispenseRequest requester',
      'valueQuantity valueCodeableConcept component referenceRange interpretation effectivePeriod specimen',
      'vaccineCode protocolApplied performer period class type participant location diagnosis content',
      'subject patient target contained name birthDate modifierExtension section emptyReason identifier',
      'address telecom communication presentedForm conclusionCode hasMember statusReason text docStatus',
    ].flatMap((line) => line.split(' '));
    const types = [
      'AllergyIntolerance MedicationRequest MedicationStatement MedicationDispense Condition Observation',
      'DiagnosticReport Immunization Procedure Encounter DocumentReference Composition Patient Provenance Basic',
    ].flatMap((line) => line.split(' '));
    const resources = types.flatMap((resourceType) =>
      odd.map((value) => ({
        resourceType,
        ...Object.fromEntries(members.map((member) => [member, value])),
      })),
    );
    const built = await recordOfResources(resources);
    const people =
      built.record.people?.flatMap(({ sources }) => sources) ?? built.record.person?.sources ?? [];
    expect(rowsOf(built).length + people.length).toBe(built.entries.length);
    for (const format of ['text', 'markdown', 'json', 'ndjson', 'fhir'])
      expect(rendered(format, built)).not.toContain('[object Object]');
    for (const section of Object.keys(built.record.sections)) csvOf(built, section);
  });
});

describe('what cannot be read', () => {
  it('in a Bundle is counted and named with its place, and the rest is read', async () => {
    const resource = { resourceType: 'Condition', code: { text: 'Asthma' } };
    const built = await recordOf(
      bundle([{ resource }, { resource: { id: 'no type' } }, {}, { resource: null }, { resource: 'x' }]),
    );
    expect(onlyRow(built).row.name).toBe('Asthma');
    expect(findings(built)).toEqual([
      ['note', 'no-resource', '/entry/2'],
      ['lost', 'not-a-resource', '/entry/1/resource'],
      ['lost', 'not-a-resource', '/entry/3/resource'],
      ['lost', 'not-a-resource', '/entry/4/resource'],
    ]);
  });

  it('entries that are no list are named, not passed over', async () => {
    const inner = { resourceType: 'Bundle', entry: { resource: { resourceType: 'Basic' } } };
    const built = await recordOf(bundle([{ resource: { resourceType: 'Condition' } }, { resource: inner }]));
    expect(findings(built)).toEqual([['lost', 'not-a-resource', '/entry/1/resource/entry']]);
  });

  it('a member that occurs twice with different values is named; both values are in the FHIR output', async () => {
    const text = '{"resourceType":"Condition","code":{"text":"Asthma","text":"Gout"}}';
    const built = await recordOf(text);
    expect(findings(built)).toEqual([['warning', 'duplicate-key', '']]);
    expect(rendered('fhir', built)).toContain(text);
  });

  it('is said in a finding without a word of the record', async () => {
    const secret = 'Zyxwvut';
    const text = `{"resourceType":"Condition","code":"${secret}","severity":"${secret}","note":"${secret}"}`;
    const { record } = await recordOf(text);
    expect(record.findings.length).toBeGreaterThan(2);
    expect(JSON.stringify(record.findings)).not.toContain(secret);
  });
});
