import { createHash } from 'node:crypto';
import type { Entry } from '../model/index.ts';
import type { ByteSource } from './byte-source.ts';
import { derivedEntry, derivedId } from './derived-entry.ts';
import type { DocumentIdentity } from './format.ts';
import { filled } from './json-parts.ts';

/** What is known of a document that is kept and not read. */
export interface KeptDocument {
  bytes: ByteSource;
  /** Media type. */
  contentType: string;
  title: string;
  /** FHIR dateTime at which it was made, where anything says so. */
  creation?: string;
  /** What kind of document it is, in words. */
  type?: string;
  /** False for one whose bytes do not stand inside the record: it is too large, or lies in an archive. */
  isInline: boolean;
  /** Where it lies, for one that is not inline. */
  url?: string;
}

/** A document that a person reads (a PDF, a picture) as a DocumentReference, its bytes inside where they are not too many. */
export async function keptDocument(document: KeptDocument, identity: DocumentIdentity): Promise<Entry> {
  const { bytes, contentType, title, creation, type, isInline, url } = document;
  const hash = createHash('sha1');
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes.stream()) {
    hash.update(piece);
    if (isInline) pieces.push(piece);
  }
  const attachment = filled({
    contentType,
    data: isInline ? Buffer.concat(pieces).toString('base64') : undefined,
    url,
    size: bytes.size,
    hash: hash.digest('base64'),
    title,
    creation,
  });
  const resource = {
    resourceType: 'DocumentReference',
    id: derivedId(identity, '', 'DocumentReference'),
    status: 'current',
    ...filled({ type: type === undefined ? undefined : { text: type } }),
    description: title,
    content: [{ attachment }],
  };
  return derivedEntry(resource, { ...identity, pointer: '' });
}
