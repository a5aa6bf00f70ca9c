import { describe, expect, it } from 'vitest';
import { BlueButtonError } from '../../../src/errors/index.ts';
import { read, rendered } from '../../facts/reading.ts';
import { documentXml, said, withEntries } from './clinical-document.ts';

const allergy = `<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.30"/>
  <code code="CONC" codeSystem="2.16.840.1.113883.5.6"/><statusCode code="active"/>
  <entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.7"/>
    <id root="2.999.3" extension="a1"/><value xsi:type="CD" code="416098002" codeSystem="2.16.840.1.113883.6.96"/>
    <participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity classCode="MMAT">
      <code code="1" codeSystem="2.999.7" displayName="Pénicilline"/></playingEntity></participantRole></participant>
  </observation></entryRelationship></act></entry>`;
const whole = withEntries('48765-2', allergy, 'Pénicilline');

async function namesIn(document: string | Uint8Array): Promise<(string | null)[]> {
  return (await said(document)).rows['allergies']?.map(({ name }) => name) ?? [];
}

async function refusal(document: string | Uint8Array): Promise<BlueButtonError> {
  try {
    await read(document, 'record.xml');
  } catch (thrown) {
    if (thrown instanceof BlueButtonError) return thrown;
  }
  throw new Error('it was read');
}

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const declared = (encoding: string): string =>
  whole.replace('<?xml version="1.0"?>', `<?xml version="1.0" encoding="${encoding}"?>`);

/** The codes of what was found while reading. */
async function findingsOf(document: string | Uint8Array): Promise<string[]> {
  return (await said(document)).findings.map(({ code }) => code);
}

/** A problem that is named only by a part of the narrative. */
function written(reference: string): string {
  return `<entry><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.4"/>
      <value xsi:type="CD" nullFlavor="UNK"><originalText><reference value="${reference}"/></originalText></value></observation></entry>`;
}

describe('a document is read in whatever way its XML is written', () => {
  it.each<[string, string | Uint8Array]>([
    ['UTF-8', whole],
    ['UTF-8 with a byte order mark', `\uFEFF${whole}`],
    ['UTF-16, little end first, with a mark', Buffer.from(`\uFEFF${whole}`, 'utf16le')],
    ['UTF-16, big end first, with a mark', utf16be(`\uFEFF${whole}`)],
    ['UTF-16 without a mark', Buffer.from(whole, 'utf16le')],
    ['windows-1252', Buffer.from(declared('windows-1252'), 'latin1')],
    ['ISO-8859-1', Buffer.from(declared('ISO-8859-1'), 'latin1')],
    ['UTF-8 that says it is UTF-16', declared('utf-16')],
    ['UTF-8 that says it is ISO-8859-1', declared('ISO-8859-1')],
    ['windows-1252 that says it is UTF-8', Buffer.from(declared('UTF-8'), 'latin1')],
    [
      'a prefix on every CDA element',
      whole.replaceAll(/<(\/?)([A-Za-z])/g, '<$1n1:$2').replace('xmlns=', 'xmlns:n1='),
    ],
    ['an undeclared xsi', whole.replace(/ xmlns:xsi="[^"]*"/, '')],
    ['no namespace', whole.replace(' xmlns="urn:hl7-org:v3"', '')],
    ['a misspelled namespace', whole.replace('urn:hl7-org:v3', 'urn:hl7-org:v3 ')],
    ['sections without a namespace', whole.replace('<section ', '<section xmlns="" ')],
    [
      'a stylesheet, comments and character data',
      whole.replace('?>', '?><?xml-stylesheet href="x.xsl"?>').replaceAll('<entry>', '<!-- <x> & --><entry>'),
    ],
    ['a prefix on types', whole.replaceAll('xsi:type="CD"', 'xsi:type="cda:CD"')],
  ])('in %s', async (_, document) => {
    expect(await namesIn(document)).toEqual(['Pénicilline']);
  });

  it('and a wrong encoding, prefix or namespace is told', async () => {
    expect(await findingsOf(whole)).toEqual([]);
    expect(await findingsOf(declared('ISO-8859-1'))).toEqual(['wrong-encoding']);
    expect(await findingsOf(whole.replace(/ xmlns:xsi="[^"]*"/, ''))).toEqual(['undeclared-prefix']);
    expect(await findingsOf(whole.replace('<section ', '<section xmlns="" '))).toEqual(['wrong-namespace']);
  });
});

describe('the place and the characters of what is read', () => {
  it.each(['windows-1252', 'ISO-8859-1'])(
    'are those of %s: quotation marks and the euro',
    async (encoding) => {
      const quoted = declared(encoding).replaceAll('Pénicilline', 'Penicillin “G” €5');
      const bytes = Buffer.from(
        quoted.replaceAll('“', '\u0093').replaceAll('”', '\u0094').replaceAll('€', '\u0080'),
        'latin1',
      );
      expect(await namesIn(bytes)).toEqual(['Penicillin “G” €5']);
    },
  );

  it('are told by the line on which an element begins, however its tag is broken', async () => {
    const broken = whole.replace('<observation classCode', '<observation\n\n   classCode');
    const line = broken.slice(0, broken.indexOf('<observation')).split('\n').length;
    const { rows } = await said(broken);
    expect(rows['allergies']?.[0]?.sources[0]).toMatchObject({ line });
  });
});

describe('a document that is not whole is refused with the place, and without a word of it', () => {
  it.each([
    [
      'cut in the middle',
      whole.slice(0, whole.length * 0.6),
      /ends before it is complete, at line \d+, column \d+/,
    ],
    ['cut before its last tag', whole.slice(0, whole.lastIndexOf('</')), /ends before it is complete/],
    ['with tags that do not match', whole.replace('</act>', '</acts>'), /at line \d+/],
    [
      'with a bare ampersand',
      whole.replace('>Summary<', '>Salt & sugar<'),
      /an & that begins no character reference\), at line 6, column/,
    ],
    ['with an undefined entity', whole.replace('>Summary<', '>a&nbsp;b<'), /undefined entity\), at line 6/],
    ['with an attribute twice', whole.replace('<title>', '<title a="1" a="2">'), /duplicate attribute/],
    ['with a document type', whole.replace('?>', '?><!DOCTYPE x>'), /DOCTYPE/],
    [
      'with entities that expand',
      whole.replace('?>', '?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'),
      /DOCTYPE/,
    ],
    [
      'nested without end',
      whole.replace('<title>', `<title>${'<x>'.repeat(5000)}`),
      /nests deeper than 200 levels/,
    ],
  ])('%s', async (_, document, why) => {
    const { code, message, why: reason } = await refusal(document);
    expect(code).toBe('not-a-health-record');
    expect(reason).toMatch(why);
    expect(`${message} ${reason}`).not.toMatch(/nicillin|Jane|Doe/);
  });
});

describe('a large document', () => {
  it('of a hundred thousand rows of narrative is read', async () => {
    const rows = '<tr><td>Potassium</td><td>4.2</td></tr>'.repeat(100_000);
    const { built } = await said(withEntries('30954-2', '', `<table><tbody>${rows}</tbody></table>`));
    expect(built.record.written[0]?.text.split('\n')).toHaveLength(100_000);
  });
});

describe('narrative', () => {
  const text = `<paragraph styleCode="Bold">First <content ID="c1">words</content><br/>second line</paragraph>
    <list listType="ordered"><caption>Steps</caption><item>one</item><item>two</item></list>
    <table border="1"><caption>Labs</caption><thead><tr><th>Test</th><th>Value</th></tr></thead>
      <tbody><tr ID="r1"><td>Sodium</td><td colspan="2">140<footnoteRef IDREF="f1"/></td></tr></tbody></table>
    <footnote ID="f1">fasting</footnote><content revised="delete">struck</content>
    <linkHtml href="javascript:alert(1)">bad</linkHtml><linkHtml href="https://example.org/">good</linkHtml>
    <script>alert(2)</script> &lt;b&gt;kept as text&lt;/b&gt;`;

  it('is kept as a tree of safe XHTML, as text, and in Markdown', async () => {
    const { built, resources } = await said(
      documentXml([{ loinc: '8648-8', title: 'Hospital course', text }]),
    );
    const fhir = JSON.stringify(resources.find(({ resourceType }) => resourceType === 'Composition'));
    for (const part of [
      'class=\\"Bold\\"',
      'id=\\"c1\\"',
      '<ol>',
      '<caption>Labs</caption>',
      'colspan=\\"2\\"',
      'href=\\"https://example.org/\\"',
    ])
      expect(fhir).toContain(part);
    expect(fhir).not.toMatch(/<script|javascript:|style=|<b>kept/);
    expect(built.record.written).toMatchObject([{ section: 'notes', title: 'Hospital course', entries: 0 }]);
    const words = built.record.written[0]?.text ?? '';
    for (const line of [
      'First words',
      'second line',
      '1. one',
      '2. two',
      'Test | Value',
      'Sodium | 140[f1]',
      '[deleted: struck]',
    ])
      expect(words).toContain(line);
    expect(rendered('markdown', built)).toContain('### As written: Hospital course');
    expect(rendered('text', built)).toContain('As written, not as data: Hospital course');
  });

  it('keeps a power a power', async () => {
    const platelets = 'Platelets <content ID="p">250 x10<sup>9</sup>/L</content>, 1<sup>st</sup> draw';
    const { built } = await said(withEntries('30954-2', written('#p').replace('4.4', '4.2'), platelets));
    expect(built.record.written[0]?.text).toBe('Platelets 250 x10^9/L, 1st draw');
    expect(rendered('text', built)).toContain('250 x10^9/L');
  });

  it('beside entries of another kind is told as words, and its drawer is not called silent', async () => {
    const act =
      '<entry><act classCode="ACT" moodCode="EVN"><code code="1" codeSystem="2.999.8" displayName="Note"/></act></entry>';
    const { built } = await said(withEntries('30954-2', act, 'Potassium was 5.9'));
    expect(built.record.sectionStates['results']).toMatchObject([{ state: 'as-written' }]);
    expect(rendered('text', built)).toContain('Potassium was 5.9');
  });

  it('that was struck out is never what an entry says', async () => {
    const struck =
      '<content ID="p"><content ID="d" revised="delete">Cancer</content><content revised="insert">Cyst</content></content>';
    expect((await said(withEntries('11450-4', written('#p'), struck))).rows['problems']).toMatchObject([
      { name: 'Cyst' },
    ]);
    expect((await said(withEntries('11450-4', written('#d'), struck))).rows['problems']).toMatchObject([
      { name: null },
    ]);
  });
});
