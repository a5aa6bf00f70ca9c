import { describe, expect, it } from 'vitest';
import { BlueButtonError, messageOf } from '../../../src/errors/index.ts';
import { read } from '../../facts/reading.ts';
import { allergies, namesIn, patient, told, zipOf, fastZip } from './zips.ts';

const good = allergies('Nuts');

/** Offsets of the local header and of the directory's record of a file. */
function recordsOf(zip: Buffer, path: string): { local: number; central: number } {
  const name = Buffer.from(path);
  const local = zip.indexOf(name) - 30;
  return { local, central: zip.indexOf(name, local + 31) - 46 };
}

/** An archive with a good document and a second file that was tampered with after it was packed. */
async function tampered(
  change: (zip: Buffer, at: { local: number; central: number }) => void,
): Promise<Buffer> {
  const zip = await zipOf({ 'good.xml': good, 'bad.json': patient('p', 'Roe') }, { dataDescriptor: false });
  change(zip, recordsOf(zip, 'bad.json'));
  return zip;
}

describe('a hostile zip archive: the rest is read, and what is wrong is told', () => {
  it.each<[string, (zip: Buffer, at: { local: number; central: number }) => void]>([
    [
      'a checksum that does not fit',
      (zip, { local }) => zip.writeUInt8(zip.readUInt8(local + 50) ^ 0xff, local + 50),
    ],
    ['a size that is too small', (zip, { central }) => zip.writeUInt32LE(5, central + 24)],
    ['a size that is too large', (zip, { central }) => zip.writeUInt32LE(5_000_000, central + 24)],
    ['bytes that lie beyond the end', (zip, { central }) => zip.writeUInt32LE(0x7fffffff, central + 42)],
    ['a way of packing nobody knows', (zip, { central }) => zip.writeUInt16LE(77, central + 10)],
  ])('%s', async (_, change) => {
    const file = await read(await tampered(change), 'x.zip');
    expect(namesIn(file)).toEqual(['x.zip › good.xml']);
    expect(told(file)).toEqual(['lost bad-member bad.json']);
  });

  it('one protected file among others', async () => {
    const zip = await tampered((bytes, { local, central }) => {
      bytes.writeUInt16LE(bytes.readUInt16LE(local + 6) | 1, local + 6);
      bytes.writeUInt16LE(bytes.readUInt16LE(central + 8) | 1, central + 8);
    });
    expect(told(await read(zip))).toEqual(['lost protected-member bad.json']);
  });

  it('names that lead out of the archive are labels, and nothing more', async () => {
    const names = ['../../../etc/passwd.xml', '/etc/cron.d/x.xml', 'C:\\Windows\\y.xml'];
    const files = Object.fromEntries(names.map((name, index) => [name, allergies(`Nut ${index}`)]));
    expect(namesIn(await read(await zipOf(files), 'x.zip'))).toEqual([
      'x.zip › ../../../etc/passwd.xml',
      'x.zip › /etc/cron.d/x.xml',
      'x.zip › C:/Windows/y.xml',
    ]);
  });

  it('a link to a file of this computer is not followed', async () => {
    const zip = await tampered((bytes, { central }) => {
      bytes.writeUInt16LE(0x0314, central + 4);
      bytes.writeUInt32LE(0o120777 * 65536, central + 38);
    });
    expect(told(await read(zip))).toEqual(['warning link bad.json']);
  });

  it('a bomb is stopped long before it fills the memory', async () => {
    const bomb = Buffer.alloc(1024 * 1024 * 1024, ' ');
    bomb.write('<ClinicalDocument>');
    const zip = fastZip([
      ['good.xml', Buffer.from(good)],
      ['bomb.xml', bomb],
    ]);
    expect(zip.length).toBeLessThan(1_100_000);
    expect(told(await read(zip))).toEqual(['lost unpacks-too-far bomb.xml']);
  });

  it('a bomb of archives inside archives is stopped by the same limit', async () => {
    const spaces = Buffer.alloc(100 * 1024 * 1024, ' ');
    spaces.write('<ClinicalDocument>');
    const inner = fastZip(['a', 'b', 'c', 'd'].map((name) => [name, spaces] as const));
    const zip = fastZip([
      ['good.xml', Buffer.from(good)],
      ['inner.zip', inner],
    ]);
    expect(told(await read(zip))).toEqual([
      'lost bad-member inner.zip › a',
      'lost bad-member inner.zip › b',
      'lost unpacks-too-far inner.zip › c',
      'lost unpacks-too-far inner.zip › d',
    ]);
  });

  it('archives nested without end are not opened to the last', async () => {
    let zip = await zipOf({ 'deep.xml': good });
    for (let depth = 0; depth < 10; depth += 1) zip = await zipOf({ 'inner.zip': zip });
    await expect(read(zip)).rejects.toMatchObject({ code: 'not-a-health-record', why: /too deep/ });
  });

  it('50,000 files are read to the last', async () => {
    const many = Array.from({ length: 50_000 }, (_, index) => [`f/${index}.css`, Buffer.from('a')] as const);
    const file = await read(fastZip([['good.xml', Buffer.from(good)], ...many]));
    expect(namesIn(file)).toHaveLength(1);
    expect(file.findings[0]?.message).toMatch(/^50000 files/);
  });

  it('one cut off at the end is refused as a whole', async () => {
    const zip = await zipOf({ 'good.xml': good });
    for (const length of [4, 100, zip.length - 30, zip.length - 1])
      await expect(read(zip.subarray(0, length))).rejects.toMatchObject({ code: 'not-a-health-record' });
  });

  it('every byte changed gives the record, a finding or a refusal, and never a fault of this program', async () => {
    const zip = await zipOf({ 'good.xml': patient('p', 'Doe') });
    const faults: string[] = [];
    for (let at = 0; at < zip.length; at += 1) {
      const changed = Buffer.from(zip);
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      await read(changed).catch((thrown: unknown) => {
        if (!(thrown instanceof BlueButtonError)) faults.push(`${at}: ${messageOf(thrown)}`);
      });
    }
    expect(faults).toEqual([]);
  });
});
