import { describe, expect, it } from 'vitest';
import { onlyRow, read, recordOfResources } from '../../facts/reading.ts';
import { coded, lifted, somebody } from './lifted.ts';

const notStated = {
  url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason',
  valueCode: 'unknown',
};

describe('what is lifted to R4', () => {
  it('adds nothing but what R4 demands, and says of that that it is not stated', async () => {
    expect(await lifted({ resourceType: 'MedicationOrder' })).toEqual({
      resourceType: 'MedicationRequest',
      status: 'unknown',
      intent: 'order',
      medicationCodeableConcept: { extension: [notStated] },
      subject: { extension: [notStated] },
    });
  });

  it('keeps the digits of numbers, and partial dates', async () => {
    const sent =
      '{"resourceType":"MedicationOrder","dateWritten":"2014","dosageInstruction":[{"doseQuantity":{"value":5.0}}]}';
    const { entries } = await read(sent);
    expect(entries[0]?.text).toContain('"authoredOn":"2014"');
    expect(entries[0]?.text).toContain('"value":5.0');
  });

  it('leads references to the resources under their new names, contained ones too', async () => {
    const contained = [{ resourceType: 'Medication', id: 'm', code: { text: 'Aspirin' } }];
    const built = await recordOfResources([
      { resourceType: 'MedicationOrder', id: 'o', contained, medicationReference: { reference: '#m' } },
      { resourceType: 'MedicationDispense', authorizingPrescription: [{ reference: 'MedicationOrder/o' }] },
    ]);
    expect(built.record.sections['medications']?.map(({ name }) => name)).toContain('Aspirin');
    const dispense = built.entries.find(({ resource }) => resource.resourceType === 'MedicationDispense');
    expect(dispense?.resource['authorizingPrescription']).toEqual([{ reference: 'MedicationRequest/o' }]);
  });

  it('shows with the row what R4 has no place for', async () => {
    const order = {
      resourceType: 'MedicationOrder',
      medicationCodeableConcept: { text: 'Aspirin' },
      dateEnded: '2015-02-03',
    };
    expect(onlyRow(await recordOfResources([order])).row.details).toEqual([
      'MedicationOrder.dateEnded: 2015-02-03',
    ]);
  });

  it('shows a kind of resource that R4 has nothing for as it was sent, and says so', async () => {
    const sent = { resourceType: 'Order', id: 'o', subject: somebody, reason: { text: 'x-ray, please' } };
    const { entries, findings } = await read(JSON.stringify(sent));
    expect(entries[0]?.resource).toMatchObject({ resourceType: 'Basic', subject: somebody });
    expect(findings.map(({ code }) => code)).toContain('not-in-r4');
    const built = await recordOfResources([sent]);
    expect(onlyRow(built)).toMatchObject({ section: 'other', row: { name: 'Order (FHIR DSTU2)' } });
    expect(JSON.stringify(onlyRow(built).row)).toContain('x-ray, please');
  });
});

describe('what is easily lost on the way to R4', () => {
  it('a contained resource of a kind R4 lacks stays whole, and what refers to it finds it', async () => {
    const contained = [{ resourceType: 'ProcessRequest', id: 'd', action: 'cancel' }];
    const sent = { resourceType: 'List', contained, entry: [{ item: { reference: '#d' } }], note: 'x' };
    const { entries, findings } = await read(JSON.stringify(sent));
    expect(entries[1]?.resource).toMatchObject({ resourceType: 'Basic', id: 'd' });
    expect(JSON.stringify(entries[1]?.resource)).toContain('cancel');
    expect(findings.map(({ code }) => code)).toContain('not-in-r4');
  });

  it('whose it is: a patient by any name', async () => {
    const built = await recordOfResources([
      { resourceType: 'Patient', id: '1', careProvider: [] },
      { resourceType: 'Patient', id: '2', careProvider: [{ display: 'Dr. Who' }] },
      about('ClinicalImpression'),
      about('SupplyRequest'),
      about('Condition'),
    ]);
    const rows = Object.values(built.record.sections).flat();
    expect(rows.map(({ patient }) => patient)).toEqual(['Patient/2', 'Patient/2', 'Patient/2']);
  });

  it('addresses: the whole of a Bundle under the names R4 has for its resources', async () => {
    const base = 'https://x.example/fhir';
    const bundle = {
      resourceType: 'Bundle',
      entry: [
        {
          fullUrl: `${base}/MedicationOrder/o`,
          resource: {
            resourceType: 'MedicationOrder',
            id: 'o',
            medicationCodeableConcept: { text: 'Aspirin' },
          },
        },
        {
          fullUrl: `${base}/MedicationDispense/d`,
          resource: {
            resourceType: 'MedicationDispense',
            id: 'd',
            authorizingPrescription: [{ reference: `${base}/MedicationOrder/o` }],
          },
        },
      ],
    };
    const { entries } = await read(JSON.stringify(bundle));
    expect(entries.map(({ fullUrl }) => fullUrl)).toEqual([
      `${base}/MedicationRequest/o`,
      `${base}/MedicationDispense/d`,
    ]);
    expect(entries[1]?.resource['authorizingPrescription']).toEqual([
      { reference: `${base}/MedicationRequest/o` },
    ]);
  });

  it.each([
    [
      'words beside a code that R4 has no room for',
      { resourceType: 'ReferralRequest', priority: { coding: [{ code: 'urgent' }], text: 'this week' } },
      'this week',
    ],
    [
      'why a goal is on hold, with its code',
      { resourceType: 'Goal', description: 'x', status: 'on-hold', statusReason: coded('urn:x', 'c-17') },
      'c-17',
    ],
    [
      'the system of a card number',
      { resourceType: 'Coverage', issuer: {}, bin: { system: 'urn:cards', value: '1' } },
      'urn:cards',
    ],
    [
      'what is said beside one of several family names',
      {
        resourceType: 'Patient',
        name: [
          { family: ['van', 'Dam'], _family: [null, { extension: [{ url: 'urn:own', valueCode: 'own' }] }] },
        ],
      },
      'urn:own',
    ],
    [
      'why a status is absent, where R4 has a concept',
      {
        resourceType: 'AllergyIntolerance',
        substance: { text: 'Egg' },
        criticality: 'CRITL',
        _status: { extension: [{ url: 'urn:why', valueCode: 'masked' }] },
      },
      'masked',
    ],
    [
      'what is said beside a text that is kept',
      {
        resourceType: 'MedicationOrder',
        dateEnded: '2015',
        _dateEnded: { extension: [{ url: 'urn:about', valueBoolean: true }] },
      },
      'urn:about',
    ],
    [
      'who was paid, as a kind of resource',
      {
        resourceType: 'Claim',
        information: [],
        payee: { type: { text: 'x' }, resourceType: { system: 'urn:p', code: 'organization' } },
      },
      'urn:p',
    ],
    [
      'a member that would change what the object is',
      JSON.parse('{"resourceType":"MedicationOrder","__proto__":{"own":"kept"}}'),
      '\\"own\\":\\"kept\\"',
    ],
    [
      'a denial beside an entry in error',
      { resourceType: 'Immunization', status: 'entered-in-error', notGiven: true },
      'extension-Immunization.notGiven',
    ],
    [
      'who gave a vaccine, sent as a list',
      {
        resourceType: 'Immunization',
        wasNotGiven: false,
        date: '2014',
        performer: [{ display: 'Nurse Joy' }],
      },
      'Nurse Joy',
    ],
    [
      'whether it was reported, sent as a word that is neither',
      { resourceType: 'Immunization', wasNotGiven: false, date: '2014', reported: 'perhaps' },
      'perhaps',
    ],
    [
      'one kind among others that R4 does not know',
      {
        resourceType: 'AllergyIntolerance',
        code: { text: 'Egg' },
        clinicalStatus: 'active',
        category: ['food', 'toxin'],
      },
      '"category":["food"]',
    ],
    [
      'what is said beside the second of two names',
      {
        resourceType: 'Patient',
        careProvider: [{ display: 'x' }],
        name: [{ given: ['', 'Ann'], _given: [null, { id: 'a2' }] }],
      },
      '"given":[null,"Ann"],"_given":[null,{"id":"a2"}]',
    ],
    [
      'what a group of questions is called beside its text',
      {
        resourceType: 'Questionnaire',
        group: { linkId: 'g', title: 'Habits', text: 'Of late', required: true },
      },
      'extension-Questionnaire.group.title',
    ],
    [
      'the condition of a visit by its name (R5)',
      {
        resourceType: 'Encounter',
        actualPeriod: { start: '2020' },
        class: [{ coding: [{ code: 'AMB' }] }],
        diagnosis: [{ condition: [{ concept: { text: 'Asthma' } }] }],
      },
      '"condition":{"display":"Asthma"}',
    ],
    [
      'the reference beside a concept (R5)',
      {
        resourceType: 'MedicationRequest',
        medication: { concept: { text: 'Aspirin' }, reference: { reference: 'Medication/9' } },
      },
      'Medication/9',
    ],
  ])('%s', async (_, sent: object, words) => {
    expect((await read(JSON.stringify(sent))).entries[0]?.text).toContain(words);
  });

  it('which of two kinds that become one a reference leads to', async () => {
    const built = await recordOfResources([
      { resourceType: 'DiagnosticOrder', id: '1', orderer: { display: 'Dr. Lab' }, item: [] },
      { resourceType: 'ReferralRequest', id: '1', dateSent: '2014', requester: { display: 'Dr. Heart' } },
      {
        resourceType: 'Procedure',
        id: 'p',
        notPerformed: false,
        request: { reference: 'ReferralRequest/1' },
      },
    ]);
    expect(built.entries.map(({ resource }) => resource['id'])).toEqual([
      'DiagnosticOrder-1',
      'ReferralRequest-1',
      'p',
    ]);
    expect(built.entries[2]?.resource['basedOn']).toEqual([
      { reference: 'ServiceRequest/ReferralRequest-1' },
    ]);
  });

  it('that a consent denies (R5)', async () => {
    const sent = { resourceType: 'Consent', status: 'active', decision: 'deny', subject: somebody };
    expect(await lifted({ ...sent, provision: [{ purpose: [{ code: 'TREAT' }] }] })).toMatchObject({
      provision: { type: 'deny', provision: [{ purpose: [{ code: 'TREAT' }] }] },
    });
  });

  it('that a problem has not abated, said as text, is no abatement', async () => {
    const problem = {
      resourceType: 'Condition',
      code: { text: 'Asthma' },
      patient: somebody,
      abatementBoolean: 'false',
    };
    expect(onlyRow(await recordOfResources([problem])).row.status).not.toBe('past');
  });

  it('how much is kept beside R4 is said, whoever kept it', async () => {
    const { findings } = await read(
      JSON.stringify({ resourceType: 'Procedure', status: 'completed', notPerformed: true }),
    );
    expect(findings.map(({ code }) => code)).toEqual(['lifted', 'kept-beside-r4']);
  });

  it('a consent with its exception', async () => {
    expect(
      await lifted({
        resourceType: 'Consent',
        status: 'active',
        consentingParty: [{ display: 'Jane' }],
        action: [{ text: 'use' }],
        except: [{ type: 'deny', purpose: [{ code: 'HRESCH' }] }],
      }),
    ).toMatchObject({
      performer: [{ display: 'Jane' }],
      provision: { action: [{ text: 'use' }], provision: [{ type: 'deny', purpose: [{ code: 'HRESCH' }] }] },
    });
  });

  it('several things in one order, those called off left out', async () => {
    const order = {
      resourceType: 'DiagnosticOrder',
      status: 'in-progress',
      item: [
        { code: { text: 'Biopsy' }, status: 'cancelled' },
        { code: { text: 'CBC' } },
        { code: { text: 'Lipids' } },
      ],
    };
    expect(onlyRow(await recordOfResources([order])).row.name).toBe('CBC; Lipids');
    expect(JSON.stringify(await lifted(order))).toContain('Biopsy');
  });

  it('when a prescription ended, and how sure a reaction is, in the rows', async () => {
    const order = { resourceType: 'MedicationOrder', status: 'active', dateEnded: '2015-02' };
    expect(onlyRow(await recordOfResources([order])).row.end).toBe('2015-02');
    const reaction = [{ certainty: 'unlikely', manifestation: [{ text: 'Hives' }] }];
    const allergy = { resourceType: 'AllergyIntolerance', substance: { text: 'Egg' }, reaction };
    expect(onlyRow(await recordOfResources([allergy])).row['reactions']).toEqual([
      'Hives; certainty: unlikely',
    ]);
  });
});

/** A resource of DSTU2 about the second of two patients. */
function about(resourceType: string): object {
  return {
    resourceType,
    patient: { reference: 'Patient/2' },
    ...(resourceType === 'ClinicalImpression' && { ruledOut: [{ item: { text: 'x' } }] }),
  };
}
