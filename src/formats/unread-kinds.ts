import { headOf, rootNameOf } from './xml/head.ts';

/**
 * Kinds of file people have beside health records this tool reads: recognised only to say what they are. The first
 * that fits counts.
 */
const kinds: readonly { pattern: RegExp; says: string }[] = [
  { pattern: /^%PDF-/, says: 'a PDF is not a health record this tool can read.' },
  {
    pattern: new RegExp(String.raw`^PK\x03\x04`),
    says: 'a zip archive: not read yet; unpack it and give the files inside.',
  },
  { pattern: new RegExp(String.raw`^\x1f\x8b`), says: 'a gzip file: not read yet; unpack it first.' },
  {
    pattern: /^\s*(<!doctype html|<html)/i,
    says: 'a web page is not a health record; it may be a sign-in page saved by mistake.',
  },
];

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
  const text = headOf(head);
  const known = kinds.find(({ pattern }) => pattern.test(text));
  if (known) return known.says;
  const root = rootNameOf(text);
  if (root === undefined) return 'not a health record this tool can read.';
  return pieces.includes(root)
    ? `only a piece of a C-CDA document (<${root}>): without the whole, nobody can tell whose it is.`
    : 'XML of a kind this tool does not know.';
}
