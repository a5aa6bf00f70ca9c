import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bytesInMemory, type ReadingHelp } from '../../../src/formats/index.ts';
import { read, recordOf } from '../../facts/reading.ts';
import { allergies, namesIn, observation, patient, told, zipOf } from './zips.ts';

const [nuts, milk] = [allergies('Nuts'), allergies('Milk')];

describe('a zip archive', () => {
  it('of clinical documents gives each as a source of its own, with the way to it', async () => {
    const zip = await zipOf({ 'a/nuts.xml': nuts, 'b/milk.xml': milk });
    const file = await read(zip, 'all.zip');
    expect(namesIn(file)).toEqual(['all.zip › a/nuts.xml', 'all.zip › b/milk.xml']);
    expect(file.inner.every(({ within }) => within === file.source.id)).toBe(true);
    const [entry] = file.entries;
    expect(entry?.origin).toMatchObject({
      source: createHash('sha256').update(nuts).digest('hex'),
      member: 'a/nuts.xml',
    });
  });

  it('of FHIR files is one source: a reference leads from one file to the next', async () => {
    const zip = await zipOf({ 'o.json': observation('o', 'p'), 'p.json': patient('p', 'Doe') });
    const { record } = await recordOf(zip);
    expect(record.person?.name).toBe('Jane Doe');
    expect(record.sources).toMatchObject([{ format: 'zip archive of FHIR R4 JSON' }]);
    expect(record.sections['results']?.[0]?.sources[0]).toMatchObject({ member: 'o.json' });
  });

  it('says nothing of a drawer itself: its documents do', async () => {
    const { record } = await recordOf(await zipOf({ 'nuts.xml': nuts, 'scan.pdf': '%PDF-1.4' }));
    expect(record.sections['notes']).toHaveLength(2);
    const [own] = record.sources;
    expect(
      Object.values(record.sectionStates)
        .flat()
        .some(({ source }) => source === own?.id),
    ).toBe(false);
  });

  it('inside another, or packed by gzip, is opened too', async () => {
    const inner = await zipOf({ 'nuts.xml': nuts });
    const file = await read(await zipOf({ 'inner.zip': inner, 'milk.xml.gz': gzipSync(milk) }), 'outer.zip');
    expect(namesIn(file).toSorted()).toEqual([
      'outer.zip › inner.zip',
      'outer.zip › inner.zip › nuts.xml',
      'outer.zip › milk.xml.gz',
      'outer.zip › milk.xml.gz › milk.xml',
    ]);
    expect(file.entries[0]?.origin.member).toBe('inner.zip › nuts.xml');
  });

  it('whose members are stored as they are is an archive, and not the text in it', async () => {
    const report = readFileSync(new URL('../../../samples/documents/va-blue-button.txt', import.meta.url));
    const file = await read(await zipOf({ 'va.txt': report, 'nuts.xml': nuts }, { level: 0 }), 'x.zip');
    expect(namesIn(file)).toEqual(['x.zip › va.txt', 'x.zip › nuts.xml']);
  });

  it('with one file twice reads it once, and says so', async () => {
    const file = await read(await zipOf({ 'one.xml': nuts, 'two.xml': nuts }));
    expect(file.inner).toHaveLength(1);
    expect(told(file)).toContain('note same-file two.xml');
  });

  it('with a file that is in an archive inside it too reads it once', async () => {
    const file = await read(
      await zipOf({ 'one.xml': nuts, 'inner.zip': await zipOf({ 'x.xml': nuts, 'y.xml': milk }) }),
    );
    expect(told(file)).toEqual(['note same-file inner.zip › x.xml']);
    expect(file.entries.filter(({ resource }) => resource.resourceType === 'Composition')).toHaveLength(2);
  });

  it('keeps a PDF as a document with its bytes, hash and own date', async () => {
    const pdf = '%PDF-1.4\n<< /CreationDate (D:20240305101500) >>';
    const { record, entries } = await recordOf(await zipOf({ 'letters/Visit of March.pdf': pdf }));
    expect(record.sections['notes']).toMatchObject([{ description: 'Visit of March', date: '2024-03-05' }]);
    expect(entries[0]?.resource['content']).toMatchObject([
      {
        attachment: {
          contentType: 'application/pdf',
          data: Buffer.from(pdf).toString('base64'),
          hash: createHash('sha1').update(pdf).digest('base64'),
        },
      },
    ]);
  });

  it('names what it leaves out: what presents the records, and what nobody knows', async () => {
    const page = '<html><body>Open nuts.xml</body></html>';
    const file = await read(
      await zipOf({ 'nuts.xml': nuts, 'INDEX.HTM': page, 'a.css': 'b{}', 'x.dat': '\u0001' }),
    );
    expect(told(file)).toEqual(['lost unknown-file x.dat', 'note presentation']);
    expect(file.findings.map(({ message }) => message).join()).toContain('INDEX.HTM, a.css');
  });

  it('from a Mac holds no second copy of each file', async () => {
    const files = {
      '__MACOSX/._nuts.xml': Buffer.from([0, 5, 0x16, 7, 0, 2, 0, 0, 1]),
      'nuts.xml': nuts,
      '.DS_Store': 'x',
    };
    expect(told(await read(await zipOf(files)))).toEqual([]);
  });

  it.each([
    ['without any file', {}],
    ['of instructions only', { 'INDEX.HTM': '<html></html>' }],
  ])('%s is no health record', async (_, files) => {
    await expect(read(await zipOf(files))).rejects.toMatchObject({ code: 'not-a-health-record' });
  });

  it('that is an office document is no health record', async () => {
    const office = await zipOf({ '[Content_Types].xml': '<Types/>', 'word/document.xml': '<w/>' });
    await expect(read(office, 'letter.docx')).rejects.toMatchObject({
      message: 'letter.docx: an office document.',
    });
    const { record } = await recordOf(await zipOf({ 'nuts.xml': nuts, 'letter.docx': office }));
    expect(record.sections['notes']).toHaveLength(2);
  });

  it('is read through a source that gives any part at any time', async () => {
    const bytes = await zipOf({ 'nuts.xml': nuts });
    const asked: number[] = [];
    const source = bytesInMemory('slow.zip', bytes);
    const counted = {
      ...source,
      read: (offset: number, length: number) => {
        asked.push(length);
        return source.read(offset, length);
      },
    };
    expect((await read(counted)).inner).toHaveLength(1);
    expect(asked.length).toBeGreaterThan(1);
  });
});

/** A person who answers the question for the password with these, one after the other. */
const answering = (...answers: (string | undefined)[]): ReadingHelp => ({
  password: () => Promise.resolve(answers.shift()),
});

describe('a protected zip archive', () => {
  it.each([
    ['the old way', { zipCrypto: true }],
    ['by AES', {}],
  ])('%s is read with its password, asked for again while it is wrong', async (_, options) => {
    const zip = await zipOf({ 'nuts.xml': nuts }, { password: 'right', ...options });
    expect((await read(zip, 'x.zip', answering('wrong', 'right'))).inner).toHaveLength(1);
  });

  it('without its password is refused as such', async () => {
    const zip = await zipOf({ 'nuts.xml': nuts }, { password: 'right' });
    for (const help of [{}, answering(undefined), answering('a', 'b', 'c')])
      await expect(read(zip, 'x.zip', help)).rejects.toMatchObject({ code: 'password-needed' });
  });
});
