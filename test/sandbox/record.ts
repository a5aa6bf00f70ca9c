import type { DataText } from '../../src/sandbox/index.ts';

/** Number literals that a JavaScript number would print otherwise. */
export const literals = ['5.0', '1.10', '1e3', '-0', '12345678901234567890', '0.1000'];

const observations = literals.map(
  (literal, index) =>
    `{"resourceType":"Observation","id":"lab-${index}","status":"final","subject":{"reference":"Patient/ann"},` +
    `"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],` +
    `"code":{"text":"A made-up test"},"effectiveDateTime":"201${index}-03-01","valueQuantity":{"value":${literal}}}`,
);

const ann = [
  {
    resourceType: 'Patient',
    id: 'ann',
    meta: { versionId: '3', lastUpdated: '2024-02-03T04:05:06Z' },
    name: [{ given: ['Ann'], family: '<Sample>' }],
    birthDate: '1970-01-01',
  },
  {
    resourceType: 'Condition',
    id: 'old',
    meta: { lastUpdated: '2020-01-01T00:00:00Z' },
    subject: { reference: 'Patient/ann' },
    clinicalStatus: { coding: [{ code: 'resolved' }] },
    recorder: { reference: 'Practitioner/doc' },
  },
  {
    resourceType: 'Condition',
    id: 'new',
    meta: { lastUpdated: '2024-01-01T00:00:00Z' },
    subject: { reference: 'Patient/ann' },
    clinicalStatus: { coding: [{ code: 'active' }] },
  },
  {
    resourceType: 'MedicationRequest',
    id: 'order',
    status: 'active',
    intent: 'order',
    subject: { reference: 'Patient/ann' },
    medicationReference: { reference: 'Medication/pill' },
  },
  {
    resourceType: 'Provenance',
    id: 'who-said-so',
    target: [{ reference: 'Condition/new' }, { reference: 'MedicationRequest/order' }],
    agent: [{ who: { reference: 'Practitioner/doc' } }],
  },
  {
    resourceType: 'DocumentReference',
    id: 'note',
    subject: { reference: 'Patient/ann' },
    content: [{ attachment: { contentType: 'text/plain', url: 'Binary/note-text' } }],
  },
  {
    resourceType: 'Binary',
    id: 'note-text',
    contentType: 'text/plain; charset=utf-8',
    data: Buffer.from('Grüße').toString('base64'),
  },
  { resourceType: 'Binary', id: 'pointed-at-by-nobody', contentType: 'text/plain', data: 'eA==' },
  { resourceType: 'Coverage', id: 'card', status: 'active', beneficiary: { reference: 'Patient/ann' } },
  { resourceType: 'Appointment', id: 'visit', participant: [{ actor: { reference: 'Patient/ann' } }] },
];

const bob = [
  { resourceType: 'Patient', id: 'bob', name: [{ text: 'Bob Sample' }] },
  { resourceType: 'Condition', id: 'of-bob', subject: { reference: 'Patient/bob' } },
  { resourceType: 'Provenance', id: 'of-bob', target: [{ reference: 'Condition/of-bob' }] },
];

const shared = [
  { resourceType: 'Practitioner', id: 'doc', name: [{ text: 'Dr. Made Up' }] },
  { resourceType: 'Medication', id: 'pill', code: { text: 'A made-up pill' } },
  { resourceType: 'Group', id: 'both', member: [{ entity: { reference: 'Patient/bob' } }] },
];

/** Two made-up people: Ann, who comes first, and Bob; and what belongs to neither. */
export const record: DataText[] = [
  { name: 'people.json', text: JSON.stringify([...ann, ...bob, ...shared]) },
  { name: 'results.ndjson', text: observations.join('\n') },
];
