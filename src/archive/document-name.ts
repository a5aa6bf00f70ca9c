import { slug } from './slug.ts';

/** File name endings by media type; a type not listed keeps the ending of its own name, or gets `.bin`. */
const endings: Record<string, string> = {
  'application/dicom': '.dcm',
  'application/fhir+json': '.json',
  'application/fhir+ndjson': '.ndjson',
  'application/fhir+xml': '.xml',
  'application/hl7-cda+xml': '.xml',
  'application/hl7-v3+xml': '.xml',
  'application/json': '.json',
  'application/msword': '.doc',
  'application/pdf': '.pdf',
  'application/rtf': '.rtf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': '.docx',
  'application/x-ndjson': '.ndjson',
  'application/xml': '.xml',
  'application/zip': '.zip',
  'image/gif': '.gif',
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/tiff': '.tiff',
  'text/csv': '.csv',
  'text/html': '.html',
  'text/plain': '.txt',
  'text/rtf': '.rtf',
  'text/xml': '.xml',
};

export interface DocumentNaming {
  /** Title or file name, as stated by a stranger. */
  title: string | undefined;
  /** FHIR date or dateTime, as stated. */
  date: string | undefined;
  mediaType: string;
  sha256: string;
}

/** The name of a document's file: `2024-03-05-discharge-summary-3fa9c1d2aa04be17.xml`. */
export function documentName(document: DocumentNaming): string {
  const title = document.title ?? '';
  const ownEnding = /\.[A-Za-z0-9]{1,8}$/.exec(title)?.[0] ?? '';
  const type = document.mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const ending = endings[type] ?? (ownEnding.toLowerCase() || '.bin');
  const stem = slug(title.slice(0, title.length - ownEnding.length)) || 'document';
  const date = /^\d{4}(-\d\d(-\d\d)?)?(?=T|$)/.exec(document.date ?? '')?.[0];
  return `${date === undefined ? '' : `${date}-`}${stem}-${document.sha256.slice(0, 16)}${ending}`;
}
