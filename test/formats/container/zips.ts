import { crc32, deflateRawSync } from 'node:zlib';
import {
  TextReader,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipWriter,
  type ZipWriterAddDataOptions,
} from '@zip.js/zip.js';
import type { ReadDocument } from '../../facts/reading.ts';
import { withEntries } from '../ccda/clinical-document.ts';

export type Content = string | Uint8Array;

/** A zip archive of these files, in their order. */
export async function zipOf(
  files: Readonly<Record<string, Content>>,
  options: ZipWriterAddDataOptions = {},
): Promise<Buffer> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const [path, content] of Object.entries(files)) {
    const reader = typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content);
    await writer.add(path, reader, options);
  }
  return Buffer.from(await writer.close());
}

/** A clinical document about Jane Doe that tells of her allergies in these words. */
export function allergies(words: string): string {
  return withEntries('48765-2', '', words);
}

/** A FHIR Observation about a patient. */
export function observation(id: string, whose: string): string {
  return JSON.stringify({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: `Test ${id}` },
    subject: { reference: `Patient/${whose}` },
  });
}

/** A FHIR Patient. */
export function patient(id: string, family: string): string {
  return JSON.stringify({
    resourceType: 'Patient',
    id,
    name: [{ given: ['Jane'], family }],
    birthDate: '1980-01-02',
  });
}

/** The findings as `severity code member`. */
export function told({ findings }: Pick<ReadDocument, 'findings'>): string[] {
  return findings.map(({ severity, code, member }) =>
    [severity, code, member].filter((part) => part !== undefined).join(' '),
  );
}

/** The names of the sources inside a container. */
export function namesIn({ inner }: Pick<ReadDocument, 'inner'>): string[] {
  return inner.map(({ name }) => name);
}

/** An archive of deflated files, packed without zip.js: it takes a moment for each. */
export function fastZip(files: Iterable<readonly [string, Uint8Array]>): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const [path, content] of files) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    common.copy(central, 6);
    central.writeUInt32LE(offset, 42);
    const signature = Buffer.from([0x50, 0x4b, 3, 4]);
    locals.push(signature, common, name, packed);
    centrals.push(central, name);
    offset += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  const count = centrals.length / 2;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
