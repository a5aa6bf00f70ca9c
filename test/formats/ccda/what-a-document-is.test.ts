import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpusCases, filesUnder, noteAbsence } from '../../cli/corpus.ts';
import { read, recordOf, rendered } from '../../facts/reading.ts';

const { present, absent } = corpusCases(1);

const ccda = '2.16.840.1.113883.10.20.22.1';
const c32 = '2.16.840.1.113883.3.88.11.32.1';
const ccd = '2.16.840.1.113883.10.20.1';
const ihe = '1.3.6.1.4.1.19376.1.5.3.1.1';

/** `root:extension` as a templateId. */
const template = (id: string): string => {
  const [root, extension] = id.split(':');
  return `<templateId root="${root}"${extension === undefined ? '' : ` extension="${extension}"`}/>`;
};

const loinc = (code: string): string => `<code code="${code}" codeSystem="2.16.840.1.113883.6.1"/>`;

/** A document with these template ids on its root, this code, header and body. */
const documentOf = (ids: readonly string[], code = '', header = '', body = ''): string =>
  `<ClinicalDocument xmlns="urn:hl7-org:v3">${ids.map(template).join('')}${code}<effectiveTime value="20120815"/>${header}<component><structuredBody><component><section><title>S</title><text>words</text>${body}</section></component></structuredBody></component></ClinicalDocument>`;

const formatOf = async (xml: string): Promise<string> => (await read(xml, 'visit.xml')).source.format;
const producerOf = async (xml: string): Promise<string | undefined> =>
  (await read(xml, 'visit.xml')).source.producer;

describe('the name of a clinical document says the release and the kind that the document states', () => {
  it.each<[string, string[], string]>([
    ['C-CDA R1.1 Continuity of Care Document', [`${ccda}.1`, `${ccda}.2`], ''],
    ['C-CDA R1.1 Discharge Summary', [`${ccda}.1`, `${ccda}.8`], ''],
    ['C-CDA R2.0 History and Physical', [`${ccda}.1:2014-06-09`, `${ccda}.3:2014-06-09`], ''],
    ['C-CDA R2.0 Referral Note', [`${ccda}.1:2014-06-09`, `${ccda}.14`], ''],
    ['C-CDA R2.0 Care Plan', [`${ccda}.15`], ''],
    ['C-CDA R2.1 Care Plan', [`${ccda}.1:2015-08-01`, `${ccda}.15:2015-08-01`], ''],
    ['C-CDA R2.1 Unstructured Document', [`${ccda}.1:2015-08-01`, `${ccda}.10:2015-08-01`], '18842-5'],
    ['C-CDA R2.1 Progress Note', [`${ccda}.1:2015-08-01`], '11506-3'],
    ['C-CDA R2.1', [`${ccda}.1:2015-08-01`], '34111-5'],
    ['C-CDA R2.1 or R3.0 Continuity of Care Document', [`${ccda}.1:2023-05-01`, `${ccda}.2:2015-08-01`], ''],
    ['C-CDA R3.0 or later Transfer Summary', [`${ccda}.1:2024-05-01`, `${ccda}.13:2024-05-01`], ''],
    ['C-CDA Operative Note', [`${ccda}.1:2099-01-01`, `${ccda}.7:2099-01-01`], ''],
    ['HITSP C32', [c32, ccd, ihe], '34133-9'],
    ['HITSP C62 Discharge Summary', ['2.16.840.1.113883.3.88.11.62.1', ihe], '18842-5'],
    ['CCD R1', [ccd, `${ihe}.1`], '34133-9'],
    ['IHE PCC XPHR Extract', [ccd, `${ihe}.1`, `${ihe}.5`], '34133-9'],
    ['IHE PCC', [`${ihe}.1`], ''],
    ['IHE PCC Consultation Note', [`${ihe}.1`], '11488-4'],
    ['CDA R2', [], ''],
    ['CDA R2 Discharge Summary', ['2.16.840.1.113883.10.20.3'], '18842-5'],
  ])('%s', async (name, ids, code) => {
    expect(await formatOf(documentOf(ids, code === '' ? '' : loinc(code)))).toBe(name);
  });

  it('is that of the newest of several releases, in whatever order they stand', async () => {
    const ids = [`${ccda}.2`, `${ccda}.1:2015-08-01`, `${ccda}.1`, c32, `${ccda}.2:2015-08-01`];
    for (const order of [ids, ids.toReversed()])
      expect(await formatOf(documentOf(order))).toBe('C-CDA R2.1 Continuity of Care Document');
  });

  it('names both kinds of a document that states two', async () => {
    expect(await formatOf(documentOf([`${ccda}.1`, `${ccda}.4`, `${ccda}.8`]))).toBe(
      'C-CDA R1.1 Consultation Note and Discharge Summary',
    );
  });

  it.each([
    ['C-CDA R5.0', '2024-05-01', '2026-05-01'],
    ['C-CDA R4.0 or later', '2024-05-01', '2025-05-01'],
    ['C-CDA R2.1', '2015-08-01', '2026-05-01'],
  ])('is %s for a header of %s around a template of %s', async (name, header, inside) => {
    const note = `2.16.840.1.113883.10.20.22.4.202:${inside}`;
    expect(await formatOf(documentOf([`${ccda}.1:${header}`], '', '', template(note)))).toBe(name);
  });

  it('takes no kind from a code of another system, nor a guide from an id that only begins alike', async () => {
    const local = '<code code="18842-5" codeSystem="2.999"/>';
    expect(await formatOf(documentOf([`${ccda}0.1`, `${ccd}5.2`], local))).toBe('CDA R2');
  });
});

const custodian = (name: string): string =>
  `<custodian><assignedCustodian><representedCustodianOrganization>${name}</representedCustodianOrganization></assignedCustodian></custodian>`;
const author = (inside: string): string =>
  `<author><assignedAuthor><assignedPerson><name>Dr. Adam Everyman</name></assignedPerson>${inside}</assignedAuthor></author>`;
const clinic = '<representedOrganization><name>Get Well Clinic</name></representedOrganization>';
const software =
  '<assignedAuthoringDevice><manufacturerModelName>Model 7</manufacturerModelName><softwareName>Chart Writer</softwareName></assignedAuthoringDevice>';

describe('who produced a clinical document is who the document names', () => {
  it.each([
    ['its custodian', custodian('<name>Community\n Health</name>') + author(clinic), 'Community Health'],
    ['else the organization of an author', custodian('') + author('') + author(clinic), 'Get Well Clinic'],
    ['else the software', custodian('<name nullFlavor="UNK"/>') + author(software), 'Chart Writer'],
    ['never a person', author(''), undefined],
  ])('%s', async (_, header, producer) => {
    expect(await producerOf(documentOf([`${ccda}.1`], '', header))).toBe(producer);
  });

  it('and every output names it with the document', async () => {
    const header = custodian('<name>Community Health and Hospitals</name>');
    const xml = documentOf([`${ccda}.1:2015-08-01`, `${ccda}.2:2015-08-01`], '', header);
    const record = await recordOf(xml);
    const line =
      'C-CDA R2.1 Continuity of Care Document, from Community Health and Hospitals, as of 2012-08-15';
    expect(rendered('text', record)).toContain(line);
    expect(rendered('markdown', record).replaceAll('\\', '')).toContain(line);
    expect(record.record.sources).toMatchObject([
      { format: 'C-CDA R2.1 Continuity of Care Document', producer: 'Community Health and Hospitals' },
    ]);
  });

  it('and a name with control characters cannot command the terminal', async () => {
    const record = await recordOf(documentOf([], '', custodian('<name>A\u202EB</name>')));
    expect(rendered('text', record)).not.toContain('\u202E');
  });
});

/** How many documents of the corpus are named what. */
const counted: Readonly<Record<string, number>> = {
  'C-CDA R1.1 Continuity of Care Document': 52,
  'C-CDA R1.1 Procedure Note': 1,
  'C-CDA R1.1 Unstructured Document': 1,
  'C-CDA R2.0 Care Plan': 3,
  'C-CDA R2.0 Consultation Note': 2,
  'C-CDA R2.0 Continuity of Care Document': 5,
  'C-CDA R2.0 Diagnostic Imaging Report': 2,
  'C-CDA R2.0 Discharge Summary': 2,
  'C-CDA R2.0 History and Physical': 2,
  'C-CDA R2.0 Operative Note': 2,
  'C-CDA R2.0 Procedure Note': 2,
  'C-CDA R2.0 Progress Note': 2,
  'C-CDA R2.0 Referral Note': 2,
  'C-CDA R2.0 Transfer Summary': 2,
  'C-CDA R2.0 Unstructured Document': 3,
  'C-CDA R2.1 Care Plan': 1,
  'C-CDA R2.1 Consultation Note': 2,
  'C-CDA R2.1 Continuity of Care Document': 18,
  'C-CDA R2.1 Referral Note': 4,
  'C-CDA R2.1 Unstructured Document': 4,
  'CCD R1': 1,
  'CDA R2': 11,
  'HITSP C32': 7,
  'HITSP C62': 2,
  'HITSP C62 Consultation Note': 1,
  'HITSP C62 Discharge Summary': 1,
};

/** The release by a look at the header's text alone: everything before the first participation. */
function releaseIn(xml: string): string {
  const [, header = ''] =
    /<(?:\w+:)?ClinicalDocument\b([\s\S]*?)(?:<(?:\w+:)?(?:recordTarget|author|component)\b|$)/.exec(
      xml.replaceAll(/<!--[\s\S]*?-->/g, ''),
    ) ?? [];
  const ids = [...header.matchAll(/<(?:\w+:)?templateId\b[^>]*>/g)].map(([text]) =>
    text.replaceAll(/\s+/g, ' '),
  );
  const has = (pattern: RegExp): boolean => ids.some((id) => pattern.test(id));
  if (has(/20\.22\.1\.\d+".*2015-08-01|2015-08-01.*20\.22\.1\.\d+"/)) return 'C-CDA R2.1';
  if (has(/20\.22\.1\.\d+".*2014-06-09|2014-06-09.*20\.22\.1\.\d+"|20\.22\.1\.1[345]"/)) return 'C-CDA R2.0';
  if (has(/20\.22\.1\.\d+"/)) return 'C-CDA R1.1';
  if (has(/3\.88\.11\.32\.1"/)) return 'HITSP C32';
  if (has(/3\.88\.11\.62\.1"/)) return 'HITSP C62';
  return has(/113883\.10\.20\.1"/) ? 'CCD R1' : 'CDA R2';
}

describe.each(present)('of the documents of others', (corpus) => {
  it('each is named by the release in its header, and as many by each name as were counted', async () => {
    const counts: Record<string, number> = {};
    for (const file of ['ccda', 'c32'].flatMap((kind) =>
      filesUnder(join(corpus, kind), ['.xml', '.XML', '.ccda']),
    )) {
      const bytes = readFileSync(file);
      const xml = bytes.toString('utf8');
      if (!/<(\w+:)?ClinicalDocument\b/.test(xml) || file.includes('NT_BadXml')) continue;
      const { format } = (await read(bytes, 'visit.xml')).source;
      expect(format.startsWith(releaseIn(xml)), `${file}: ${format}`).toBe(true);
      counts[format] = (counts[format] ?? 0) + 1;
    }
    expect(counts).toEqual(counted);
  });
});

it.each(absent)('corpus absent: %i test not run', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});
