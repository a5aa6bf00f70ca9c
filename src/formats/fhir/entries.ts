import { foldJson, parseJson } from '../../json/index.ts';
import { containedEntries, isResource, type Entry, type Finding, type Resource } from '../../model/index.ts';
import type { DocumentIdentity } from '../format.ts';
import { isOlderFhir } from './older-fhir.ts';
import { sliceResources } from './resource-slices.ts';

/** What one JSON text (a file, or a line of NDJSON) holds. */
export interface TextReading {
  entries: Entry[];
  findings: Finding[];
  /** True when the text is a Bundle, which may be empty. */
  isBundle: boolean;
  asOf?: string;
}

/**
 * All resources of one JSON text, contained ones after the resource that contains them.
 *
 * @throws JsonSyntaxError when any part of the text is not JSON.
 */
export function readText(text: string, identity: DocumentIdentity, line?: number): TextReading {
  const { slices, empty, unknown, asOf, isBundle, hasNextPage } = sliceResources(text);
  const place = { ...identity, ...(line !== undefined && { line }) };
  const reading: TextReading = { entries: [], findings: [], isBundle, ...(asOf !== undefined && { asOf }) };
  const find = (severity: Finding['severity'], code: string, pointer: string, message: string): void => {
    const { source } = identity;
    reading.findings.push({ severity, code, message, source, ...(line !== undefined && { line }), pointer });
  };
  for (const { start, end, pointer, fullUrl } of slices) {
    const slice = text.slice(start, end);
    const value = parseJson(slice, (key) => {
      find(
        'warning',
        'duplicate-key',
        pointer,
        `"${key}" is there twice with different values; the last one is shown`,
      );
    });
    if (!isResource(value) || isOwnRow(value)) {
      unknown.push(pointer);
      continue;
    }
    const entry: Entry = {
      resource: value,
      origin: { ...place, pointer },
      text: foldJson(slice),
      ...(fullUrl !== undefined && { fullUrl }),
    };
    reading.entries.push(entry, ...containedEntries(entry));
  }
  const older = reading.entries.filter(({ resource }) => isOlderFhir(resource));
  if (older.length > 0) {
    const of = `${older.length} of ${reading.entries.length} resources`;
    const message = `${of} are written as FHIR before R4 (DSTU2, STU3), which is not read yet: names, dates and statuses may be missing`;
    find('lost', 'older-fhir', older[0]?.origin.pointer ?? '', message);
  }
  if (hasNextPage)
    find('lost', 'more-pages', '/link', 'this is one page of a search, and the pages after it are not here');
  for (const pointer of empty) find('note', 'no-resource', pointer, 'a Bundle entry without a resource');
  for (const pointer of unknown) find('lost', 'not-a-resource', pointer, 'not a FHIR resource');
  return reading;
}

/** A row this tool wrote itself (`convert --to ndjson`): it says what was read, and is not what was sent. */
function isOwnRow(value: Resource): boolean {
  return 'assertion' in value && 'statusAsRecorded' in value;
}
