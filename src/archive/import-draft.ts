import type { PersonIdentity } from '../model/index.ts';
import type { Archive } from './archive.ts';
import { documentKey, type ImportLine } from './document-file.ts';
import { Draft } from './draft.ts';
import type { StoredBytes } from './file-bytes.ts';
import { fileUnder } from './filing.ts';
import { foldSource } from './fold.ts';
import type { Lock } from './lock.ts';

/** Whose files are imported. */
export interface ImportSubject {
  /** The person's folder in the archive, or a name to make one by; without it a new person is made. */
  person?: string;
  /** What the first of the files says of the person. */
  identity: PersonIdentity;
  /** Name and version of the program, for `bag-info.txt`. */
  software: string;
  now: () => Date;
}

/** A file to keep. */
export interface ImportedFile {
  /** SHA-256 of the bytes. */
  sha256: string;
  content: StoredBytes;
  name: string;
  mediaType: string;
  /** What it was read as, e.g. `FHIR R4 JSON`. */
  format: string;
  /** The day or instant it speaks of, as it states it. */
  asOf?: string;
  /** For a file about several patients: which of them this person is. */
  patient?: string;
  /** What it says of the person; absent when nothing. */
  person?: PersonIdentity;
  /** Who made it, as it says itself. */
  producer?: string;
  /** The identity it gives itself, with its version. */
  documentId?: string;
  /** For what is kept without being read. */
  document?: { title: string; date?: string };
}

export interface ImportResult {
  /** The new bag, relative to the archive; absent when every file was there already. */
  bag?: string;
  counts: { new: number; unchanged: number };
}

/**
 * Begins to keep imported files. At most one draft may be open under a lock.
 *
 * @throws BlueButtonError `other-person` when the files are about somebody else than the person named,
 * `archive-damaged` when the history of the person's files cannot be read.
 */
export async function beginImport(
  archive: Archive,
  lock: Lock,
  subject: ImportSubject,
): Promise<ImportDraft> {
  const filing = await fileUnder(archive, subject.person, {
    schema: 'bluebutton/source/1',
    kind: 'files',
    name: 'files',
    person: subject.identity,
  });
  const fold = filing.existing === undefined ? undefined : await foldSource(archive, filing.existing);
  const draft = new Draft(archive, lock, filing, subject.software, subject.now());
  return new ImportDraft(draft, new Set(fold?.documents.keys()), fold?.bytes ?? new Map());
}

/** Files being kept in one bag: `add` each, then `finish`, or `discard`. An error discards it. */
export class ImportDraft {
  readonly #draft: Draft;
  readonly #known: Set<string>;
  readonly #bytes: ReadonlyMap<string, string>;
  readonly #counts = { new: 0, unchanged: 0 };

  constructor(draft: Draft, known: Set<string>, bytes: ReadonlyMap<string, string>) {
    this.#draft = draft;
    this.#known = known;
    this.#bytes = bytes;
  }

  /** Keeps a file as it is, once: the same bytes for the same patient are `unchanged`. */
  async add(file: ImportedFile): Promise<'new' | 'unchanged'> {
    const { sha256, content, ...stated } = file;
    const { name, mediaType, asOf, document } = stated;
    const key = documentKey({
      ...stated,
      change: 'new',
      sha256,
      bytes: content.size,
      path: '',
    });
    const outcome = this.#known.has(key) ? 'unchanged' : 'new';
    this.#counts[outcome] += 1;
    if (outcome === 'unchanged') return outcome;
    this.#known.add(key);
    const naming = { title: document?.title ?? name, date: document?.date ?? asOf, mediaType };
    const kept = await this.#draft.keep({ ...naming, sha256, content }, this.#bytes);
    const line: ImportLine = { change: 'new', ...stated, ...kept };
    await this.#draft.append('documents.ndjson', `${JSON.stringify(line)}\n`);
    return outcome;
  }

  async finish(): Promise<ImportResult> {
    if (this.#counts.new > 0) return { bag: await this.#draft.commit(), counts: this.#counts };
    await this.#draft.discard();
    return { counts: this.#counts };
  }

  async discard(): Promise<void> {
    await this.#draft.discard();
  }
}
