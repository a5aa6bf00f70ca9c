import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { TextReader, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter, type ZipWriterAddDataOptions } from '@zip.js/zip.js';
import { bytesInMemory, recognize, SourceReading, type ReadingHelp } from '../../../src/formats/index.ts';
import type { Entry, Finding, Source } from '../../../src/model/index.ts';
import { documentXml, withEntries } from '../ccda/clinical-document.ts';

export type Content = string | Uint8Array;

/** A zip archive of these files, in their order. */
export async function zipOf(
  files: Readonly<Record<string, Content>> | readonly (readonly [string, Content])[],
  options: ZipWriterAddDataOptions = {},
): Promise<Buffer> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const [path, content] of Array.isArray(files) ? files : Object.entries(files))
    await writer.add(path, typeof content === 'string' ? new TextReader(content) : new Uint8ArrayReader(content), options);
  return Buffer.from(await writer.close());
}

/** Everything that was read of one document. */
export interface Opened {
  source: Source;
  inner: Source[];
  entries: Entry[];
  findings: Finding[];
}

/** Reads a document as the commands do. */
export async function opened(bytes: Uint8Array, name = 'download.zip', help: ReadingHelp = {}): Promise<Opened> {
  const document = bytesInMemory(name, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const format = await recognize(document);
  const own = new SourceReading({ id: sha256, kind: 'file', name, format: format.name });
  const result: Omit<Opened, 'source'> = { inner: [], entries: [], findings: [] };
  for await (const reading of format.read(document, { source: sha256, sha256 }, help)) {
    own.take(reading);
    if ('entry' in reading) result.entries.push(reading.entry);
    else if ('finding' in reading) result.findings.push(reading.finding);
    else if ('source' in reading) result.inner.push(reading.source);
  }
  return { ...result, source: own.source };
}

/** A clinical document with one allergy in words, of the patient of all test documents. */
export function allergyDocument(substance: string): string {
  return documentXml([{ xml: withEntries('48765-2', '', substance) }].map(({ xml }) => ({ xml })) as never);
}

/** The types of entries, counted. */
export function typesOf({ entries }: Pick<Opened, 'entries'>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { resource } of entries) counts[resource.resourceType] = (counts[resource.resourceType] ?? 0) + 1;
  return counts;
}

/** Codes of findings, each with the member it names. */
export function told({ findings }: Pick<Opened, 'findings'>): string[] {
  return findings.map(({ severity, code, member }) => `${severity} ${code}${member === undefined ? '' : ` ${member}`}`);
}

export { Readable };
