import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isByReference, type Ledger } from '../model/index.ts';
import type { Archive } from './archive.ts';
import type { Bag } from './chain.ts';
import { sha256Of, sha256OfFile } from './digest.ts';
import type { AttachmentLine, DocumentLine, ImportLine } from './document-file.ts';
import { fileBytes, memoryBytes, type StoredBytes } from './file-bytes.ts';
import { foldSource, isAnswered, type Fold, type HeldDocument, type HeldResource } from './fold.ts';
import { readLines } from './lines.ts';
import type { PersonFolder, SourceFolder } from './people.ts';
import { referredVersions, type ReferredVersion } from './referred-versions.ts';
import type { SourceDescription } from './source-file.ts';
import { damage } from './storage-error.ts';
import { missing } from './stored-json.ts';
import { provenBy } from './vanished.ts';

/** What the archive holds of one person: the fold of all bags of all sources. */
export interface ArchiveState {
  sources: SourceState[];
  /** The latest of every document, in the order they came. */
  documents: ArchivedDocument[];
  /**
   * The latest version of every resource, read from the disk as they are asked for: by source, type and place.
   *
   * @throws BlueButtonError `archive-damaged` when a line is not the one that was stored.
   */
  resources: () => AsyncGenerator<ArchivedResource>;
  /** What kept resources refer to and the present record no longer says. */
  referred: () => AsyncGenerator<ReferredVersion & { source: string }>;
}

export interface SourceState {
  folder: string;
  description: SourceDescription;
  bags: Bag[];
  /** Of a portal: what the last pull that wrote a bag asked and got. */
  ledger?: Ledger;
}

export interface ArchivedResource {
  /** The source's folder. */
  source: string;
  resourceType: string;
  id: string;
  /** Of the line, without its end. */
  sha256: string;
  /** Relative to the archive. */
  path: string;
  /** Number of the FHIR release it was given in, which its text is read by. */
  fhirVersion: string;
  /** From 1. */
  line: number;
  /** As the portal sent it, on one line. */
  text: string;
  /** True when the last complete queries no longer returned it. */
  vanished: boolean;
  /** Where it vanished: the bag before which what it refers to still meant what it did. */
  goneIn?: number;
  /**
   * Instant as of which the portal last said so, where that is not the end of its last pull: then its query was
   * refused or broke off.
   */
  asOf?: string;
}

interface Archived {
  /** The source's folder. */
  source: string;
  /** Of the bytes, relative to the archive. */
  path: string;
  /**
   * The original bytes.
   *
   * @throws BlueButtonError `archive-damaged` when they are not the ones that were stored.
   */
  read: () => Promise<Buffer>;
  /** The same, of a large file without having it in memory. */
  open: () => Promise<StoredBytes>;
}

type Stated<Line> = Omit<Line, 'change' | 'held' | 'path'>;

/** An imported file. */
export type ArchivedImport = Archived & Stated<ImportLine> & { kind: 'import' };
/** An attachment of a resource; `vanished` when the resource is. */
export type ArchivedAttachment = Archived &
  Stated<AttachmentLine> & { kind: 'attachment'; vanished: boolean };
export type ArchivedDocument = ArchivedImport | ArchivedAttachment;

/**
 * Reads what the archive holds of a person. Vanished resources are among it, marked.
 *
 * @throws BlueButtonError `archive-damaged` when a file the state depends on is missing or unreadable.
 */
export async function readState(archive: Archive, person: PersonFolder): Promise<ArchiveState> {
  const folds: FoldedSource[] = [];
  for (const source of person.sources) folds.push({ source, fold: await foldSource(archive, source) });
  return stateOfFolds(archive, folds);
}

/** A source and what its bags add up to. */
export interface FoldedSource {
  source: SourceFolder;
  fold: Fold;
}

/** The state of sources that are folded already. */
export function stateOfFolds(archive: Archive, folds: readonly FoldedSource[]): ArchiveState {
  return {
    sources: folds.map(({ source: { folder, description, bags }, fold: { ledger } }) => ({
      folder,
      description,
      bags,
      ...(ledger === undefined ? {} : { ledger }),
    })),
    documents: folds.flatMap(({ source, fold }) =>
      [...fold.documents.values()]
        .filter(({ line }) => standingOf(line, fold) !== 'renumbered')
        .map((held) => archivedDocument(archive, source.folder, held, fold)),
    ),
    async *resources() {
      for (const { source, fold } of folds) yield* resourcesOf(archive, source.folder, fold);
    },
    async *referred() {
      for (const { source, fold } of folds) {
        if (source.description.kind !== 'portal') continue;
        for await (const version of referredVersions(archive, fold, source.description.baseUrl))
          yield { ...version, source: source.folder };
      }
    },
  };
}

function archivedDocument(
  archive: Archive,
  source: string,
  held: HeldDocument,
  fold: Fold,
): ArchivedDocument {
  const { path, line } = held;
  const read = (): Promise<Buffer> => readDocument(archive, path, line);
  const open = (): Promise<StoredBytes> => openDocument(archive, path, line);
  const { change: _change, held: _held, ...stated } = line;
  if (!('resource' in stated)) return { ...stated, kind: 'import', source, path, read, open };
  const vanished = standingOf(line, fold) === 'vanished';
  return { ...stated, kind: 'attachment', source, path, vanished, read, open };
}

/** Whether the portal still gives the resource that names a document; undefined for an import. */
function standingOf(line: DocumentLine, fold: Fold): HeldResource['standing'] | undefined {
  if (!('resource' in line)) return undefined;
  return fold.resources.get(`${line.resource.resourceType}/${line.resource.id}`)?.standing;
}

async function readDocument(archive: Archive, path: string, line: DocumentLine): Promise<Buffer> {
  const bytes = await readFile(join(archive.directory, path)).catch((thrown: unknown) => {
    throw missing(path, thrown);
  });
  if (sha256Of(bytes) !== line.sha256) throw damage(path, 'Its bytes are not the ones that were stored.');
  return bytes;
}

const mostInMemory = 64 * 1024 * 1024;

async function openDocument(archive: Archive, path: string, line: DocumentLine): Promise<StoredBytes> {
  if (line.bytes <= mostInMemory) return memoryBytes(await readDocument(archive, path, line));
  await proveStored(archive, path, line.sha256);
  return fileBytes(join(archive.directory, path), line.bytes);
}

/**
 * Proves that a document lies in the archive as it was stored. `path` is relative to it.
 *
 * @throws BlueButtonError `archive-damaged` when it does not.
 */
export async function proveStored(archive: Archive, path: string, sha256: string): Promise<void> {
  const found = await sha256OfFile(join(archive.directory, path)).catch((thrown: unknown) => {
    throw missing(path, thrown);
  });
  if (found !== sha256) throw damage(path, 'Its bytes are not the ones that were stored.');
}

async function* resourcesOf(archive: Archive, source: string, fold: Fold): AsyncGenerator<ArchivedResource> {
  for (const [path, wanted] of byFile(fold.resources.values())) {
    try {
      for await (const { number, bytes } of readLines(join(archive.directory, path))) {
        const sha256 = sha256Of(bytes);
        const held = wanted.get(sha256);
        if (held === undefined || !wanted.delete(sha256)) continue;
        const { resourceType, id, fhirVersion, standing, goneIn } = held;
        const asOf = lastSaid(held, fold);
        yield {
          source,
          resourceType,
          id,
          sha256,
          path,
          fhirVersion,
          line: number,
          text: bytes.toString('utf8'),
          vanished: standing === 'vanished',
          ...(standing === 'vanished' && goneIn !== undefined && { goneIn }),
          ...(asOf !== undefined && { asOf }),
        };
      }
    } catch (thrown) {
      throw missing(path, thrown);
    }
    const [lost] = wanted.values();
    if (lost !== undefined) throw damage(path, `${lost.resourceType}/${lost.id} is not as it was stored.`);
  }
}

/** When the portal last said what a resource says, where its last pull did not bring an answer to that. */
function lastSaid({ query, resourceType, id }: HeldResource, { ledger, answered }: Fold): string | undefined {
  const row = ledger?.rows.find((each) => each.query === query);
  // The type was asked for in other words, and all of it came.
  if (ledger && row === undefined && !isByReference(query) && provenBy(ledger.rows).has(resourceType))
    return undefined;
  const cameById = isByReference(query) && row?.outcome === 'refused';
  const isMissing = row?.missing.some((item) => item.startsWith(`${resourceType}/${id} `)) ?? true;
  if (row !== undefined && (isAnswered(row) || (cameById && !isMissing))) return undefined;
  return answered.get(query);
}

/** The current lines of each file by their hash, in the order of types and bags. Files without any are not read. */
function byFile(resources: Iterable<HeldResource>): [string, Map<string, HeldResource>][] {
  const files = new Map<string, { type: string; wanted: Map<string, HeldResource> }>();
  for (const held of resources) {
    // Its content is current under the new id.
    if (held.standing === 'renumbered') continue;
    const file = files.get(held.path) ?? { type: held.resourceType, wanted: new Map<string, HeldResource>() };
    file.wanted.set(held.sha256, held);
    files.set(held.path, file);
  }
  return [...files]
    .toSorted(([, one], [, other]) => (one.type === other.type ? 0 : one.type < other.type ? -1 : 1))
    .map(([path, { wanted }]) => [path, wanted]);
}
