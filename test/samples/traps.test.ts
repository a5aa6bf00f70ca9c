import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { all, bundle, code, get, resources, samples, stringsAt, textOf } from './jane-doe.ts';

test('trap: a refuted problem', () => {
  expect(code(get('Condition', 'asthma-refuted').verificationStatus)).toBe('refuted');
});

test('trap: a problem, an allergy, a prescription and a result entered in error', () => {
  expect(code(get('Condition', 'infarction-wrong-chart').verificationStatus)).toBe('entered-in-error');
  expect(code(get('AllergyIntolerance', 'peanut-wrong-chart').verificationStatus)).toBe('entered-in-error');
  expect(get('MedicationRequest', 'warfarin-wrong-chart').status).toBe('entered-in-error');
  expect(get('Observation', 'tsh-wrong-patient-2021-05-12').status).toBe('entered-in-error');
});

test('trap: a problem with only a text', () => {
  expect(get('Condition', 'winter-tiredness').code).toEqual({ text: 'Tired all winter, better since March' });
});

test('trap: dates that are a year or a month', () => {
  expect(get('Condition', 'migraine').onsetDateTime).toBe('2001');
  expect(get('Condition', 'hypertension').onsetDateTime).toBe('2016-03');
  expect(get('Procedure', 'appendectomy').performedDateTime).toBe('1998');
});

test('trap: a problem that is over, one that became another, one that goes on', () => {
  expect(code(get('Condition', 'pneumonia').clinicalStatus)).toBe('resolved');
  expect(get('Condition', 'prediabetes').abatementDateTime).toBe(get('Condition', 'diabetes').onsetDateTime);
  expect(code(get('Condition', 'hypertension').clinicalStatus)).toBe('active');
});

test('trap: a severe allergy with its reaction, one without a reaction, one to the environment', () => {
  const reaction = get('AllergyIntolerance', 'penicillin').reaction?.[0];
  expect(reaction).toMatchObject({ severity: 'severe', manifestation: [{ text: 'Hives' }] });
  expect(get('AllergyIntolerance', 'codeine')).not.toHaveProperty('reaction');
  expect(get('AllergyIntolerance', 'grass-pollen').category).toEqual(['environment']);
});

test('trap: a negated allergy', () => {
  expect(code(get('AllergyIntolerance', 'latex-refuted').verificationStatus)).toBe('refuted');
});

test('trap: an active order not to give a medicine', () => {
  expect(get('MedicationRequest', 'amoxicillin-do-not-give')).toMatchObject({ status: 'active', doNotPerform: true });
});

test('trap: an active plan that is no order', () => {
  expect(get('MedicationRequest', 'rosuvastatin-plan')).toMatchObject({ status: 'active', intent: 'plan' });
});

test('trap: a lower dose stopped for the current one, and a stop with its reason', () => {
  expect(get('MedicationRequest', 'lisinopril-10-2016').status).toBe('stopped');
  expect(get('MedicationRequest', 'lisinopril-20-2019')).toMatchObject({
    status: 'active',
    priorPrescription: { reference: 'MedicationRequest/lisinopril-10-2016' },
  });
  expect(get('MedicationRequest', 'atorvastatin-2017')).toMatchObject({
    status: 'stopped',
    statusReason: { text: 'Muscle aches in both thighs' },
  });
});

test('trap: a medicine named by code, by reference, by a contained resource and by text', () => {
  expect(code(get('MedicationRequest', 'ibuprofen-2015').medicationCodeableConcept)).toBe('197806');
  expect(get('MedicationRequest', 'metformin-2018').medicationReference?.reference).toBe('Medication/metformin-500');
  const course = get('MedicationRequest', 'levofloxacin-2018');
  expect(course.status).toBe('completed');
  expect(course.medicationReference?.reference).toBe('#levofloxacin');
  expect(course.contained?.[0]).toMatchObject({ resourceType: 'Medication', id: 'levofloxacin' });
  expect(get('MedicationRequest', 'hydrocortisone-2017').medicationCodeableConcept).not.toHaveProperty('coding');
});

test('trap: medicines she takes without a prescription', () => {
  const statements = all('MedicationStatement');
  expect(statements.map(({ informationSource }) => informationSource?.reference)).toEqual(statements.map(() => 'Patient/jane-doe'));
  expect(statements).toHaveLength(2);
});

test('trap: A1c every half year, rising to 2019 and falling after', () => {
  const values = all('Observation')
    .filter((observation) => code(observation.code) === '4548-4')
    .map(({ valueQuantity }) => valueQuantity?.value ?? 0);
  expect(values.length).toBeGreaterThan(15);
  const peak = values.indexOf(7.9);
  expect(values.slice(0, peak + 1)).toEqual(values.slice(0, peak + 1).toSorted((a, b) => a - b));
  expect(values.slice(peak)).toEqual(values.slice(peak).toSorted((a, b) => b - a));
});

test('trap: results that only a report leads to, their category in a local system', () => {
  const finding = get('Observation', 'chest-xray-finding-2018-02-06');
  const systems = finding.category?.flatMap(({ coding }) => coding ?? []).map(({ system }) => system);
  expect(systems).toEqual(['https://practice.example/fhir/CodeSystem/result-category']);
  expect(get('DiagnosticReport', 'chest-xray-2018-02-06').result).toEqual([{ reference: `Observation/${finding.id}` }]);
});

test('trap: specimens, practitioners and medicines that only references lead to', () => {
  const referenced = new Set(resources.flatMap((resource) => stringsAt('reference', resource)));
  const types = ['Specimen', 'Practitioner', 'Organization', 'Location', 'Medication'] as const;
  const reached = types.filter((type) => all(type).some(({ id }) => referenced.has(`${type}/${id}`)));
  expect(reached).toEqual(types);
});

test('trap: results above and below what the instrument measures', () => {
  expect(get('Observation', 'ldl-2017-04-05').valueQuantity).toMatchObject({ comparator: '>', value: 190 });
  expect(get('Observation', 'urine-albumin-2022-11-09').valueQuantity).toMatchObject({ comparator: '<', value: 5 });
});

test('trap: numbers whose last digit is a zero', () => {
  expect(textOf('Observation', 'potassium-2019-05-08')).toContain('"value": 5.0,');
  expect(textOf('Observation', 'potassium-2016-03-16')).toContain('"value": 4.10,');
  expect(textOf('Observation', 'creatinine-2019-05-08')).toContain('"value": 1.10,');
  expect(textOf('Observation', 'weight-2023-05-10')).toContain('"value": 70.50,');
  expect(textOf('Observation', 'urine-gravity-2022-11-09')).toContain('"value": 1.020,');
});

test('trap: a value outside its range that nobody flagged', () => {
  const glucose = get('Observation', 'glucose-2016-03-16');
  expect(glucose).not.toHaveProperty('interpretation');
  expect(glucose.valueQuantity?.value).toBeGreaterThan(glucose.referenceRange?.[0]?.high?.value ?? Infinity);
});

test('trap: results flagged high and low by the lab', () => {
  const flags = all('Observation').flatMap(({ interpretation }) => code(interpretation?.[0]) ?? []);
  expect(new Set(flags)).toEqual(new Set(['H', 'L', 'N', 'A']));
});

test('trap: a value absent with its reason', () => {
  const potassium = get('Observation', 'potassium-hemolyzed-2018-02-07');
  expect(potassium).not.toHaveProperty('valueQuantity');
  expect(code(potassium.dataAbsentReason)).toBe('error');
});

test('trap: a preliminary and a cancelled result', () => {
  expect(get('Observation', 'urine-culture-2024-11-06').status).toBe('preliminary');
  expect(get('Observation', 'vitamin-d-cancelled-2023-05-10').status).toBe('cancelled');
});

test('trap: a titer of 1:64', () => {
  const { valueRatio } = get('Observation', 'cold-agglutinins-2018-02-07');
  expect(valueRatio).toEqual({ numerator: { value: 1 }, denominator: { value: 64 } });
});

test('trap: results that are words or codes, one named only by text', () => {
  const comment = get('Observation', 'smear-comment-2018-02-07');
  expect(comment.code).not.toHaveProperty('coding');
  expect(comment.valueString).toContain('\n');
  expect(get('Observation', 'urine-protein-2022-11-09').valueString).toBe('Trace');
  expect(code(get('Observation', 'urine-nitrite-2022-11-09').valueCodeableConcept)).toBe('260385009');
});

test('trap: a blood pressure without its diastolic', () => {
  const [systolic, diastolic] = get('Observation', 'blood-pressure-2020-05-13').component ?? [];
  expect(systolic?.valueQuantity?.value).toBe(138);
  expect(diastolic).not.toHaveProperty('valueQuantity');
  expect(code(diastolic?.dataAbsentReason)).toBe('asked-unknown');
});

test('trap: weights in two units', () => {
  const weights = all('Observation').filter((observation) => code(observation.code) === '29463-7');
  expect(new Set(weights.map(({ valueQuantity }) => valueQuantity?.code))).toEqual(new Set(['[lb_av]', 'kg']));
});

test('trap: a refused vaccine with its reason, and vaccines with lot numbers', () => {
  const refused = get('Immunization', 'flu-2016-09-21');
  expect(refused.status).toBe('not-done');
  expect(refused.statusReason?.text).toBe('Patient declined');
  expect(get('Immunization', 'tdap-2014-03-12').lotNumber).toBe('TD4471B');
  expect(get('Immunization', 'covid-2021-04-14').protocolApplied?.[0]?.doseNumberPositiveInt).toBe(2);
});

test('trap: a procedure done, one not done, one in progress', () => {
  expect(get('Procedure', 'colonoscopy-2020-09-23').status).toBe('completed');
  expect(get('Procedure', 'foot-exam-not-done-2020-05-13').status).toBe('not-done');
  expect(get('Procedure', 'exercise-therapy-2024').status).toBe('in-progress');
});

test('trap: an implant with its UDI', () => {
  expect(get('Device', 'wrist-plate').udiCarrier?.[0]?.carrierHRF).toMatch(/^\(01\)\d{14}\(17\)/);
});

test('trap: a coverage that ended and one that goes on', () => {
  expect(get('Coverage', 'evergreen').period?.end).toBe('2019-12-31');
  expect(get('Coverage', 'blue-harbor').period).toEqual({ start: '2020-01-01' });
});

test('trap: a claim and the money in it', () => {
  expect(textOf('ExplanationOfBenefit', 'visit-2021-05-12')).toContain('"value": 99.50,');
});

test('trap: an inactive care team beside the active one', () => {
  expect(all('CareTeam').map(({ status }) => status)).toEqual(['inactive', 'active']);
});

test('trap: an appointment cancelled and one after the record ends', () => {
  expect(get('Appointment', 'cancelled-2020-04-08').status).toBe('cancelled');
  const booked = get('Appointment', 'booked-2025-05-14');
  expect(booked.status).toBe('booked');
  expect(Date.parse(booked.start ?? '')).toBeGreaterThan(Date.parse(bundle.timestamp ?? ''));
});

test('trap: two documents of one visit, each the bytes of the file beside the Bundle', () => {
  const { content, context } = get('DocumentReference', 'discharge-summary-2018-02-09');
  expect(context?.encounter).toEqual([{ reference: 'Encounter/hospital-stay-2018-02' }]);
  const files = ['discharge-summary.pdf', 'after-visit-summary.txt'];
  expect(content.map(({ attachment }) => attachment.contentType)).toEqual(['application/pdf', 'text/plain; charset=utf-8']);
  for (const [index, { attachment }] of content.entries()) {
    const file = readFileSync(new URL(`documents/${files[index]}`, samples));
    const binary = get('Binary', attachment.url?.slice('Binary/'.length) ?? '');
    expect(Buffer.from(binary.data ?? '', 'base64').equals(file)).toBe(true);
    expect(attachment.size).toBe(file.length);
    expect(attachment.hash).toBe(createHash('sha1').update(file).digest('base64'));
    expect(binary.contentType).toBe(attachment.contentType);
  }
});

test.each([
  ['summary-of-care-2024-11-06', 'summary-of-care.xml'],
  ['discharge-summary-ccda-2018-02-09', 'discharge-summary.xml'],
])('trap: a C-CDA among the documents, %s, the bytes of the file beside the Bundle', (id, name) => {
  const attachment = get('DocumentReference', id).content[0]?.attachment;
  const file = readFileSync(new URL(`documents/${name}`, samples));
  const binary = get('Binary', attachment?.url?.slice('Binary/'.length) ?? '');
  expect(Buffer.from(binary.data ?? '', 'base64').equals(file)).toBe(true);
  expect(attachment).toMatchObject({ contentType: 'application/xml', size: file.length });
});

test('trap: a PDF that is one, its cross-references pointing at its objects', () => {
  const pdf = readFileSync(new URL('documents/discharge-summary.pdf', samples), 'latin1');
  expect(pdf.startsWith('%PDF-1.4\n')).toBe(true);
  const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)?.[1]);
  const offsets = [...pdf.slice(table).matchAll(/^(\d{10}) 00000 n/gm)].map(([, offset]) => Number(offset));
  expect(offsets.length).toBeGreaterThan(0);
  for (const [index, offset] of offsets.entries()) {
    expect(pdf.slice(offset)).toSatisfy((rest) => rest.startsWith(`${index + 1} 0 obj\n`));
  }
});

test('trap: a note whose text is inline', () => {
  const attachment = get('DocumentReference', 'progress-note-2019-11-06').content[0]?.attachment;
  expect(attachment).not.toHaveProperty('url');
  expect(Buffer.from(attachment?.data ?? '', 'base64').toString('utf8')).toContain("Zoë O'Neill, MD");
});

test('trap: text that is a formula, markup, a table bar and two lines', () => {
  const dosage = get('MedicationStatement', 'vitamin-d').dosage?.[0]?.text ?? '';
  expect(dosage.startsWith('=1+1')).toBe(true);
  for (const character of ['\n', '<', '&', '|']) expect(dosage).toContain(character);
});

test('trap: names with an accent and an apostrophe', () => {
  expect(get('Practitioner', 'oneill').name?.[0]).toMatchObject({ given: ['Zoë'], family: "O'Neill" });
});

test('trap: winter and summer offsets, and a visit across midnight', () => {
  const stay = get('Encounter', 'emergency-2015-01-24').period;
  expect(stay).toEqual({ start: '2015-01-24T21:40:00-05:00', end: '2015-01-25T01:15:00-05:00' });
  expect(get('Encounter', 'visit-2024-05-08').period?.start).toBe('2024-05-08T09:00:00-04:00');
});
