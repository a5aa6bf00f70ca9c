import { describe, expect, it } from 'vitest';
import { BlueButtonError } from '../../src/errors/index.ts';
import { read } from '../facts/reading.ts';

async function refusalOf(content: string | Uint8Array): Promise<BlueButtonError | undefined> {
  try {
    await read(content);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof BlueButtonError) return thrown;
    throw thrown;
  }
}

async function wordsOf(content: string | Uint8Array): Promise<string> {
  const error = await refusalOf(content);
  expect(error?.code).toBe('not-a-health-record');
  expect(error?.try).toBeDefined();
  return `${error?.message} ${error?.why ?? ''}`;
}

const bundle = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Patient', id: '1', name: [{ text: 'Zoë' }] } },
    { resource: { resourceType: 'Basic', id: '2', contained: [{ resourceType: 'Basic', id: 'c' }] } },
    { resource: { resourceType: 'Bundle', entry: [{ resource: { resourceType: 'Basic', id: '3' } }] } },
  ],
};
const resources = bundle.entry.map(({ resource }) => resource);

/** The same resources laid out in the ways people and programs lay them out. */
const layouts: Readonly<Record<string, string>> = {
  'on one line': JSON.stringify(bundle),
  indented: JSON.stringify(bundle, null, 2),
  'indented by tabs, CR LF': JSON.stringify(bundle, null, '\t').replaceAll('\n', '\r\n'),
  'one entry a line': `{"resourceType":"Bundle","entry":[\n${bundle.entry.map((entry) => JSON.stringify(entry)).join(',\n')}\n]}`,
  'one resource a line': `{"resourceType":"Bundle","entry":[{"resource":\n${resources.map((resource) => JSON.stringify(resource)).join('\n},{"resource":\n')}\n}]}`,
  'entries before the type': `{"entry":[\n{"resource":${JSON.stringify(resources[0])}}\n,\n{"resource":${JSON.stringify(resources[1])}}\n],\n"resourceType":"Bundle"}`,
  'an array, one resource a line': `[\n${resources.map((resource) => JSON.stringify(resource)).join(',\n')}\n]`,
};

describe('a Bundle cut short', () => {
  it.each(Object.entries(layouts))(
    'at any byte is refused, never read as a shorter record: %s',
    async (_, text) => {
      const bytes = Buffer.from(text);
      expect(await refusalOf(bytes)).toBeUndefined();
      const accepted: number[] = [];
      for (let length = 0; length < bytes.length; length += 1) {
        const error = await refusalOf(bytes.subarray(0, length));
        if (error?.code !== 'not-a-health-record') accepted.push(length);
      }
      expect(accepted).toEqual([]);
    },
  );

  it('says where it ends', async () => {
    const text = layouts['indented'] ?? '';
    const words = await wordsOf(text.slice(0, text.indexOf('"contained"')));
    expect(words).toMatch(/not valid JSON.*ends too early, at line \d+, column \d+/s);
  });
});

describe('a JSON file that is not to be trusted', () => {
  it.each(['x', '}', ']', ',', '{}', '\u0000', '{"resourceType":"Basic"}'])(
    'for what follows its end is refused: %j',
    async (tail) => {
      for (const text of [
        layouts['on one line'],
        '{"resourceType":"Basic","id":"a"}',
        '[{"resourceType":"Basic"}]',
      ])
        expect(await wordsOf(`${text}${tail}`)).toContain('not valid JSON');
    },
  );

  it('for a comma, a comment or a quote in the wrong place between entries is refused', async () => {
    const [one] = bundle.entry.map((entry) => JSON.stringify(entry));
    for (const between of [',,', '', ' ', ';', ',/* */', ':', ',null null,', ']['])
      expect(await wordsOf(`{"resourceType":"Bundle","entry":[${one}${between}${one}]}`)).toContain(
        'not valid',
      );
    expect(await wordsOf(`{"resourceType":"Bundle","entry":[${one},]}`)).toContain('not valid JSON');
    expect(await wordsOf(`{"resourceType":"Bundle","entry":[${one}],}`)).toContain('not valid JSON');
    expect(await wordsOf(`{"resourceType":"Bundle" "entry":[${one}]}`)).toContain('not valid JSON');
  });

  it('for a member "entry" or "resource" that occurs twice is refused: one of the two would be lost', async () => {
    const [entry] = bundle.entry;
    const list = JSON.stringify([entry]);
    const resource = JSON.stringify(entry?.resource);
    expect(await wordsOf(`{"resourceType":"Bundle","entry":${list},"entry":${list}}`)).toContain('twice');
    expect(
      await wordsOf(`{"resourceType":"Bundle","entry":[{"resource":${resource},"resource":${resource}}]}`),
    ).toContain('twice');
  });

  it('for nesting without end is refused', async () => {
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
    expect(await wordsOf(`{"resourceType":"Basic","a":${deep}}`)).toContain('Nested deeper');
    for (const levels of [300, 5000]) {
      const bundles = '{"resourceType":"Bundle","entry":[{"resource":'.repeat(levels);
      const text = `${bundles}{"resourceType":"Basic"}${'}]}'.repeat(levels)}`;
      expect(await wordsOf(text)).toContain('Nested deeper');
    }
  });

  it('for bytes that are no text is refused', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"resourceType":"Basic","id":"'),
      Buffer.of(0xff),
      Buffer.from('"}'),
    ]);
    expect(await wordsOf(bytes)).toContain('not text');
  });
});

describe('what is no health record', () => {
  it.each([
    ['empty', '', 'is empty'],
    ['JSON of something else', '{"name":"x"}', 'JSON, but not FHIR'],
    ['an array of something else', '[{"name":"x"},1]', 'JSON, but not FHIR'],
    ['lines of something else', '{"a":1}\n{"b":2}\n', 'no line that is a FHIR resource'],
    ['white space', ' \n\t ', 'not a health record'],
    ['a number', '42', 'not a health record'],
    ['a PDF', '%PDF-1.7\n', 'a PDF'],
    ['a zip archive', 'PK\u0003\u0004xxxx', 'a zip archive'],
    ['a web page', '<!DOCTYPE html><html></html>', 'a web page'],
    ['a piece of a C-CDA document', '<entry><act/></entry>', 'only a piece of a C-CDA document (<entry>)'],
    ['XML of FHIR that is no resource', '<name xmlns="http://hl7.org/fhir"/>', 'no FHIR resource'],
    ['XML of something else', '<note xmlns="http://x.example"/>', 'XML of a kind this tool does not know'],
  ])('is refused and called what it is: %s', async (_, text, words) => {
    expect(await wordsOf(text)).toContain(words);
  });

  it('is refused when it is random bytes', async () => {
    for (let seed = 1; seed < 200; seed += 1) {
      const bytes = Uint8Array.from({ length: 64 }, (_, index) => (seed * 7919 * (index + 3)) % 251);
      expect((await refusalOf(bytes))?.code).toBe('not-a-health-record');
    }
  });

  it('is refused without a word of its content', async () => {
    for (const text of ['{"name":"Zyxwvut"}', '{"resourceType":"Basic","id":"Zyxwvut', 'Zyxwvut'])
      expect(await wordsOf(text)).not.toContain('Zyxwvut');
  });
});
