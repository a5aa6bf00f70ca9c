import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import {
  bytesInMemory,
  recognize,
  SourceReading,
  type ByteSource,
  type ReadingHelp,
} from '../../src/formats/index.ts';
import {
  buildRecord,
  sectionNames,
  type BuiltRecord,
  type Entry,
  type Finding,
  type Row,
  type Source,
} from '../../src/model/index.ts';
import { renderCsv, renderers } from '../../src/render/index.ts';

/** One document read to its end. */
export interface ReadDocument {
  source: Source;
  /** Of a container: the documents inside it that are sources of their own. */
  inner: Source[];
  entries: Entry[];
  findings: Finding[];
}

/** Reads text, bytes or a byte source as the commands do: by its content, every reading to the last. */
export async function read(
  content: string | Uint8Array | ByteSource,
  name = 'file.json',
  help: ReadingHelp = {},
): Promise<ReadDocument> {
  const document = toSource(content, name);
  const sha256 = createHash('sha256')
    .update(await document.read(0, document.size))
    .digest('hex');
  const format = await recognize(document);
  const own = new SourceReading({ id: sha256, kind: 'file', name, format: format.name });
  const result: Omit<ReadDocument, 'source'> = { inner: [], entries: [], findings: [] };
  for await (const reading of format.read(document, { source: sha256, sha256 }, help)) {
    own.take(reading);
    if ('entry' in reading) result.entries.push(reading.entry);
    else if ('finding' in reading) result.findings.push(reading.finding);
    else if ('source' in reading) result.inner.push(reading.source);
  }
  return { ...result, source: own.source };
}

function toSource(content: string | Uint8Array | ByteSource, name: string): ByteSource {
  if (typeof content === 'string') return bytesInMemory(name, Buffer.from(content));
  return content instanceof Uint8Array ? bytesInMemory(name, content) : content;
}

/** The text of a fixture, named by the fact it holds. */
export function fixture(fact: string): string {
  return readFileSync(new URL(`../fixtures/fhir/${fact}.json`, import.meta.url), 'utf8');
}

/** The record of some documents, everyone taken. */
export async function recordOf(...contents: (string | Uint8Array | ByteSource)[]): Promise<BuiltRecord> {
  const documents: ReadDocument[] = [];
  for (const content of contents) documents.push(await read(content));
  return buildRecord({
    sources: documents.flatMap(({ source, inner }) => [source, ...inner]),
    entries: documents.flatMap(({ entries }) => entries),
    findings: documents.flatMap(({ findings }) => findings),
  });
}

/** The record of one Bundle of type collection that holds these resources, dated `asOf`. */
export async function recordOfResources(resources: readonly object[], asOf?: string): Promise<BuiltRecord> {
  const entry = resources.map((resource) => ({ resource }));
  return recordOf(JSON.stringify({ resourceType: 'Bundle', type: 'collection', timestamp: asOf, entry }));
}

/** All rows of a record with the section each is in. */
export function rowsOf({ record }: BuiltRecord): { section: string; row: Row }[] {
  return Object.entries(record.sections).flatMap(([section, rows]) => rows.map((row) => ({ section, row })));
}

/** The one row of a record that has one. */
export function onlyRow(built: BuiltRecord): { section: string; row: Row } {
  const [only, ...more] = rowsOf(built);
  if (only === undefined || more.length > 0) throw new Error(`${rowsOf(built).length} rows, not one`);
  return only;
}

/** A record as text in one of the formats, wide enough that no cell is wrapped. */
export function rendered(format: string, built: BuiltRecord): string {
  const render = renderers[format];
  if (render === undefined) throw new Error(`no format ${format}`);
  // Chosen sections give text its last drawer too, and FHIR only their own resources: there the whole record is meant.
  const sections = format === 'fhir' ? {} : { sections: sectionNames };
  return [...render(built, { width: 4000, colour: false, ...sections })].join('');
}

/** A section's CSV read back: every record by column. */
export function csvOf({ record }: BuiltRecord, section: string): Record<string, string>[] {
  return parse(renderCsv(record, section), { columns: true });
}
