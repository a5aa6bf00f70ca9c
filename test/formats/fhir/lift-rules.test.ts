import { describe, expect, it } from 'vitest';
import { fhirPackageFaults, medplumFaults } from '../validators.ts';
import { coded, kept, lifted, somebody, terminology } from './lifted.ts';

/** The fact, what was sent, and what R4 then says of it. */
const rules: [string, object, object][] = [
  [
    'an allergy of DSTU2: its substance, its doubt, its danger',
    {
      resourceType: 'AllergyIntolerance',
      patient: somebody,
      substance: { text: 'Penicillin' },
      status: 'unconfirmed',
      criticality: 'CRITH',
      recordedDate: '2014-05',
      onset: '2013',
      note: { text: 'mother told' },
    },
    {
      code: { text: 'Penicillin' },
      verificationStatus: coded(`${terminology}allergyintolerance-verification`, 'unconfirmed'),
      criticality: 'high',
      recordedDate: '2014-05',
      onsetDateTime: '2013',
      note: [{ text: 'mother told' }],
    },
  ],
  [
    'an allergy of DSTU2 that is over',
    { resourceType: 'AllergyIntolerance', patient: somebody, substance: { text: 'Egg' }, status: 'resolved' },
    { clinicalStatus: coded(`${terminology}allergyintolerance-clinical`, 'resolved') },
  ],
  [
    'how sure a reaction is, in the extension HL7 has for it',
    {
      resourceType: 'AllergyIntolerance',
      patient: somebody,
      substance: { text: 'Egg' },
      reaction: [{ certainty: 'likely', manifestation: [{ text: 'Hives' }] }],
    },
    {
      reaction: [
        {
          manifestation: [{ text: 'Hives' }],
          extension: [
            {
              url: 'http://hl7.org/fhir/StructureDefinition/allergyintolerance-certainty',
              valueCodeableConcept: coded(`${terminology}reaction-event-certainty`, 'likely'),
            },
          ],
        },
      ],
    },
  ],
  [
    'a problem of STU3: its states, when it was noted, in which visit',
    {
      resourceType: 'Condition',
      subject: somebody,
      code: { text: 'Asthma' },
      clinicalStatus: 'remission',
      verificationStatus: 'provisional',
      assertedDate: '2012-03-04',
      context: { reference: 'Encounter/7' },
    },
    {
      clinicalStatus: coded(`${terminology}condition-clinical`, 'remission'),
      verificationStatus: coded(`${terminology}condition-ver-status`, 'provisional'),
      recordedDate: '2012-03-04',
      encounter: { reference: 'Encounter/7' },
    },
  ],
  [
    'a problem of DSTU2 that is over without a date',
    {
      resourceType: 'Condition',
      patient: somebody,
      code: { text: 'Asthma' },
      abatementBoolean: true,
      notes: 'as a child',
      dateRecorded: '2011',
    },
    {
      subject: somebody,
      clinicalStatus: coded(`${terminology}condition-clinical`, 'inactive'),
      abatementString: 'abated',
      note: [{ text: 'as a child' }],
      recordedDate: '2011',
    },
  ],
  [
    'a prescription of DSTU2: who, when, how, how many refills, why it ended',
    {
      resourceType: 'MedicationOrder',
      status: 'stopped',
      patient: somebody,
      dateWritten: '2015-01-15',
      prescriber: { display: 'Dr. Who' },
      reasonEnded: { text: 'rash' },
      dateEnded: '2015-02',
      note: 'with food',
      medicationCodeableConcept: { text: 'Amoxicillin' },
      dosageInstruction: [
        {
          text: '1 tablet twice a day',
          additionalInstructions: { text: 'after meals' },
          siteCodeableConcept: { text: 'mouth' },
          doseQuantity: { value: 1, unit: 'tablet' },
          rateRatio: { numerator: { value: 1 } },
        },
      ],
      dispenseRequest: { numberOfRepeatsAllowed: 3 },
      substitution: { type: { text: 'generic' } },
    },
    {
      resourceType: 'MedicationRequest',
      intent: 'order',
      status: 'stopped',
      subject: somebody,
      authoredOn: '2015-01-15',
      requester: { display: 'Dr. Who' },
      statusReason: { text: 'rash' },
      note: [{ text: 'with food' }],
      dosageInstruction: [
        {
          text: '1 tablet twice a day',
          additionalInstruction: [{ text: 'after meals' }],
          site: { text: 'mouth' },
          doseAndRate: [
            { doseQuantity: { value: 1, unit: 'tablet' }, rateRatio: { numerator: { value: 1 } } },
          ],
        },
      ],
      dispenseRequest: { numberOfRepeatsAllowed: 3 },
      substitution: { allowedCodeableConcept: { text: 'generic' } },
      extension: [{ url: kept('1.0', 'MedicationOrder.dateEnded'), valueDateTime: '2015-02' }],
    },
  ],
  [
    'an order of STU3: who signed for whom',
    {
      resourceType: 'MedicationRequest',
      intent: 'order',
      status: 'active',
      subject: somebody,
      medicationCodeableConcept: { text: 'Aspirin' },
      requester: { agent: { display: 'Dr. Who' }, onBehalfOf: { display: 'Clinic' } },
      substitution: { allowed: true },
    },
    {
      requester: {
        display: 'Dr. Who',
        extension: [
          {
            url: kept('3.0', 'MedicationRequest.requester.onBehalfOf'),
            valueReference: { display: 'Clinic' },
          },
        ],
      },
      substitution: { allowedBoolean: true },
    },
  ],
  [
    'a vaccination of DSTU2: given, told by another, by whom, which dose',
    {
      resourceType: 'Immunization',
      status: 'completed',
      date: '2013-01-10',
      vaccineCode: { text: 'MMR' },
      patient: somebody,
      wasNotGiven: false,
      reported: true,
      performer: { display: 'Nurse' },
      explanation: { reason: [{ text: 'travel' }] },
      vaccinationProtocol: [{ doseSequence: 2, doseStatus: { text: 'counts' } }],
    },
    {
      status: 'completed',
      occurrenceDateTime: '2013-01-10',
      primarySource: false,
      performer: [{ function: coded(`${terminology}v2-0443`, 'AP'), actor: { display: 'Nurse' } }],
      reasonCode: [{ text: 'travel' }],
      protocolApplied: [
        {
          doseNumberPositiveInt: 2,
          extension: [
            {
              url: kept('1.0', 'Immunization.vaccinationProtocol.doseStatus'),
              valueCodeableConcept: { text: 'counts' },
            },
          ],
        },
      ],
    },
  ],
  [
    'an observation of DSTU2: single category and interpretation, remarks, what it belongs to',
    {
      resourceType: 'Observation',
      status: 'final',
      category: coded('http://hl7.org/fhir/observation-category', 'laboratory'),
      code: { text: 'Potassium' },
      interpretation: coded('http://hl7.org/fhir/v2/0078', 'H'),
      comments: 'haemolysed',
      encounter: { reference: 'Encounter/7' },
      related: [{ type: 'has-member', target: { reference: 'Observation/2' } }],
      referenceRange: [{ meaning: { text: 'adults' }, text: '3.5-5' }],
    },
    {
      category: [coded(`${terminology}observation-category`, 'laboratory')],
      interpretation: [coded(`${terminology}v2-0078`, 'H')],
      note: [{ text: 'haemolysed' }],
      encounter: { reference: 'Encounter/7' },
      hasMember: [{ reference: 'Observation/2' }],
      referenceRange: [{ type: { text: 'adults' }, text: '3.5-5' }],
    },
  ],
  [
    'a report of STU3: who made it and what it concludes',
    {
      resourceType: 'DiagnosticReport',
      status: 'final',
      code: { text: 'CT' },
      performer: [{ role: { text: 'radiologist' }, actor: { display: 'Dr. Ray' } }],
      codedDiagnosis: [{ text: 'fracture' }],
      context: { reference: 'EpisodeOfCare/3' },
    },
    {
      performer: [
        {
          display: 'Dr. Ray',
          extension: [
            {
              url: kept('3.0', 'DiagnosticReport.performer.role'),
              valueCodeableConcept: { text: 'radiologist' },
            },
          ],
        },
      ],
      conclusionCode: [{ text: 'fracture' }],
      extension: [
        {
          url: kept('3.0', 'DiagnosticReport.context'),
          valueReference: { reference: 'EpisodeOfCare/3' },
        },
      ],
    },
  ],
  [
    'a visit of DSTU2: its class, its reasons, its diagnoses',
    {
      resourceType: 'Encounter',
      status: 'finished',
      class: 'inpatient',
      patient: somebody,
      reason: [{ text: 'pain' }],
      indication: [{ reference: 'Condition/1' }],
      hospitalization: { dischargeDiagnosis: [{ reference: 'Condition/2' }] },
    },
    {
      class: { system: `${terminology}v3-ActCode`, code: 'IMP', display: 'inpatient' },
      subject: somebody,
      reasonCode: [{ text: 'pain' }],
      reasonReference: [{ reference: 'Condition/1' }],
      diagnosis: [
        { condition: { reference: 'Condition/2' }, use: coded(`${terminology}diagnosis-role`, 'DD') },
      ],
    },
  ],
  [
    'a document of STU3: kind, when indexed, when made, its visit',
    {
      resourceType: 'DocumentReference',
      status: 'current',
      type: { text: 'Letter' },
      class: { text: 'Notes' },
      created: '2015-01-02T03:04:05Z',
      indexed: '2015-01-03T00:00:00Z',
      content: [{ attachment: { url: 'https://x.example/1' } }],
      context: { encounter: { reference: 'Encounter/7' } },
    },
    {
      category: [{ text: 'Notes' }],
      date: '2015-01-03T00:00:00Z',
      content: [{ attachment: { url: 'https://x.example/1', creation: '2015-01-02T03:04:05Z' } }],
      context: { encounter: [{ reference: 'Encounter/7' }] },
    },
  ],
  [
    'a goal of DSTU2 in words, with its day and what came of it',
    {
      resourceType: 'Goal',
      subject: somebody,
      description: 'walk a mile',
      status: 'achieved',
      targetDate: '2016-01-01',
      outcome: [{ resultCodeableConcept: { text: 'walked' } }],
    },
    {
      lifecycleStatus: 'completed',
      achievementStatus: coded(`${terminology}goal-achievement`, 'achieved'),
      description: { text: 'walk a mile' },
      target: [{ dueDate: '2016-01-01' }],
      outcomeCode: [{ text: 'walked' }],
    },
  ],
  [
    'a goal of STU3 that is behind: R4 has no word for it, so its own word stays',
    { resourceType: 'Goal', subject: somebody, description: { text: 'walk' }, status: 'behind-target' },
    {
      lifecycleStatus: 'active',
      achievementStatus: { text: 'behind-target' },
    },
  ],
  [
    'a referral of STU3 is a service request',
    {
      resourceType: 'ReferralRequest',
      status: 'cancelled',
      intent: 'order',
      subject: somebody,
      type: { text: 'consultation' },
      serviceRequested: [{ text: 'Cardiology' }, { text: 'Echo' }],
      recipient: [{ display: 'Dr. Heart' }],
      description: 'please see',
      requester: { agent: { display: 'Dr. Who' } },
    },
    {
      resourceType: 'ServiceRequest',
      status: 'revoked',
      category: [{ text: 'consultation' }],
      code: { text: 'Cardiology; Echo' },
      orderDetail: [{ text: 'Cardiology' }, { text: 'Echo' }],
      performer: [{ display: 'Dr. Heart' }],
      note: [{ text: 'please see' }],
      requester: { display: 'Dr. Who' },
    },
  ],
  [
    'an order for tests of DSTU2: what, when asked for, and its state as sent',
    {
      resourceType: 'DiagnosticOrder',
      subject: somebody,
      status: 'accepted',
      item: [{ code: { text: 'Lipids' } }],
      event: [{ status: 'requested', dateTime: '2014-02-03' }],
    },
    {
      resourceType: 'ServiceRequest',
      status: 'active',
      intent: 'order',
      code: { text: 'Lipids' },
      authoredOn: '2014-02-03',
      extension: [{}, { url: kept('1.0', 'DiagnosticOrder.status'), valueString: 'accepted' }, {}],
    },
  ],
  [
    'names of a person in DSTU2: several family names are one',
    {
      resourceType: 'Patient',
      name: [{ family: ['de la', 'Cruz'], given: ['Ana'] }],
      careProvider: [{ display: 'Dr. Who' }],
    },
    { name: [{ family: 'de la Cruz', given: ['Ana'] }], generalPractitioner: [{ display: 'Dr. Who' }] },
  ],
  [
    'coverage of STU3: group and plan with their names',
    {
      resourceType: 'Coverage',
      status: 'active',
      beneficiary: somebody,
      payor: [{ display: 'Medicare' }],
      grouping: { subGroup: 'Medicare', plan: 'B', planDisplay: 'Part B' },
    },
    {
      class: [
        { type: coded(`${terminology}coverage-class`, 'subgroup'), value: 'Medicare' },
        { type: coded(`${terminology}coverage-class`, 'plan'), value: 'B', name: 'Part B' },
      ],
    },
  ],
  [
    'a claim of STU3: money, totals, stay, lines, what it was decided under',
    {
      resourceType: 'ExplanationOfBenefit',
      status: 'active',
      patient: somebody,
      type: { text: 'inpatient' },
      outcome: { coding: [{ code: 'complete' }] },
      organization: { display: 'Hospital' },
      hospitalization: { start: '2016-01-15', end: '2016-01-27' },
      totalCost: { value: 10.5, system: 'urn:iso:std:iso:4217', code: 'USD' },
      insurance: { coverage: { reference: 'Coverage/1' } },
      information: [{ sequence: 4, category: { text: 'switch' }, code: { text: 'no' } }],
      item: [{ sequence: 1, service: { text: 'X-ray' }, diagnosisLinkId: [2], careTeamLinkId: [1] }],
    },
    {
      outcome: 'complete',
      provider: { display: 'Hospital' },
      total: [
        {
          category: coded(`${terminology}adjudication`, 'submitted'),
          amount: { value: 10.5, currency: 'USD' },
        },
      ],
      insurance: [{ focal: true, coverage: { reference: 'Coverage/1' } }],
      supportingInfo: [
        { sequence: 4, category: { text: 'switch' }, code: { text: 'no' } },
        {
          sequence: 5,
          category: coded(`${terminology}claiminformationcategory`, 'hospitalized'),
          timingPeriod: { start: '2016-01-15', end: '2016-01-27' },
        },
      ],
      item: [
        { sequence: 1, productOrService: { text: 'X-ray' }, diagnosisSequence: [2], careTeamSequence: [1] },
      ],
    },
  ],
  [
    'a device of DSTU2: its UDI as it reads, its number, whether it is in use',
    {
      resourceType: 'Device',
      type: { text: 'pacemaker' },
      udi: '(01)123',
      model: 'X1',
      expiry: '2020',
      status: 'available',
    },
    {
      udiCarrier: [{ carrierHRF: '(01)123' }],
      modelNumber: 'X1',
      expirationDate: '2020',
      status: 'active',
    },
  ],
  [
    'coverage of DSTU2: plan, card and member number',
    {
      resourceType: 'Coverage',
      issuer: { display: 'Acme' },
      plan: 'Gold',
      bin: { value: '610' },
      subscriberId: { system: 'urn:acme', value: '42' },
    },
    {
      payor: [{ display: 'Acme' }],
      subscriberId: '42',
      identifier: [{ system: 'urn:acme', value: '42' }],
      class: [
        { type: coded(`${terminology}coverage-class`, 'plan'), value: 'Gold' },
        { type: coded(`${terminology}coverage-class`, 'rxbin'), value: '610' },
      ],
    },
  ],
  [
    'where a fact comes from, of STU3',
    {
      resourceType: 'Provenance',
      target: [somebody],
      recorded: '2015-02-07T13:28:17Z',
      period: { start: '2015' },
      reason: [{ code: 'TREAT' }],
      agent: [{ whoReference: { display: 'Dr. Who' }, role: [{ text: 'author' }] }],
      entity: [{ role: 'source', whatReference: { reference: 'DocumentReference/1' } }],
    },
    {
      occurredPeriod: { start: '2015' },
      reason: [{ coding: [{ code: 'TREAT' }] }],
      agent: [{ who: { display: 'Dr. Who' }, role: [{ text: 'author' }] }],
      entity: [{ role: 'source', what: { reference: 'DocumentReference/1' } }],
    },
  ],
  [
    'glasses of STU3: a prism is an amount and a base',
    {
      resourceType: 'VisionPrescription',
      status: 'active',
      patient: somebody,
      dateWritten: '2014',
      prescriber: { display: 'Dr. Eye' },
      dispense: [{ product: { text: 'lens' }, eye: 'right', sphere: -2, prism: 0.5, base: 'down' }],
    },
    {
      lensSpecification: [
        { product: { text: 'lens' }, eye: 'right', sphere: -2, prism: [{ amount: 0.5, base: 'down' }] },
      ],
    },
  ],
  [
    "a claim of Medicare's API v1: its amounts, as v2 has them",
    {
      resourceType: 'ExplanationOfBenefit',
      status: 'active',
      patient: somebody,
      totalCost: { value: 1, code: 'USD' },
      extension: [
        {
          url: 'https://bluebutton.cms.gov/resources/variables/nch_bene_ip_ddctbl_amt',
          valueMoney: { value: 112.0, code: 'USD', system: 'urn:iso:std:iso:4217' },
        },
      ],
    },
    {
      benefitBalance: [
        {
          financial: [
            {
              type: {
                coding: [
                  {
                    code: 'https://bluebutton.cms.gov/resources/variables/nch_bene_ip_ddctbl_amt',
                    display: 'NCH Beneficiary Inpatient (or other Part A) Deductible Amount',
                  },
                ],
              },
              usedMoney: { value: 112, currency: 'USD' },
            },
          ],
        },
      ],
    },
  ],
  [
    'a visit of R5: its class, its time, its reason, that it is over',
    {
      resourceType: 'Encounter',
      status: 'completed',
      class: [{ coding: [{ system: `${terminology}v3-ActCode`, code: 'AMB' }] }],
      actualPeriod: { start: '2024' },
      reason: [{ value: [{ concept: { text: 'cough' } }] }],
    },
    {
      status: 'finished',
      class: { system: `${terminology}v3-ActCode`, code: 'AMB' },
      period: { start: '2024' },
      reasonCode: [{ text: 'cough' }],
    },
  ],
  [
    'a procedure of R5',
    {
      resourceType: 'Procedure',
      status: 'completed',
      subject: somebody,
      occurrenceDateTime: '2024-01',
      complication: [{ concept: { text: 'bleeding' } }],
    },
    { performedDateTime: '2024-01', complication: [{ text: 'bleeding' }] },
  ],
  [
    'answers of DSTU2 in groups',
    {
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      group: {
        linkId: 'g',
        title: 'Habits',
        question: [{ linkId: 'q', text: 'Smoker?', answer: [{ valueBoolean: false }] }],
      },
    },
    {
      item: [
        {
          linkId: 'g',
          text: 'Habits',
          item: [{ linkId: 'q', text: 'Smoker?', answer: [{ valueBoolean: false }] }],
        },
      ],
    },
  ],
  [
    'a prescription of R5: its medication and its reason',
    {
      resourceType: 'MedicationRequest',
      status: 'active',
      intent: 'order',
      subject: somebody,
      medication: { concept: { text: 'Aspirin' } },
      reason: [{ concept: { text: 'pain' } }, { reference: { reference: 'Condition/1' } }],
    },
    {
      medicationCodeableConcept: { text: 'Aspirin' },
      reasonCode: [{ text: 'pain' }],
      reasonReference: [{ reference: 'Condition/1' }],
    },
  ],
];

describe('another release of FHIR is lifted to R4', () => {
  it.each(rules)('%s', async (_, sent, expected) => {
    const resource = await lifted(sent);
    expect(resource).toMatchObject(expected);
    expect([...medplumFaults(resource), ...fhirPackageFaults(resource)]).toEqual([]);
  });
});
