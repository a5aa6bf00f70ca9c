import { foldJson, parseJson } from '../../json/index.ts';
import { isResource, type Finding, type Resource } from '../../model/index.ts';
import type { DocumentIdentity } from '../format.ts';
import { sliceResources } from './resource-slices.ts';
import { sentJson, type SentResource } from './sent-resources.ts';

/** What one JSON text (a file, or a line of NDJSON) holds. */
export interface TextReading {
  sent: SentResource[];
  findings: Finding[];
  /** True when the text is a Bundle, which may be empty. */
  isBundle: boolean;
  /** True when it is one of type document. */
  isDocument: boolean;
  asOf?: string;
}

/**
 * All resources of one JSON text.
 *
 * @throws JsonSyntaxError when any part of the text is not JSON.
 */
export function readText(text: string, identity: DocumentIdentity, line?: number): TextReading {
  const { slices, empty, unknown, asOf, isBundle, isDocument, hasNextPage } = sliceResources(text);
  const place = { ...identity, ...(line !== undefined && { line }) };
  const reading: TextReading = {
    sent: [],
    findings: [],
    isBundle,
    isDocument,
    ...(asOf !== undefined && { asOf }),
  };
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
    const about = { origin: { ...place, pointer }, text: foldJson(slice) };
    reading.sent.push(sentJson(value, { ...about, ...(fullUrl !== undefined && { fullUrl }) }));
  }
  if (hasNextPage) find('lost', ...nextPage);
  for (const pointer of empty) find('note', 'no-resource', pointer, 'a Bundle entry without a resource');
  for (const pointer of unknown) find('lost', 'not-a-resource', pointer, 'not a FHIR resource');
  return reading;
}

/** A search whose other pages are not here: its code, place and words. */
export const nextPage = [
  'more-pages',
  '/link',
  'this is one page of a search, and the pages after it are not here',
] as const;

/** A row this tool wrote itself (`convert --to ndjson`): it says what was read, and is not what was sent. */
function isOwnRow(value: Resource): boolean {
  return 'assertion' in value && 'statusAsRecorded' in value;
}
