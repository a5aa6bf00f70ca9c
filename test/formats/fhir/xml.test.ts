import { describe, expect, it } from 'vitest';
import { readDocument } from '../../../src/commands/inputs.ts';
import { read, recordOf } from '../../facts/reading.ts';

const xml = (inside: string, root = 'Patient'): string =>
  `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="http://hl7.org/fhir">${inside}</${root}>`;
const textOf = async (document: string): Promise<string | undefined> =>
  (await read(document)).entries[0]?.text;

describe('FHIR XML becomes the JSON of FHIR', () => {
  it.each([
    [
      'texts and truth values',
      '<active value="true"/><gender value="male"/>',
      '"active":true,"gender":"male"',
    ],
    ['numbers with their digits', '<multipleBirthInteger value="2"/>', '"multipleBirthInteger":2'],
    ['one of what repeats, as a list', '<name><family value="Doe"/></name>', '"name":[{"family":"Doe"}]'],
    [
      'extensions and ids of texts, beside them',
      '<birthDate id="b" value="1970"><extension url="u"><valueString value="x"/></extension></birthDate>',
      '"birthDate":"1970","_birthDate":{"id":"b","extension":[{"url":"u","valueString":"x"}]}',
    ],
    [
      'extensions inside a list of texts, in step',
      '<name><given value="A"/><given><extension url="u"><valueCode value="x"/></extension></given></name>',
      '"name":[{"given":["A",null],"_given":[null,{"extension":[{"url":"u","valueCode":"x"}]}]}]',
    ],
    [
      'contained resources',
      '<contained><Organization><id value="o"/></Organization></contained>',
      '"contained":[{"resourceType":"Organization","id":"o"}]',
    ],
    [
      'narratives as XHTML',
      '<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>a &lt; b<br/>&amp; c</p></div></text>',
      '"div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><p>a &lt; b<br/>&amp; c</p></div>"',
    ],
    [
      'a code with white space around it, which is none of the code',
      '<gender value=" male "/>',
      '"gender":"male"',
    ],
    ['a truth value as a digit', '<active value="0"/>', '"active":false'],
    ['white space around an element', '\n  <id\n value="a"/>\n', '{"resourceType":"Patient","id":"a"}'],
  ])('%s', async (_, inside, json) => {
    expect(await textOf(xml(inside))).toContain(json);
  });

  it('keeps 5.0 as 5.0', async () => {
    const dose = '<code><text value="x"/></code><valueQuantity><value value="5.0"/></valueQuantity>';
    expect(await textOf(xml(dose, 'Observation'))).toContain('"value":5.0');
  });

  it('under any prefix', async () => {
    const prefixed = '<f:Patient xmlns:f="http://hl7.org/fhir"><f:gender value="male"/></f:Patient>';
    expect(await textOf(prefixed)).toBe('{"resourceType":"Patient","gender":"male"}');
  });

  it('names the place of each resource: line and XPath', async () => {
    const bundle = xml(
      '\n<entry><fullUrl value="urn:uuid:1"/><resource>\n<Patient><id value="a"/></Patient></resource></entry>' +
        '\n<entry><resource><Condition><code><text value="Asthma"/></code></Condition></resource></entry>',
      'Bundle',
    );
    const { entries } = await read(bundle);
    expect(entries.map(({ origin: { line, pointer }, fullUrl }) => [line, pointer, fullUrl])).toEqual([
      [3, '/Bundle/entry[1]/resource/Patient', 'urn:uuid:1'],
      [4, '/Bundle/entry[2]/resource/Condition', undefined],
    ]);
  });
});

describe('FHIR XML of an older release', () => {
  it('is recognised and lifted', async () => {
    const order = '<patient><reference value="Patient/1"/></patient><dateWritten value="2014"/>';
    const { source, entries } = await readDocument(Buffer.from(xml(order, 'MedicationOrder')), 'x.xml');
    expect(source.format).toBe('FHIR DSTU2 XML');
    expect(entries[0]?.resource).toMatchObject({ resourceType: 'MedicationRequest', authoredOn: '2014' });
  });

  it('is recognised by an element that repeats where R4 has one', async () => {
    const name = '<name><family value="de la"/><family value="Cruz"/></name>';
    const { source, entries } = await readDocument(Buffer.from(xml(name)), 'x.xml');
    expect(source.format).toBe('FHIR DSTU2 XML');
    expect(entries[0]?.resource['name']).toEqual([{ family: 'de la Cruz' }]);
  });

  it('keeps elements that DSTU2 defines by reference to others', async () => {
    const range =
      '<referenceRange><meaning><text value="toxic"/></meaning><text value="5"/></referenceRange>';
    const component = `<component><code><text value="x"/></code>${range}</component><comments value="y"/>`;
    const { entries } = await read(xml(component, 'Observation'));
    expect(entries[0]?.resource['component']).toMatchObject([
      { referenceRange: [{ type: { text: 'toxic' }, text: '5' }] },
    ]);
  });
});

describe('FHIR XML that is not as it should be', () => {
  it('with an element that no release knows is read, and the element is kept and named', async () => {
    const { record, entries } = await recordOf(
      xml('<code><text value="Asthma"/></code><own value="x"/>', 'Condition'),
    );
    expect(record.sections['problems']?.map(({ name }) => name)).toEqual(['Asthma']);
    expect(record.findings.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['unknown-element', '/Condition/own'],
    ]);
    expect(entries[0]?.text).toContain('"own":"x"');
  });

  it('with text that stands where none belongs names the place, without the text', async () => {
    const { findings } = await read(xml('<code>Zyxwvut<text value="Asthma"/></code>', 'Condition'));
    expect(findings.map(({ severity, code }) => [severity, code])).toEqual([['lost', 'unread-xml']]);
    expect(JSON.stringify(findings)).not.toContain('Zyxwvut');
  });

  it('with a resource where an entry has none names what was not read', async () => {
    const entry = '<entry><Condition><code><text value="Asthma"/></code></Condition></entry>';
    const { findings } = await read(xml(entry, 'Bundle'));
    expect(findings.map(({ severity, code, pointer }) => [severity, code, pointer])).toEqual([
      ['lost', 'unread-xml', '/Bundle/entry/Condition'],
    ]);
  });

  it('with an element that would make another resource of it stays what it is', async () => {
    const { entries } = await read(xml('<resourceType value="Observation"/><gender value="male"/>'));
    expect(entries[0]?.text).toBe('{"resourceType":"Patient","gender":"male"}');
  });

  it('with a second, refuting status shows no positive fact', async () => {
    const problem = `<code><text value="Asthma"/></code>${verification('confirmed')}${verification('refuted')}`;
    const { record } = await recordOf(xml(problem, 'Condition'));
    expect(record.sections['problems']?.map(({ assertion }) => assertion)).toEqual(['refuted']);
  });

  it('is not what a clinical document is that only declares its namespace', async () => {
    const document =
      '<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:f="http://hl7.org/fhir"></ClinicalDocument>';
    expect((await readDocument(Buffer.from(document), 'x.xml')).mediaType).toBe('application/cda+xml');
  });

  it.each([
    ['cut short', '<?xml version="1.0"?><Patient xmlns="http://hl7.org/fhir"><id value="a"/>'],
    ['with a document type', `<!DOCTYPE Patient [<!ENTITY x "y">]>${xml('<id value="a"/>').slice(38)}`],
    ['two resources', `${xml('')}${xml('').slice(38)}`],
  ])('is refused as a whole: %s', async (_, document) => {
    await expect(read(document)).rejects.toMatchObject({ code: 'not-a-health-record' });
  });

  it('of a page of a search names the pages that are not here', async () => {
    const page = '<link><relation value="next"/><url value="x"/></link>';
    const { findings } = await read(xml(`${page}<entry><resource><Patient/></resource></entry>`, 'Bundle'));
    expect(findings.map(({ severity, code }) => [severity, code])).toEqual([['lost', 'more-pages']]);
  });
});

function verification(code: string): string {
  return `<verificationStatus><coding><code value="${code}"/></coding></verificationStatus>`;
}
