import { headOf, rootNameOf } from './xml/head.ts';

/** A kind of file that people have beside the health records this tool reads. */
export interface FileKind {
  /** In a sentence after the file's name. */
  says: string;
  /** Media type of a file that a person reads as a document; absent for any other. */
  document?: string;
}

/** Kinds by their first bytes, each byte one character. The first that fits counts. */
const kinds: readonly (FileKind & { pattern: RegExp })[] = [
  {
    pattern: /^%PDF-/,
    document: 'application/pdf',
    says: 'a PDF: kept as a document, its text is not read.',
  },
  {
    pattern: /^\{\\rtf/,
    document: 'application/rtf',
    says: 'a rich text is not a health record this tool can read.',
  },
  { pattern: new RegExp(String.raw`^\x89PNG`), document: 'image/png', says: 'a picture.' },
  { pattern: /^\u00FF\u00D8\u00FF/, document: 'image/jpeg', says: 'a picture.' },
  { pattern: /^GIF8/, document: 'image/gif', says: 'a picture.' },
  { pattern: new RegExp(String.raw`^(II\*\x00|MM\x00\*)`), document: 'image/tiff', says: 'a picture.' },
  { pattern: /^[\s\S]{4}ftyp(heic|heix|mif1)/, document: 'image/heic', says: 'a picture.' },
  { pattern: /^[\s\S]{4}ftyp/, document: 'video/mp4', says: 'a film.' },
  { pattern: /^BM[\s\S]{4}\0\0\0\0/, document: 'image/bmp', says: 'a picture.' },
  { pattern: /^RIFF[\s\S]{4}WEBP/, document: 'image/webp', says: 'a picture.' },
  { pattern: /^RIFF[\s\S]{4}WAVE/, document: 'audio/wav', says: 'a recording.' },
  { pattern: /^ID3/, document: 'audio/mpeg', says: 'a recording.' },
  { pattern: /^[\s\S]{128}DICM/, document: 'application/dicom', says: 'a medical picture (DICOM).' },
  {
    pattern: new RegExp(String.raw`^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1`),
    document: 'application/msword',
    says: 'an office document.',
  },
  // Office documents are zip archives, told by the name of their first file (ECMA-376 part 2, OpenDocument 1.3 part 2).
  {
    pattern: /^PK[\s\S]{28}(\[Content_Types\]\.xml|_rels\/|docProps\/|customXml\/|word\/|xl\/|ppt\/)/,
    document: 'application/vnd.openxmlformats-officedocument',
    says: 'an office document.',
  },
  {
    pattern: /^PK[\s\S]{28}mimetype/,
    document: 'application/vnd.oasis.opendocument',
    says: 'an office document.',
  },
  { pattern: /^[\s\S]{257}ustar/, says: 'a tar archive: unpack it and give the files inside.' },
  {
    pattern: new RegExp(String.raw`^(7z\xbc\xaf|Rar!)`),
    says: 'an archive of a kind this tool does not open: unpack it and give the files inside.',
  },
];

/** The kind of a file that no format recognises; undefined when its first bytes do not tell. */
export function fileKindOf(head: Uint8Array): FileKind | undefined {
  const text = Buffer.from(head.subarray(0, 1024)).toString('latin1');
  return kinds.find(({ pattern }) => pattern.test(text));
}

/** Elements of a C-CDA document that are saved alone, as examples and by programs that cut documents up. */
const pieces = [
  'section',
  'entry',
  'component',
  'structuredBody',
  'recordTarget',
  'author',
  'act',
  'encounter',
  'observation',
  'organizer',
  'procedure',
  'substanceAdministration',
  'supply',
  'entryRelationship',
  'participant',
  'performer',
  'informant',
  'custodian',
  'documentationOf',
  'componentOf',
];

/** What a document is, in a sentence, when no format recognises it. */
export function unreadKindOf(head: Uint8Array): string {
  const known = fileKindOf(head);
  if (known) return known.says;
  const root = rootNameOf(headOf(head));
  if (root === undefined) return 'not a health record this tool can read.';
  return pieces.includes(root)
    ? `only a piece of a C-CDA document (<${root}>): without the whole, nobody can tell whose it is.`
    : 'XML of a kind this tool does not know.';
}
