import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../src/formats/index.ts';
import { read } from '../facts/reading.ts';

const basic = (id: string, more: object = {}): object => ({ resourceType: 'Basic', id, ...more });
const line = (id: string): string => JSON.stringify(basic(id));
const places = async (content: string | Uint8Array | ByteSource): Promise<string[]> =>
  (await read(content)).entries.map(
    ({ origin }) => `${origin.line === undefined ? '' : `${origin.line} `}${origin.pointer}`,
  );
const ids = async (content: string | Uint8Array | ByteSource): Promise<unknown[]> =>
  (await read(content)).entries.map(({ resource }) => resource['id']);

/** Bytes that come one at a time, each in a buffer of its own. */
function trickle(text: string): ByteSource {
  const bytes = Buffer.from(text);
  return {
    name: 'trickle.ndjson',
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
    async *stream() {
      for (const byte of bytes) yield await Promise.resolve(Uint8Array.of(byte));
    },
  };
}

describe('a JSON file', () => {
  it('of one resource is that resource, at the empty pointer', async () => {
    const { source, entries } = await read(line('a'));
    expect(source.format).toBe('FHIR R4 JSON');
    expect(entries.map(({ origin }) => [origin.pointer, origin.line])).toEqual([['', undefined]]);
    expect(entries[0]?.origin.sha256).toBe(source.id);
  });

  it.each([
    'searchset',
    'collection',
    'document',
    'message',
    'transaction',
    'batch-response',
    'history',
    'x',
  ])('of a Bundle of type %s is its entries', async (type) => {
    const entry = [
      { resource: basic('a') },
      { resource: basic('b'), search: { mode: 'include' }, request: { method: 'GET', url: 'x' } },
    ];
    expect(await places(JSON.stringify({ resourceType: 'Bundle', type, entry }))).toEqual([
      '/entry/0/resource',
      '/entry/1/resource',
    ]);
  });

  it('of a Bundle with Bundles inside is the entries of them all', async () => {
    const inner = { resourceType: 'Bundle', entry: [{ resource: basic('b') }, { resource: basic('c') }] };
    const outer = { resourceType: 'Bundle', entry: [{ resource: basic('a') }, { resource: inner }] };
    expect(await places(JSON.stringify(outer))).toEqual([
      '/entry/0/resource',
      '/entry/1/resource/entry/0/resource',
      '/entry/1/resource/entry/1/resource',
    ]);
  });

  it('of an array is its resources and the entries of its Bundles', async () => {
    const bundle = { resourceType: 'Bundle', entry: [{ resource: basic('b') }] };
    expect(await places(JSON.stringify([basic('a'), bundle]))).toEqual(['/0', '/1/entry/0/resource']);
  });

  it('gives contained resources after the one that contains them', async () => {
    const contained = [basic('x'), { id: 'no type' }, basic('y')];
    const { entries } = await read(JSON.stringify(basic('a', { contained })));
    expect(entries.map(({ origin }) => origin.pointer)).toEqual(['', '/contained/0', '/contained/2']);
    expect(entries.map(({ container }) => container?.resource['id'])).toEqual([undefined, 'a', 'a']);
  });

  it('may have its members in any order and with escapes in them', async () => {
    const text = String.raw`{"entry":[{"fullUrl":"urn:x","resource":{"id":"a","\u0072esourceType":"Basic"}}],"type":"collection","resourceType":"\u0042undle"}`;
    expect(await places(text)).toEqual(['/entry/0/resource']);
    expect((await read(text)).entries[0]?.fullUrl).toBe('urn:x');
  });

  it('gives each entry the address its Bundle entry states, and only that', async () => {
    const entry = [
      { fullUrl: 'https://a.example/fhir/Basic/a', resource: basic('a') },
      { fullUrl: 7, resource: basic('b') },
      { resource: basic('c') },
    ];
    const { entries } = await read(JSON.stringify({ resourceType: 'Bundle', entry }));
    expect(entries.map(({ fullUrl }) => fullUrl)).toEqual([
      'https://a.example/fhir/Basic/a',
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['timestamp', { timestamp: '2020-01-02T03:04:05Z', meta: { lastUpdated: '2021-01-01T00:00:00Z' } }],
    ['meta.lastUpdated, where it has no timestamp', { meta: { lastUpdated: '2020-01-02T03:04:05Z' } }],
  ])('is dated by the %s of the Bundle', async (_, members) => {
    const { source } = await read(JSON.stringify({ resourceType: 'Bundle', ...members, entry: [] }));
    expect(source.asOf).toBe('2020-01-02T03:04:05Z');
  });

  it.each<[string, object, string | undefined]>([
    ['its custodian', { custodian: { display: 'Harbor  General' }, author: [] }, 'Harbor General'],
    ['the custodian it refers to', { custodian: { reference: 'urn:uuid:1' } }, 'Riverside'],
    ['an organization among its authors', { author: [{ reference: 'urn:uuid:1' }] }, 'Riverside'],
    ['no person', { author: [{ reference: 'Practitioner/1', display: 'Dr. A' }] }, undefined],
  ])('of a Bundle of type document is from who its Composition says: %s', async (_, members, producer) => {
    const entry = [
      { resource: { resourceType: 'Composition', ...members } },
      { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Organization', name: 'Riverside' } },
    ];
    const of = async (type: string): Promise<string | undefined> =>
      (await read(JSON.stringify({ resourceType: 'Bundle', type, entry }))).source.producer;
    expect(await of('document')).toBe(producer);
    expect(await of('collection')).toBeUndefined();
  });

  it('may begin with a byte order mark or be UTF-16', async () => {
    const text = `\uFEFF${JSON.stringify(basic('Zoë'))}`;
    expect(await ids(Buffer.from(text))).toEqual(['Zoë']);
    expect(await ids(Buffer.from(text, 'utf16le'))).toEqual(['Zoë']);
    expect(await ids(Buffer.from(text, 'utf16le').swap16())).toEqual(['Zoë']);
  });

  it('that is a Bundle without entries is a record of nothing, not an error', async () => {
    expect(await ids('{"resourceType":"Bundle","type":"searchset","total":0}')).toEqual([]);
    expect(await ids('{"resourceType":"Bundle","entry":[]}')).toEqual([]);
  });
});

describe('an NDJSON file', () => {
  it('gives every resource its line, and a Bundle in a line its entries there', async () => {
    const bundle = JSON.stringify({ resourceType: 'Bundle', entry: [{ resource: basic('c') }] });
    expect(await places(`${line('a')}\n${line('b')}\n${bundle}\n`)).toEqual([
      '1 ',
      '2 ',
      '3 /entry/0/resource',
    ]);
  });

  it.each([
    ['CR LF', (lines: string[]) => lines.join('\r\n')],
    ['no final newline', (lines: string[]) => lines.join('\n')],
    ['a byte order mark', (lines: string[]) => `\uFEFF${lines.join('\n')}\n`],
    ['white space around lines', (lines: string[]) => lines.map((text) => `  ${text}\t`).join('\n')],
  ])('may have %s', async (_, joined) => {
    const { source, entries, findings } = await read(joined([line('a'), line('b')]));
    expect(source.format).toBe('FHIR R4 NDJSON');
    expect(entries.map(({ resource }) => resource['id'])).toEqual(['a', 'b']);
    expect(findings).toEqual([]);
  });

  it('counts blank lines, so that a line number is the one an editor shows', async () => {
    expect(await places(`\n${line('a')}\n\n  \r\n${line('b')}\n\n`)).toEqual(['2 ', '5 ']);
  });

  it.each([
    ['first', 1, (bad: string) => `${bad}\n${line('a')}\n${line('b')}\n`],
    ['in the middle', 2, (bad: string) => `${line('a')}\n${bad}\n${line('b')}\n`],
    ['last', 3, (bad: string) => `${line('a')}\n${line('b')}\n${bad}`],
  ])('names a bad line that is %s, and reads the lines around it', async (_, number, text) => {
    const { entries, findings } = await read(text('{"resourceType":"Basic","id":"Zyxwvut'));
    expect(entries.map(({ resource }) => resource['id'])).toEqual(['a', 'b']);
    expect(findings).toMatchObject([{ severity: 'lost', code: 'bad-line', line: number }]);
    expect(findings[0]?.message).toMatch(/ends too early at column 38/);
    expect(JSON.stringify(findings)).not.toContain('Zyxwvut');
  });

  it('names a line that is JSON and no resource, and one that is not UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${line('a')}\n{"id":"x"}\n"`),
      Buffer.of(0xff, 0xfe),
      Buffer.from(`"\n${line('b')}\n`),
    ]);
    const { entries, findings } = await read(bytes);
    expect(entries).toHaveLength(2);
    expect(findings.map(({ code, line: number }) => [code, number])).toEqual([
      ['not-a-resource', 2],
      ['bad-line', 3],
    ]);
  });

  it('is the same when its bytes come one by one, UTF-8 split across them', async () => {
    const text = `\uFEFF${line('Zoë')}\r\n\r\n${line('家族')}\n{"resourceType":"Basic","id":"🩺"}`;
    expect(await ids(trickle(text))).toEqual(['Zoë', '家族', '🩺']);
    expect(await places(trickle(text))).toEqual(await places(text));
  });

  it('may have a first line longer than any head that is looked at', async () => {
    const long = JSON.stringify(basic('a', { data: 'x'.repeat(200_000) }));
    expect(await places(`${long}\n${line('b')}\n`)).toEqual(['1 ', '2 ']);
    expect(await places(`${long}\n`)).toEqual(['']);
    expect(await places(long)).toEqual(['']);
  });

  it('where the last line of the head is cut off is read to its end', async () => {
    const many = Array.from({ length: 4000 }, (_, index) => line(`${index}`)).join('\n');
    expect(await ids(many)).toHaveLength(4000);
  });
});
