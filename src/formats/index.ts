import { BlueButtonError } from '../errors/index.ts';
import type { ByteSource } from './byte-source.ts';
import { ccda } from './ccda/format.ts';
import { fhirJson } from './fhir/json.ts';
import { fhirNdjson } from './fhir/ndjson.ts';
import { fhirXml } from './fhir/xml.ts';
import type { Format } from './format.ts';
import { medicareText } from './medicare-text/format.ts';
import { unreadKindOf } from './unread-kinds.ts';
import { vaGovText } from './va-gov-text/format.ts';
import { vaText } from './va-text/format.ts';

export { bytesInMemory, type ByteSource } from './byte-source.ts';
export type { DocumentIdentity, Format } from './format.ts';

/** The formats that are read, in the order they are tried. */
export const formats: readonly Format[] = [
  fhirNdjson,
  fhirJson,
  fhirXml,
  ccda,
  vaText,
  vaGovText,
  medicareText,
];

const headLength = 64 * 1024;

/**
 * The format of a document, by its content and never by its name.
 *
 * @throws BlueButtonError `not-a-health-record`, saying what the document is instead where that is known.
 */
export async function recognize(document: ByteSource): Promise<Format> {
  const head = await headOf(document);
  if (head.length === 0) {
    throw new BlueButtonError('not-a-health-record', `${document.name} is empty.`, {
      why: 'It holds 0 bytes: perhaps a download that did not finish.',
      try: 'download it again from where it came',
    });
  }
  const format = formats.find((candidate) => candidate.recognizes(head, document.size <= head.length));
  if (format) return format;
  throw new BlueButtonError('not-a-health-record', `${document.name}: ${unreadKindOf(head)}`, {
    why: `These are read so far: ${formats.map(({ name }) => name).join(', ')}.`,
    try: 'ask the portal for a FHIR (JSON) or C-CDA (XML) download, or see bluebutton show --help',
  });
}

/** The first bytes of a document, with its first line whole: one line of NDJSON can hold a scanned page. */
async function headOf(document: ByteSource): Promise<Uint8Array> {
  let length = headLength;
  let head = await document.read(0, length);
  while (head.length === length && !head.includes(0x0a)) {
    length *= 2;
    head = await document.read(0, length);
  }
  return head;
}
