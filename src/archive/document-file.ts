import * as v from 'valibot';
import { sha256Hex } from './change-file.ts';
import { personIdentity } from './source-file.ts';

const stored = {
  mediaType: v.string(),
  sha256: sha256Hex,
  bytes: v.number(),
  /** Relative to the bag; in an earlier bag of the source when that holds the same bytes (then `held` says so). */
  path: v.pipe(v.string(), v.regex(/^(\.\.\/\d{4,}-[0-9T-]+Z\/)?data\/documents\/[a-z0-9.-]+$/)),
  held: v.exactOptional(v.literal('earlier')),
};

/** A line of `data/documents.ndjson` of a pull: an attachment that is new, or has other bytes than before. */
export const attachmentLine = v.object({
  change: v.picklist(['new', 'changed']),
  resource: v.object({ resourceType: v.string(), id: v.string(), pointer: v.string() }),
  /** As the resource stated it when it was fetched. */
  url: v.string(),
  title: v.exactOptional(v.string()),
  date: v.exactOptional(v.string()),
  /** `query` of the ledger row it is counted in. */
  query: v.string(),
  ...stored,
});

/** A line of `data/documents.ndjson` of the `files` source: an imported file. */
export const importLine = v.object({
  change: v.literal('new'),
  /** The file's name when it was imported. */
  name: v.string(),
  /** What it was read as, e.g. `FHIR R4 JSON`. */
  format: v.string(),
  /** The day or instant it speaks of, as it states it. */
  asOf: v.exactOptional(v.string()),
  /** For a file about several patients: which of them the archive's person is. */
  patient: v.exactOptional(v.string()),
  /** What it says of the person. */
  person: v.exactOptional(personIdentity),
  /** Who made it, as it says itself. */
  producer: v.exactOptional(v.string()),
  /** The identity it gives itself, with its version: the same in two files means two copies of one document. */
  documentId: v.exactOptional(v.string()),
  /** For what a person reads and this tool does not (a scan, a picture): its title, and its date as a FHIR date or dateTime. */
  document: v.exactOptional(v.object({ title: v.string(), date: v.exactOptional(v.string()) })),
  ...stored,
});

export const documentLine = v.union([attachmentLine, importLine]);

export type AttachmentLine = v.InferOutput<typeof attachmentLine>;
export type ImportLine = v.InferOutput<typeof importLine>;
export type DocumentLine = AttachmentLine | ImportLine;

/** What makes two lines speak of one document: the place that names it, or its bytes, whose they are and whether it is read. */
export function documentKey(line: DocumentLine): string {
  if ('resource' in line) return `${line.resource.resourceType}/${line.resource.id}#${line.resource.pointer}`;
  return `${line.sha256} ${line.patient ?? ''}${line.document === undefined ? '' : ' unread'}`;
}
