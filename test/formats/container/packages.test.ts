import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { patientsOf } from '../../../src/model/index.ts';
import { read, recordOf } from '../../facts/reading.ts';
import { allergies, namesIn, told, zipOf, type Content } from './zips.ts';

const nuts = allergies('Nuts');
const milk = allergies('Milk');

/** One document of the metadata of an IHE XDM package. */
interface Listed {
  uri: string;
  content: Content;
  size?: number;
  hash?: string;
  title?: string;
}

const slot = (name: string, value: string | number): string =>
  `<Slot name="${name}"><ValueList><Value>${value}</Value></ValueList></Slot>`;

const basicLine = (id: string): string => `${JSON.stringify({ resourceType: 'Basic', id })}\n`;

function metadata(listed: readonly Listed[]): string {
  const objects = listed.map(
    ({ uri, content, size, hash, title = 'A document' }) => `<ExtrinsicObject mimeType="text/xml">
      ${slot('URI', uri)}${slot('size', size ?? Buffer.from(content).length)}
      ${slot('hash', hash ?? createHash('sha1').update(content).digest('hex'))}${slot('creationTime', '20240305')}
      <Name><LocalizedString value="${title}"/></Name>
      <Classification classificationScheme="urn:uuid:f0306f51-975f-434e-a61c-c59651d33983">
        <Name><LocalizedString value="Consult note"/></Name></Classification>
    </ExtrinsicObject>`,
  );
  return `<SubmitObjectsRequest xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"><RegistryObjectList
    xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">${objects.join('')}</RegistryObjectList></SubmitObjectsRequest>`;
}

const subset = 'IHE_XDM/SUBSET01';

describe('an IHE XDM package', () => {
  it('is read in the order of its metadata, whatever the case of names; what it does not list comes after', async () => {
    const zip = await zipOf({
      'README.TXT': 'Open INDEX.HTM',
      [`${subset}/EXTRA.XML`]: allergies('Eggs'),
      [`${subset}/DOC2.XML`]: milk,
      [`${subset}/DOC1.XML`]: nuts,
      [`${subset}/METADATA.XML`]: metadata([
        { uri: 'doc1.xml', content: nuts },
        { uri: 'DOC2.XML', content: milk },
      ]),
    });
    const file = await read(zip, 'x.zip');
    expect(file.source.format).toMatch(/^IHE XDM package of C-CDA/);
    expect(namesIn(file).map((name) => name.replace(/^.*\//, ''))).toEqual([
      'DOC1.XML',
      'DOC2.XML',
      'EXTRA.XML',
    ]);
    expect(told(file)).toEqual(['note presentation']);
  });

  it.each<[string, Partial<Listed>, RegExp]>([
    ['hash', { hash: '0'.repeat(40) }, /SHA-1/],
    ['size', { size: 7 }, /says it has 7 bytes, and it has \d+/],
  ])('whose %s does not match is read, and says so', async (_, wrong, words) => {
    const listed = { uri: 'DOC1.XML', content: nuts, ...wrong };
    const zip = await zipOf({ [`${subset}/DOC1.XML`]: nuts, [`${subset}/METADATA.XML`]: metadata([listed]) });
    const file = await read(zip);
    expect(namesIn(file)).toHaveLength(1);
    expect(file.findings).toMatchObject([
      {
        severity: 'warning',
        code: 'xdm-mismatch',
        member: `${subset}/DOC1.XML`,
        message: expect.stringMatching(words),
      },
    ]);
  });

  it('that lists a document it does not hold says that it is missing', async () => {
    const listed = [
      { uri: 'DOC1.XML', content: nuts },
      { uri: '../../../gone.xml', content: milk },
    ];
    const zip = await zipOf({ [`${subset}/DOC1.XML`]: nuts, [`${subset}/METADATA.XML`]: metadata(listed) });
    expect(told(await read(zip))).toEqual(['lost missing-member gone.xml']);
  });

  it('gives a PDF the title, kind and date of its metadata', async () => {
    const pdf = '%PDF-1.4 << /CreationDate (D:20200101) >>';
    const listed = { uri: 'SCAN.PDF', content: pdf, title: 'Echo of the heart' };
    const zip = await zipOf({ [`${subset}/SCAN.PDF`]: pdf, [`${subset}/METADATA.XML`]: metadata([listed]) });
    const { record } = await recordOf(zip);
    expect(record.sections['notes']).toMatchObject([
      { name: 'Consult note', description: 'Echo of the heart', date: '2024-03-05' },
    ]);
  });

  it('with metadata that cannot be read is looked through file by file', async () => {
    const zip = await zipOf({
      [`${subset}/DOC1.XML`]: nuts,
      [`${subset}/METADATA.XML`]: '<SubmitObjectsRequest>',
    });
    const file = await read(zip);
    expect(namesIn(file)).toHaveLength(1);
    expect(told(file)).toContain(`warning bad-metadata ${subset}/METADATA.XML`);
  });
});

describe('an Apple Health export', () => {
  const health = `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE HealthData [<!ELEMENT HealthData (Record)*>]>
    <HealthData><ExportDate value="2024-06-01 08:10:05 +0200"/>
    <Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Watch" unit="count/min" value="61"
      startDate="2024-05-01 07:00:00 +0200" endDate="2024-05-01 07:00:00 +0200"/>
    <ClinicalRecord type="AllergyIntolerance" identifier="a1" sourceName="North Hospital" fhirVersion="1.0.2"
      sourceURL="https://north.example.org/dstu2/AllergyIntolerance/a1" receivedDate="2024-05-01 07:00:00 +0200"
      resourceFilePath="/clinical-records/AllergyIntolerance-1.json"/>
    <ClinicalRecord type="Patient" identifier="p" sourceName="North Hospital" fhirVersion="1.0.2"
      sourceURL="https://north.example.org/dstu2/Patient/p" receivedDate="2024-05-01 07:00:00 +0200"
      resourceFilePath="/clinical-records/Patient-1.json"/>
    <ClinicalRecord type="Patient" identifier="p" sourceName="South Clinic" fhirVersion="4.0.1"
      sourceURL="https://south.example.org/r4/Patient/p" receivedDate="2024-05-01 07:00:00 +0200"
      resourceFilePath="/clinical-records/Patient-2.json"/>
    </HealthData>`;
  const person = {
    resourceType: 'Patient',
    id: 'p',
    name: [{ family: 'Doe', given: ['Jane'] }],
    birthDate: '1980-01-02',
  };
  const allergy = {
    resourceType: 'AllergyIntolerance',
    id: 'a1',
    substance: { text: 'Penicillin' },
    patient: { reference: 'https://north.example.org/dstu2/Patient/p' },
  };
  const records = 'apple_health_export/clinical-records';
  const files: Record<string, string> = {
    'apple_health_export/clinical-records/AllergyIntolerance-1.json': JSON.stringify(allergy),
    'apple_health_export/clinical-records/Patient-1.json': JSON.stringify({
      ...person,
      name: [{ family: ['Doe'], given: ['Jane'] }],
    }),
    'apple_health_export/clinical-records/Patient-2.json': JSON.stringify(person),
    'apple_health_export/Exportación.xml': health,
    'apple_health_export/export_cda.xml': allergies('of the phone').replace(
      '<id root="2.999.2" extension="doc-1"/>',
      '<id extension="Health Export CDA" root="1.1.1.1.1.1.1.1.1"/>',
    ),
  };

  it('gives each provider of clinical records as a source of its own, in the release of FHIR it states', async () => {
    const { inner, entries } = await read(await zipOf(files), 'export.zip');
    const providers = inner.filter(({ producer }) => producer !== undefined);
    expect(providers).toMatchObject([
      { name: 'export.zip › North Hospital', format: 'FHIR DSTU2 JSON' },
      { name: 'export.zip › South Clinic', format: 'FHIR R4 JSON' },
    ]);
    const patients = entries.filter(({ resource }) => resource['id'] === 'p');
    expect(patients.map(({ origin }) => origin.source)).toEqual(providers.map(({ id }) => id));
  });

  it('shows the provider\u2019s allergy as the one person\u2019s, and the measurements of the phone once', async () => {
    const { record } = await recordOf(await zipOf(files));
    expect(record.sections['allergies']).toMatchObject([{ name: 'Penicillin' }]);
    expect(record.sections['vital-signs']).toHaveLength(1);
  });

  it('is one person\u2019s: the phone, a provider without a Patient, and one with, are not three', async () => {
    const { [`${records}/Patient-1.json`]: _patient, ...fewer } = files;
    const { record } = await recordOf(await zipOf(fewer));
    expect(record.person?.name).toBe('Jane Doe');
    expect(record.sections['allergies']).toHaveLength(1);
  });

  it('tells of a file it names and does not hold; one it does not name is of the same phone', async () => {
    const { [`${records}/AllergyIntolerance-1.json`]: held = '', ...fewer } = files;
    const file = await read(await zipOf({ ...fewer, [`${records}/Unnamed.json`]: held }));
    expect(told(file)).toContain(`lost missing-member ${records}/AllergyIntolerance-1.json`);
    expect(patientsOf(file.entries)).toHaveLength(1);
  });

  it('whose providers state two people is two people', async () => {
    const other = JSON.stringify({
      ...person,
      name: [{ family: 'Roe', given: ['Bert'] }],
      birthDate: '1950-01-01',
    });
    const { entries } = await read(
      await zipOf({ ...files, 'apple_health_export/clinical-records/Patient-2.json': other }),
    );
    expect(patientsOf(entries).length).toBeGreaterThan(1);
  });

  it('does not tell a second time what the CDA document beside it tells again', async () => {
    const file = await read(await zipOf(files));
    expect(told(file)).toContain('note not-read-twice apple_health_export/export_cda.xml');
    expect(namesIn(file).some((name) => name.includes('export_cda'))).toBe(false);
  });
});

describe('a gzip file', () => {
  it('is opened; of several packed one after the other all', async () => {
    const file = await read(
      Buffer.concat([gzipSync(basicLine('a')), gzipSync(basicLine('b'))]),
      'x.ndjson.gz',
    );
    expect(file.entries).toHaveLength(2);
    expect(file.source.format).toBe('gzip file of FHIR R4 NDJSON');
  });

  it('that is damaged or cut short is refused, with the reason', async () => {
    const packed = gzipSync(nuts);
    const damaged = Buffer.from(packed);
    damaged.writeUInt32LE(0, packed.length - 8);
    for (const bytes of [packed.subarray(0, packed.length - 20), damaged])
      await expect(read(bytes)).rejects.toMatchObject({
        code: 'not-a-health-record',
        why: /damaged or cut short/,
      });
  });
});

describe('a web page', () => {
  const escaped = nuts.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  it.each([
    ['as it is', `<script type="text/xml">${nuts.replace(/^<\?xml.*\?>/, '')}</script>`],
    ['as text', `<pre>${escaped}</pre>`],
    ['in a string of a script', `<script>const ccd = ${JSON.stringify(nuts)};</script>`],
    ['in base64', `<a href="data:text/xml;base64,${Buffer.from(nuts).toString('base64')}">Download</a>`],
  ])('that holds a clinical document %s is opened', async (_, held) => {
    const file = await read(`<!DOCTYPE html>\n<html><body>${held}</body></html>`, 'summary.html');
    expect(namesIn(file)).toEqual(['summary.html › document']);
    expect(told(file)).toEqual([]);
  });

  it('without one is no health record', async () => {
    await expect(read('<html><body>Sign in</body></html>')).rejects.toMatchObject({
      message: /a web page is not/,
    });
  });
});
