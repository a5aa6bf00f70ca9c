import { BlueButtonError, shellWord } from '../errors/index.ts';
import { appleHealth } from './apple-health/format.ts';
import type { ByteSource } from './byte-source.ts';
import { ccda } from './ccda/format.ts';
import { headText } from './fhir/head.ts';
import { fhirJson } from './fhir/json.ts';
import { fhirNdjson } from './fhir/ndjson.ts';
import { fhirXml } from './fhir/xml.ts';
import { htmlPage } from './container/html.ts';
import { gzipFile } from './container/gzip.ts';
import { zipArchive } from './container/zip.ts';
import { fileKindOf, unreadKindOf } from './file-kind.ts';
import type { Format } from './format.ts';
import { medicareText } from './medicare-text/format.ts';
import { vaGovText } from './va-gov-text/format.ts';
import { vaText } from './va-text/format.ts';

export { bytesInMemory, hashOf, type ByteSource } from './byte-source.ts';
export { readCodeTable, type CodeTable } from './code-table/code-table.ts';
export { fileKindOf, type FileKind } from './file-kind.ts';
export { keptDocument } from './kept-document.ts';
export { isOnCalendar } from './point-in-time.ts';
export { pdfDate } from './pdf-date.ts';
export { inR4, nameInR4, sentJson, SentResources } from './fhir/sent-resources.ts';
export { SourceReading } from './source-reading.ts';
export type { DocumentIdentity, Format, PasswordQuestion, ReadingHelp } from './format.ts';

/** The formats that are read, in the order they are tried. */
export const formats: readonly Format[] = [
  // Stored members of an archive can be read in it as they are: it comes first.
  zipArchive(formatOf),
  gzipFile(formatOf),
  fhirNdjson,
  fhirJson,
  fhirXml,
  ccda,
  appleHealth,
  vaText,
  vaGovText,
  medicareText,
  htmlPage(formatOf),
];

/**
 * The format of a document, by its content and never by its name.
 *
 * @throws BlueButtonError `not-a-health-record`, saying what the document is instead where that is known.
 */
export async function recognize(document: ByteSource): Promise<Format> {
  const { format, head } = await formatOf(document);
  if (format) return format;
  if (head.length === 0) {
    throw new BlueButtonError('not-a-health-record', `${document.name} is empty.`, {
      why: 'It holds 0 bytes: perhaps a download that did not finish.',
      try: 'download it again from where it came',
    });
  }
  throw new BlueButtonError('not-a-health-record', `${document.name}: ${unreadKindOf(head)}`, {
    why: `These are read: ${formats.map(({ name }) => name).join(', ')}.`,
    try:
      fileKindOf(head)?.document === undefined
        ? 'ask the portal for a FHIR (JSON) or C-CDA (XML) download, or see bluebutton show --help'
        : `bluebutton import ${shellWord(document.name)} --as-document`,
  });
}

/** The format of a document and its first bytes. */
async function formatOf(document: ByteSource): Promise<{ format?: Format; head: Uint8Array }> {
  const head = await headOf(document);
  const whole = document.size <= head.length;
  const isOther = fileKindOf(head) !== undefined;
  const format = isOther ? undefined : formats.find((candidate) => candidate.recognizes(head, whole));
  return { head, ...(format !== undefined && { format }) };
}

const headLength = 64 * 1024;

/** The first bytes of a document; of JSON with its first line whole: one line of NDJSON can hold a scanned page. */
async function headOf(document: ByteSource): Promise<Uint8Array> {
  let length = headLength;
  let head = await document.read(0, length);
  while (head.length === length && !head.includes(0x0a) && isJson(head)) {
    length *= 2;
    head = await document.read(0, length);
  }
  return head;
}

function isJson(head: Uint8Array): boolean {
  return /^\s*[[{]/.test(headText(head.subarray(0, 64)));
}
