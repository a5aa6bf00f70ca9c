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
export function observation(id: string, patient: string): string {
  return JSON.stringify({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: `Test ${id}` },
    subject: { reference: `Patient/${patient}` },
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
