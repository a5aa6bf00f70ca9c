import { foldJson, parseJson } from '../../json/index.ts';
import { containedEntries, isResource, type Entry, type Finding } from '../../model/index.ts';
import type { DocumentIdentity } from '../format.ts';
import { sliceResources } from './resource-slices.ts';

/** What one JSON text (a file, or a line of NDJSON) holds. */
export interface TextReading {
  entries: Entry[];
  findings: Finding[];
  asOf?: string;
}

/**
 * All resources of one JSON text, contained ones after the resource that contains them.
 *
 * @throws JsonSyntaxError when any part of the text is not JSON.
 */
export function readText(text: string, identity: DocumentIdentity, line?: number): TextReading {
  const { slices, empty, unknown, asOf } = sliceResources(text);
  const place = { ...identity, ...(line !== undefined && { line }) };
  const reading: TextReading = { entries: [], findings: [], ...(asOf !== undefined && { asOf }) };
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
    if (!isResource(value)) {
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
  for (const pointer of empty) find('note', 'no-resource', pointer, 'a Bundle entry without a resource');
  for (const pointer of unknown) find('lost', 'not-a-resource', pointer, 'not a FHIR resource');
  return reading;
}
