import { describe, expect, it } from 'vitest';
import { readTime } from '../../../src/formats/ccda/time.ts';
import { systemOf } from '../../../src/formats/ccda/code-system.ts';
import { numberOf } from '../../../src/formats/json-parts.ts';
import { documentXml, ofType, said, withEntries } from './clinical-document.ts';

const ccda = '2.16.840.1.113883.10.20.22.4';

describe('a time of HL7 v3', () => {
  it.each([
    ['1975', '1975', undefined],
    ['197505', '1975-05', undefined],
    ['19750501', '1975-05-01', undefined],
    ['19750501-0500', '1975-05-01', undefined],
    ['20200315101530-0500', '2020-03-15T10:15:30-05:00', undefined],
    ['20200315101530.123+0000', '2020-03-15T10:15:30.123+00:00', undefined],
    ['20200315101530Z', '2020-03-15T10:15:30Z', undefined],
    ['2020-03-15T10:15:30+05:30', '2020-03-15T10:15:30+05:30', undefined],
    ['202003151015-0500', '2020-03-15T10:15:00-05:00', '2020-03-15T10:15-05:00'],
    ['2020031510', '2020-03-15', '2020-03-15T10'],
    ['20200315101530', '2020-03-15', '2020-03-15T10:15:30'],
    ['20200315000000', '2020-03-15', '2020-03-15T00:00:00'],
    ['20150722230000-5000', '2015-07-22', '2015-07-22T23:00:00-50:00'],
    ['2014-0330', '2014', undefined],
    ['201401-0500', '2014-01', undefined],
  ])('%s is %s, never more precise and never in another zone', (literal, value, recorded) => {
    expect(readTime(literal)).toEqual({ value, ...(recorded !== undefined && { recorded }) });
  });

  it.each([
    '00000000',
    '0',
    '-08',
    '2014010',
    '200130311',
    '20140230',
    '20141301',
    '201402302460',
    '99991231',
    '00010101',
    'yesterday',
    '2014-05',
  ])('%s is no date, and is kept as sent', (literal) => {
    expect(readTime(literal)).toEqual({ unreadable: literal });
  });

  it('that is no date is told in the row and in a finding', async () => {
    const xml = `<entry><observation classCode="OBS" moodCode="EVN"><templateId root="${ccda}.4"/><effectiveTime><low value="200130311"/></effectiveTime><value xsi:type="CD" code="1" codeSystem="2.999.7" displayName="Cough"/></observation></entry>`;
    const { rows, findings } = await said(withEntries('11450-4', xml));
    expect(rows['problems']).toMatchObject([
      { name: 'Cough', cautions: ['a date that could not be read, as sent: 200130311'] },
    ]);
    expect(rows['problems']?.[0]?.start).toBeUndefined();
    expect(findings).toMatchObject([{ code: 'bad-date', severity: 'warning' }]);
  });
});

describe('a code system', () => {
  it.each([
    ['2.16.840.1.113883.6.1', 'http://loinc.org'],
    ['urn:oid:2.16.840.1.113883.6.96', 'http://snomed.info/sct'],
    ['2.16.840.1.113883.6.59', 'http://hl7.org/fhir/sid/cvx'],
    ['2.16.840.1.113883.6.238', 'urn:oid:2.16.840.1.113883.6.238'],
    ['2.16.840.1.113883.5.111', 'http://terminology.hl7.org/CodeSystem/v3-RoleCode'],
    ['2.16.840.1.113883.12.74', 'http://terminology.hl7.org/CodeSystem/v2-0074'],
    ['2.999.1', 'urn:oid:2.999.1'],
    ['SNOMED CT', 'http://snomed.info/sct'],
    ['ICD-10-CM', 'http://hl7.org/fhir/sid/icd-10-cm'],
    ['http://hl7.org/fhir/sid/icd-9-cm', 'http://hl7.org/fhir/sid/icd-9-cm'],
    ['LOCAL', undefined],
  ])('%s is %s', (codeSystem, uri) => {
    expect(systemOf(codeSystem)).toBe(uri);
  });
});

describe('a number', () => {
  it.each([
    ['5.0', '5.0'],
    ['1.10', '1.10'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['+7', '7'],
    ['007', '7'],
    ['-0.250', '-0.250'],
    ['1.0000000e+000', '1.0000000e+000'],
  ])('%s is written as %s', (text, written) => {
    expect(String(numberOf(text))).toBe(written);
  });

  it.each(['', '<5', '5,4', '1+', 'N/A'])('%s is none', (text) => {
    expect(numberOf(text)).toBeUndefined();
  });
});

/** A sodium result with this value. */
async function resultOf(value: string, more = '') {
  const xml = `<entry><observation classCode="OBS" moodCode="EVN"><templateId root="${ccda}.2"/><code code="2951-2" codeSystem="2.16.840.1.113883.6.1" displayName="Sodium"/><statusCode code="completed"/>${value}${more}</observation></entry>`;
  const { rows, resources } = await said(
    withEntries('30954-2', xml, '<content ID="v">see the note</content>'),
  );
  return { row: rows['results']?.[0], resource: ofType({ resources }, 'Observation')[0] };
}

/** A reference range of a kind. */
function rangeFrom(low: string, code?: string): string {
  return `<referenceRange><observationRange>${code === undefined ? '' : `<interpretationCode code="${code}" codeSystem="2.16.840.1.113883.5.83"/>`}<value xsi:type="IVL_PQ"><low value="${low}" unit="g"/></value></observationRange></referenceRange>`;
}

describe('a value of a result', () => {
  it.each<[string, string, object]>([
    ['PQ', '<value xsi:type="PQ" value="1.10" unit="mg/dL"/>', { value: '1.10', unit: 'mg/dL' }],
    ['PQ without a unit', '<value xsi:type="PQ" value="7"/>', { value: '7' }],
    [
      'PQ in other units',
      '<value xsi:type="PQ" nullFlavor="OTH"><translation value="14" codeSystem="2.999.7"><originalText>scoops</originalText></translation></value>',
      { value: '14', unit: 'scoops' },
    ],
    [
      'IVL_PQ below',
      '<value xsi:type="IVL_PQ"><high value="5" unit="mg/dL" inclusive="false"/></value>',
      { value: '<5', unit: 'mg/dL' },
    ],
    ['IVL_PQ above', '<value xsi:type="IVL_PQ"><low value="500" unit="mg/dL"/></value>', { value: '>=500' }],
    [
      'IVL_PQ between',
      '<value xsi:type="IVL_PQ"><low value="1" unit="g"/><high value="2" unit="g"/></value>',
      { value: '1–2 g' },
    ],
    ['INT', '<value xsi:type="INT" value="3"/>', { value: '3' }],
    ['INT that is none', '<value xsi:type="INT" value="1.5"/>', { value: '1.5' }],
    ['REAL', '<value xsi:type="REAL" value="1.50"/>', { value: '1.50' }],
    [
      'RTO',
      '<value xsi:type="RTO"><numerator value="1" xsi:type="INT"/><denominator value="64" xsi:type="INT"/></value>',
      { value: '1:64' },
    ],
    [
      'CD',
      '<value xsi:type="CD" code="260385009" codeSystem="2.16.840.1.113883.6.96" displayName="Negative"/>',
      { value: 'Negative' },
    ],
    [
      'CO',
      '<value xsi:type="CO" code="1" codeSystem="2.999.7" displayName="one plus"/>',
      { value: 'one plus' },
    ],
    ['ST that looks like a number', '<value xsi:type="ST">&lt;0.01</value>', { value: '<0.01' }],
    [
      'ED with a reference',
      '<value xsi:type="ED"><reference value="#v"/></value>',
      { value: 'see the note' },
    ],
    [
      'ED with a file',
      '<value xsi:type="ED" mediaType="application/pdf" representation="B64">JVBERi0xLjQK</value>',
      { attachments: [{ contentType: 'application/pdf' }] },
    ],
    ['TS', '<value xsi:type="TS" value="20240101"/>', { value: '2024-01-01' }],
    ['BL', '<value xsi:type="BL" value="false"/>', { value: 'no' }],
    ['no type', '<value value="4" unit="mmol/L"/>', { value: '4', unit: 'mmol/L' }],
    ['a prefixed type', '<value xsi:type="cda:PQ" value="4" unit="g"/>', { value: '4', unit: 'g' }],
    ['nothing, not asked', '<value xsi:type="PQ" nullFlavor="NASK"/>', { absent: 'not-asked' }],
    ['nothing, withheld', '<value xsi:type="PQ" nullFlavor="MSK"/>', { absent: 'masked' }],
  ])('of type %s', async (_, value, row) => {
    expect((await resultOf(value)).row).toMatchObject(row);
  });

  it('has the normal range apart from any other', async () => {
    const value = '<value xsi:type="PQ" value="3" unit="g"/>';
    expect((await resultOf(value, rangeFrom('4', 'N'))).row).toMatchObject({
      range: '≥ 4 g',
      flag: 'LOW (computed)',
    });
    expect((await resultOf(value, rangeFrom('4', 'HH'))).row?.['flag']).toBeUndefined();
  });
});

describe('a person of a document', () => {
  const header = `<recordTarget><patientRole><id root="2.16.840.1.113883.4.1" extension="111-22-3333"/>
    <addr use="HP"><streetAddressLine>1 Sea Rd</streetAddressLine><streetAddressLine>Apt 2</streetAddressLine><city>Sandport</city><state>OR</state><postalCode>97006</postalCode></addr>
    <telecom value="tel:+1(555)555-1002" use="MC"/><telecom value="(555)555-1003"/><telecom value="mailto:a@example.org"/>
    <patient><name use="P SRCH"><given>Janie</given></name><name use="L"><prefix>Dr.</prefix><given>Jane</given><given qualifier="CL">Jay</given><given>Q.</given><family>Doe</family><family qualifier="BR">Roe</family></name>
      <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/><birthTime value="198001021130-0500"/>
      <sdtc:deceasedInd value="false"/><sdtc:deceasedTime value="20200101"/>
      <raceCode code="2106-3" codeSystem="2.16.840.1.113883.6.238" displayName="White"/><sdtc:raceCode code="2108-9" codeSystem="2.16.840.1.113883.6.238" displayName="European"/>
      <ethnicGroupCode code="2186-5" codeSystem="2.16.840.1.113883.6.238" displayName="Not Hispanic or Latino"/>
      <guardian><code code="GRPRN" codeSystem="2.16.840.1.113883.5.111" displayName="Grandparent"/><telecom value="tel:555"/><guardianPerson><name><given>Ralph</given><family>Doe</family></name></guardianPerson></guardian>
      <languageCommunication><languageCode code="es"/><preferenceInd value="true"/></languageCommunication>
    </patient></patientRole></recordTarget>`;

  it('has all names, addresses, numbers, race, language and guardian, and is not dead by contradiction', async () => {
    const { built, resources } = await said(documentXml([], header));
    const { person } = built.record;
    expect(person).toMatchObject({
      name: 'Dr. Jane Q. Doe',
      otherNames: ['Janie', 'Jay', 'Roe'],
      birthDate: '1980-01-02',
      gender: 'female',
      race: 'White, European',
      ethnicity: 'Not Hispanic or Latino',
      addresses: ['1 Sea Rd, Apt 2, Sandport OR 97006'],
      contacts: ['mobile phone: +1(555)555-1002', 'phone: (555)555-1003', 'email: a@example.org'],
      identifiers: [{ system: 'http://hl7.org/fhir/sid/us-ssn', value: '111-22-3333' }],
    });
    expect(person?.relatives?.[0]).toContain('Ralph Doe');
    expect(person?.deceased).toBeUndefined();
    expect(person?.details?.join()).toContain('20200101');
    expect(JSON.stringify(ofType({ resources }, 'Patient'))).toContain('1980-01-02T11:30:00-05:00');
  });
});
