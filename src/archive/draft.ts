import { randomUUID } from 'node:crypto';
import { rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { BlueButtonError } from '../errors/index.ts';
import type { Archive } from './archive.ts';
import { BagWriter } from './bag-writer.ts';
import type { Tag } from './bagit.ts';
import { bagFolderName, headsOf, linkTo, type Bag } from './chain.ts';
import { sha256Of } from './digest.ts';
import { documentName } from './document-name.ts';
import type { StoredBytes } from './file-bytes.ts';
import { makeDirectory, syncDirectory, writeDurably } from '../disk/index.ts';
import type { Filing } from './filing.ts';
import type { Lock } from './lock.ts';
import { sourceFile } from './source-file.ts';
import { storageError } from './storage-error.ts';

/** Where a document's bytes are, as a line of `documents.ndjson` says it. */
export interface KeptBytes {
  sha256: string;
  bytes: number;
  path: string;
  held?: 'earlier';
}

/**
 * A bag being built under `.staging/`, in the folders it will have. One rename of the outermost new folder (person,
 * source or bag) puts it into the archive, so the archive is always the old one or the new one.
 */
export class Draft {
  readonly #archive: Archive;
  readonly #lock: Lock;
  readonly #filing: Filing;
  readonly #software: string;
  readonly #begun: Date;
  readonly #staging: string;
  readonly #sequence: number;
  readonly #folder: string;
  readonly #heads: Bag[];
  readonly #kept = new Map<string, string>();
  readonly #writer: BagWriter;

  constructor(archive: Archive, lock: Lock, filing: Filing, software: string, begun: Date) {
    const bags = filing.existing?.bags ?? [];
    this.#archive = archive;
    this.#lock = lock;
    this.#filing = filing;
    this.#software = software;
    this.#begun = begun;
    this.#heads = headsOf(bags);
    this.#sequence = Math.max(0, ...bags.map((bag) => bag.sequence)) + 1;
    this.#folder = bagFolderName(this.#sequence, begun);
    this.#staging = join(archive.directory, '.staging', randomUUID());
    this.#writer = new BagWriter(join(this.#staging, filing.person, filing.source, this.#folder));
  }

  /** Adds a line to a payload file; `path` is relative to `data/`. An empty text makes the file. */
  async append(path: string, text: string): Promise<void> {
    await this.attempt(() => this.#writer.append(`data/${path}`, text));
  }

  /** Adds a whole payload file; `path` is relative to `data/`. */
  async add(path: string, bytes: Uint8Array): Promise<void> {
    await this.attempt(() => this.#writer.add(`data/${path}`, bytes));
  }

  /**
   * Keeps a document's bytes (`sha256` is theirs), unless the source has them already.
   *
   * @param earlier Path, relative to the archive, of documents in earlier bags by SHA-256.
   */
  async keep(
    document: {
      title: string | undefined;
      date: string | undefined;
      mediaType: string;
      sha256: string;
      content: StoredBytes;
    },
    earlier: ReadonlyMap<string, string>,
  ): Promise<KeptBytes> {
    const { sha256, content } = document;
    const bytes = content.size;
    const before = earlier.get(sha256);
    if (before !== undefined) {
      const source = `${this.#filing.person}/${this.#filing.source}/`;
      return { sha256, bytes, path: `../${before.slice(source.length)}`, held: 'earlier' };
    }
    const path = this.#kept.get(sha256) ?? `documents/${documentName(document)}`;
    if (!this.#kept.has(sha256)) await this.#copy(path, content, sha256);
    this.#kept.set(sha256, path);
    return { sha256, bytes, path: `data/${path}` };
  }

  /** What is kept is what was read: a file that changes in between is not. */
  async #copy(path: string, content: StoredBytes, sha256: string): Promise<void> {
    await this.attempt(async () => {
      if ((await this.#writer.copy(`data/${path}`, content.stream())) === sha256) return;
      throw new BlueButtonError('failed', 'A file changed while it was being kept.', {
        why: 'Its bytes are no longer the ones that were read.\nNothing in the archive was changed.',
        try: 'the same command again, once nothing writes to the file',
      });
    });
  }

  /** The folder of the bag as it is so far, for reading back what was added. */
  async folder(): Promise<string> {
    await this.attempt(() => this.#writer.flush());
    return join(this.#staging, this.#filing.person, this.#filing.source, this.#folder);
  }

  /** Puts the bag into the archive and returns its path there. */
  async commit(): Promise<string> {
    const { person, source, existing, isNewPerson } = this.#filing;
    const path = `${person}/${source}/${this.#folder}`;
    await this.attempt(async () => {
      await this.#writer.seal(await this.#tags());
      if (existing === undefined) await this.#writeSourceFile();
      const outermost = isNewPerson ? person : existing === undefined ? `${person}/${source}` : path;
      const target = join(this.#archive.directory, outermost);
      await this.#lock.check();
      await rename(join(this.#staging, outermost), target);
      await syncDirectory(dirname(target));
    });
    await this.#clear();
    return path;
  }

  /** Gives the bag up: nothing of it stays. */
  async discard(): Promise<void> {
    await this.#writer.close().catch(() => undefined);
    await this.#clear();
  }

  /** Does a step of the work; when it fails the draft is discarded and the error says so in words. */
  async attempt<Result>(step: () => Promise<Result>): Promise<Result> {
    try {
      return await step();
    } catch (thrown) {
      await this.discard();
      throw storageError(thrown, 'The archive could not be written.');
    }
  }

  async #tags(): Promise<Tag[]> {
    const links: Tag[] = [];
    for (const head of this.#heads) {
      const { folder, sha256 } = await linkTo(this.#archive, head);
      links.push(['Previous-Bag', `${folder} ${sha256}`]);
    }
    return [
      ['Source-Organization', this.#filing.existing?.description.name ?? this.#filing.description.name],
      ['External-Identifier', this.#filing.person],
      ['Bagging-Date', this.#begun.toISOString().slice(0, 10)],
      ['Bag-Software-Agent', this.#software],
      ['Bag-Sequence', String(this.#sequence)],
      ['Source-File', this.#filing.existing?.sha256 ?? sha256Of(this.#sourceText())],
      ...links,
    ];
  }

  /** Parsing drops whatever else the caller's objects carry: the archive holds no secrets. */
  #sourceText(): string {
    return `${JSON.stringify(v.parse(sourceFile, this.#filing.description), null, 2)}\n`;
  }

  async #writeSourceFile(): Promise<void> {
    const person = join(this.#staging, this.#filing.person);
    const source = join(person, this.#filing.source);
    await makeDirectory(source);
    await writeDurably(join(source, 'source.json'), this.#sourceText());
    await syncDirectory(source);
    await syncDirectory(person);
  }

  /** What cannot be cleared away now, the next writer does. */
  async #clear(): Promise<void> {
    await rm(this.#staging, { recursive: true, force: true }).catch(() => undefined);
    await rmdir(dirname(this.#staging)).catch(() => undefined);
  }
}
