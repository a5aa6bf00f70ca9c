import { describe, expect, it } from 'vitest';
import { onlyRow, recordOfResources } from '../../facts/reading.ts';
import { somebody } from './lifted.ts';

describe('what another release denies', () => {
  it.each([
    [
      'a vaccination not given',
      { resourceType: 'Immunization', date: '2014', wasNotGiven: true },
      'not-done',
    ],
    [
      'a vaccination refused, with its reason',
      {
        resourceType: 'Immunization',
        notGiven: true,
        explanation: { reasonNotGiven: [{ text: 'refused' }] },
      },
      'not-done',
    ],
    ['a procedure not done', { resourceType: 'Procedure', notPerformed: true }, 'not-done'],
    [
      'a procedure not done (STU3)',
      { resourceType: 'Procedure', status: 'suspended', notDone: true },
      'not-done',
    ],
    [
      'a medication not taken',
      { resourceType: 'MedicationStatement', patient: somebody, status: 'active', wasNotTaken: true },
      'not-done',
    ],
    [
      'a medication not taken (STU3)',
      { resourceType: 'MedicationStatement', status: 'active', taken: 'n' },
      'not-done',
    ],
    [
      'an allergy refuted',
      { resourceType: 'AllergyIntolerance', substance: { text: 'Latex' }, status: 'refuted' },
      'refuted',
    ],
    [
      'an allergy entered in error',
      { resourceType: 'AllergyIntolerance', substance: { text: 'Latex' }, status: 'entered-in-error' },
      'entered-in-error',
    ],
    [
      'a statement in error that also says not taken',
      {
        resourceType: 'MedicationStatement',
        patient: somebody,
        status: 'entered-in-error',
        wasNotTaken: true,
      },
      'entered-in-error',
    ],
    [
      'a vaccination not given, sent as text',
      { resourceType: 'Immunization', date: '2014', status: 'completed', notGiven: 'true' },
      'not-done',
    ],
    [
      'a vaccination not given, whatever else of it is in the shape of R4',
      { resourceType: 'Immunization', status: 'completed', notGiven: true, occurrenceDateTime: '2014' },
      'not-done',
    ],
    [
      'a vaccination that was stopped half way',
      { resourceType: 'Immunization', date: '2014', status: 'stopped', wasNotGiven: false },
      'unconfirmed',
    ],
    [
      'a vaccination of which nobody says whether it was given',
      { resourceType: 'Immunization', date: '2014', status: 'completed', wasNotGiven: 'perhaps' },
      'unconfirmed',
    ],
    [
      'a family history that was not taken',
      { resourceType: 'FamilyMemberHistory', status: 'completed', notDone: true },
      'unconfirmed',
    ],
    [
      'a medication that nobody knows to be taken',
      { resourceType: 'MedicationStatement', status: 'active', taken: 'unk' },
      'unconfirmed',
    ],
    [
      'a medication not taken (R5)',
      {
        resourceType: 'MedicationStatement',
        status: 'recorded',
        medication: { concept: { text: 'Aspirin' } },
        adherence: { code: { coding: [{ code: 'not-taking' }] } },
      },
      'not-done',
    ],
    [
      'a plan that was cancelled',
      { resourceType: 'CarePlan', status: 'cancelled', intent: 'plan' },
      'not-done',
    ],
    ['a procedure only proposed', { resourceType: 'ProcedureRequest', status: 'proposed' }, 'planned'],
    ['a procedure refused', { resourceType: 'ProcedureRequest', status: 'rejected' }, 'not-done'],
    ['a diet that was cancelled', { resourceType: 'NutritionOrder', status: 'cancelled' }, 'not-done'],
    ['a message that failed', { resourceType: 'Communication', status: 'failed' }, 'not-done'],
    [
      'a device request in error',
      { resourceType: 'DeviceUseRequest', status: 'entered-in-error' },
      'entered-in-error',
    ],
    [
      'a thing that R4 has no kind for, in error',
      { resourceType: 'ProcessRequest', status: 'entered-in-error' },
      'entered-in-error',
    ],
    [
      'a thing that R4 has no kind for, cancelled',
      { resourceType: 'ProcessRequest', status: 'cancelled' },
      'not-done',
    ],
    [
      'a thing that R4 has no kind for, declined',
      { resourceType: 'OrderResponse', orderStatus: 'rejected' },
      'not-done',
    ],
    [
      'supplies that were cancelled',
      { resourceType: 'SupplyRequest', status: 'failed', source: {} },
      'not-done',
    ],
    [
      'a message that was not to be sent',
      { resourceType: 'CommunicationRequest', status: 'rejected' },
      'not-done',
    ],
    ['an event that was a near miss', { resourceType: 'AdverseEvent', category: 'PAE' }, 'unconfirmed'],
    [
      'an allergy with two statuses, one of which refutes it',
      { resourceType: 'AllergyIntolerance', substance: { text: 'Latex' }, status: ['active', 'refuted'] },
      'refuted',
    ],
    [
      'a procedure in error, in capitals',
      { resourceType: 'Procedure', status: 'Entered-In-Error', context: {} },
      'entered-in-error',
    ],
    [
      'a goal that was rejected, whatever else it says',
      {
        resourceType: 'Goal',
        lifecycleStatus: 'rejected',
        status: 'active',
        description: { text: 'x' },
        target: { dueDate: '2014' },
      },
      'not-done',
    ],
    [
      'a medication not taken, sent as text',
      { resourceType: 'MedicationStatement', patient: somebody, status: 'active', wasNotTaken: 'true' },
      'not-done',
    ],
    [
      'a dispense that did not take place',
      { resourceType: 'MedicationDispense', status: 'completed', notDone: true },
      'not-done',
    ],
    [
      'an administration that did not take place',
      { resourceType: 'MedicationAdministration', status: 'completed', notGiven: true },
      'not-done',
    ],
    [
      'a medication of which it does not matter whether it was taken',
      { resourceType: 'MedicationStatement', status: 'active', taken: 'na' },
      'unconfirmed',
    ],
    [
      'tests that were all called off',
      { resourceType: 'DiagnosticOrder', item: [{ code: { text: 'CBC' }, status: 'cancelled' }] },
      'not-done',
    ],
    [
      'tests ordered in error, and called off besides',
      {
        resourceType: 'DiagnosticOrder',
        status: 'entered-in-error',
        item: [{ code: { text: 'CBC' }, status: 'cancelled' }],
      },
      'entered-in-error',
    ],
    [
      'a message that was never sent',
      { resourceType: 'Communication', status: 'completed', notDone: true },
      'not-done',
    ],
  ])('is no fact in R4 either: %s', async (_, sent, assertion) => {
    const { row } = onlyRow(await recordOfResources([sent]));
    // What is unconfirmed may be current all the same.
    expect(row).toMatchObject({ assertion, ...(assertion !== 'unconfirmed' && { status: 'not stated' }) });
  });
});

describe('what is denied inside another resource', () => {
  it.each(['DiagnosticOrder', 'ProcedureRequest', 'ReferralRequest', 'MedicationOrder'])(
    'of kind %s is no fact either',
    async (resourceType) => {
      const contained = [
        { resourceType: 'Procedure', id: 'p', code: { text: 'Appendectomy' }, notPerformed: true },
        { resourceType: 'MedicationStatement', id: 'm', status: 'active', wasNotTaken: true },
      ];
      const built = await recordOfResources([{ resourceType, contained, dateEnded: '2014', orderer: {} }]);
      const rows = Object.values(built.record.sections).flat();
      const inside = rows.filter((row) => /^(Procedure|MedicationStatement)$/.test(row.resourceType));
      expect(inside.map(({ assertion }) => assertion)).toEqual(['not-done', 'not-done']);
    },
  );
});
