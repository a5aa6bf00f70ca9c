import type { Ledger, LedgerRow } from '../model/index.ts';
import type { Archive } from './archive.ts';
import type { Bag } from './chain.ts';
import { changeLine, type ChangeLine } from './change-file.ts';
import { documentKey, documentLine, type DocumentLine } from './document-file.ts';
import { ledgerFile } from './ledger-file.ts';
import type { SourceFolder } from './people.ts';
import { isSameRelease, resourceFile } from './resource-file.ts';
import { readStored, readStoredLines } from './stored-json.ts';

/** A resource the archive holds, without its text. */
export interface HeldResource {
  resourceType: string;
  id: string;
  /** Of its NDJSON line, without the line end. */
  sha256: string;
  /** The file that holds the line, relative to the archive. */
  path: string;
  /** The query that last brought something new of it. */
  query: string;
  /** Number of the FHIR release it was given in. */
  fhirVersion: string;
  /** The bag, counted from 0, that brought this version; and the versions before it, oldest first. */
  bag: number;
  earlier: StoredVersion[];
  /** The bag in which it was found to be gone, where it is. */
  goneIn?: number;
  /** Whether the portal still gave it when last asked: `renumbered` when it did under another id. */
  standing: 'given' | 'vanished' | 'renumbered';
}

/** An earlier version of a resource. */
export interface StoredVersion {
  sha256: string;
  path: string;
  fhirVersion: string;
  bag: number;
}

/** A document the archive holds. */
export interface HeldDocument {
  line: DocumentLine;
  /** Of its bytes, relative to the archive. */
  path: string;
}

/** What the bags of one source add up to. */
export interface Fold {
  /** By `Type/id`. */
  resources: Map<string, HeldResource>;
  /** By `documentKey`: the latest of each. */
  documents: Map<string, HeldDocument>;
  /** Path, relative to the archive, of every document's bytes ever kept, by SHA-256. */
  bytes: Map<string, string>;
  /** Of the last bag. */
  ledger?: Ledger;
  /** By query of a ledger: when the last pull that kept something and got it in full ended. */
  answered: Map<string, string>;
}

/** Folds the bags of a source in their order: a later version replaces an earlier one. */
export async function foldSource(archive: Archive, source: SourceFolder): Promise<Fold> {
  const fold: Fold = {
    resources: new Map(),
    documents: new Map(),
    bytes: new Map(),
    answered: new Map(),
  };
  for (const [number, bag] of source.bags.entries()) {
    const data = `${bag.path}/data`;
    for await (const line of readStoredLines(archive, `${data}/documents.ndjson`, documentLine)) {
      const path = documentPath(bag, line);
      fold.documents.set(documentKey(line), { line, path });
      fold.bytes.set(line.sha256, path);
    }
    if (source.description.kind === 'files') continue;
    fold.ledger = await readStored(archive, `${data}/ledger.json`, ledgerFile);
    const { fhirVersion } = fold.ledger;
    for await (const line of readStoredLines(archive, `${data}/changes.ndjson`, changeLine)) {
      applyChange(fold.resources, line, { data, number, fhirVersion });
    }
    for (const row of fold.ledger.rows)
      if (isAnswered(row)) fold.answered.set(row.query, fold.ledger.finished);
  }
  return fold;
}

function applyChange(
  resources: Map<string, HeldResource>,
  line: ChangeLine,
  { data, number: bag, fhirVersion }: { data: string; number: number; fhirVersion: string },
): void {
  const key = `${line.resourceType}/${line.id}`;
  const held = resources.get(key);
  if (!('sha256' in line)) {
    if (held === undefined) return;
    held.standing = line.change;
    held.goneIn = bag;
    return;
  }
  const { resourceType, id, sha256, query } = line;
  const isHeldText =
    line.change === 'reappeared' && held?.sha256 === sha256 && isSameRelease(held.fhirVersion, fhirVersion);
  if (isHeldText) {
    const { goneIn: _goneIn, ...still } = held;
    resources.set(key, { ...still, query, standing: 'given' });
    return;
  }
  const earlier = held ? [...held.earlier, versionOf(held)] : [];
  const path = `${data}/${resourceFile(resourceType, fhirVersion)}`;
  resources.set(key, {
    resourceType,
    id,
    sha256,
    path,
    query,
    fhirVersion,
    bag,
    earlier,
    standing: 'given',
  });
}

function versionOf({ sha256, path, fhirVersion, bag }: HeldResource): StoredVersion {
  return { sha256, path, fhirVersion, bag };
}

/** Where a document's bytes are, relative to the archive. */
export function documentPath(bag: Bag, line: DocumentLine): string {
  const source = bag.path.slice(0, -bag.folder.length);
  return line.path.startsWith('../') ? source + line.path.slice(3) : `${bag.path}/${line.path}`;
}

/** True for a query that was asked and answered in full. */
export function isAnswered({ outcome }: LedgerRow): boolean {
  return outcome === 'complete' || outcome === 'empty';
}
