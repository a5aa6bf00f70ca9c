import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { BlueButtonError } from '../errors/index.ts';
import {
  isGenerated,
  type Ledger,
  type LedgerRow,
  type PersonIdentity,
  type Pulled,
  type PulledDocument,
  type PulledGenerated,
  type PulledResource,
} from '../model/index.ts';
import type { Archive } from './archive.ts';
import { resourceTypeName, type ChangeLine } from './change-file.ts';
import { sha256Of } from './digest.ts';
import { documentKey, type AttachmentLine } from './document-file.ts';
import { Draft } from './draft.ts';
import { fileUnder } from './filing.ts';
import { stableDocument } from './generated-document.ts';
import { memoryBytes } from './file-bytes.ts';
import { foldSource, type Fold, type HeldDocument, type HeldResource } from './fold.ts';
import { ledgerFile } from './ledger-file.ts';
import type { Lock } from './lock.ts';
import { renumberedResources } from './renumbering.ts';
import { isSameRelease, resourceFile } from './resource-file.ts';
import { isSameResource } from './same-resource.ts';
import { missing } from './stored-json.ts';
import { StoredResources } from './stored-resources.ts';
import { vanishedResources } from './vanished.ts';

/** What a pull is about. */
export interface PullSubject {
  /** The person's folder in the archive, or a name to make one by; without it a new person is made. */
  person?: string;
  /** What the portal says of the person. */
  identity: PersonIdentity;
  portal: { name: string; baseUrl: string; fhirVersion: string; patientId: string };
  /** Name and version of the program, for `bag-info.txt`. */
  software: string;
  now: () => Date;
}

/** What became of one thing pulled; `repeated`: it came before in the same pull. */
export type Outcome = 'new' | 'changed' | 'unchanged' | 'repeated';

export interface PullCounts {
  /** Resources; those that reappeared are also among `changed` or `unchanged`. */
  new: number;
  changed: number;
  unchanged: number;
  vanished: number;
  /** Those that came under new ids, which are among `new`. */
  renumbered: number;
  reappeared: number;
  /** Attachments that are new or have other bytes. */
  documents: number;
}

export interface PullResult {
  /** The new bag, relative to the archive; absent when there was nothing to keep. */
  bag?: string;
  counts: PullCounts;
  /** As given, with the archive's own counts. */
  ledger: Ledger;
}

/**
 * Begins to keep a pull. At most one draft may be open under a lock.
 *
 * @throws BlueButtonError `other-person` or `usage` when the record must not be filed there, `archive-damaged` when the
 * source's history cannot be read.
 */
export async function beginPull(archive: Archive, lock: Lock, subject: PullSubject): Promise<PullDraft> {
  const filing = await fileUnder(archive, subject.person, {
    schema: 'bluebutton/source/1',
    kind: 'portal',
    ...subject.portal,
    person: subject.identity,
  });
  const fold: Fold =
    filing.existing === undefined
      ? { resources: new Map(), documents: new Map(), bytes: new Map(), answered: new Map() }
      : await foldSource(archive, filing.existing);
  const draft = new Draft(archive, lock, filing, subject.software, subject.now());
  return new PullDraft(archive, draft, fold, subject.portal);
}

/** A pull being kept: `add` everything it brings, then `finish`, or `discard`. An error discards it. */
export class PullDraft {
  readonly #archive: Archive;
  readonly #draft: Draft;
  readonly #fold: Fold;
  readonly #stored: StoredResources;
  readonly #baseUrl: string;
  readonly #fhirVersion: string;
  readonly #seen = new Set<string>();
  /** What this pull wrote: resources by `Type/id`, attachments by their key. */
  readonly #written = new Map<string, Pick<HeldResource, 'resourceType' | 'id' | 'sha256' | 'path'>>();
  readonly #attached = new Map<string, string>();
  /** `Type/id` of the resources that were not given before: new, or back again. */
  readonly #fresh: string[] = [];
  readonly #tallies = new Map<string, Record<Outcome, number>>();
  readonly #counts: PullCounts = {
    new: 0,
    changed: 0,
    unchanged: 0,
    vanished: 0,
    renumbered: 0,
    reappeared: 0,
    documents: 0,
  };

  constructor(
    archive: Archive,
    draft: Draft,
    fold: Fold,
    { baseUrl, fhirVersion }: Pick<PullSubject['portal'], 'baseUrl' | 'fhirVersion'>,
  ) {
    this.#archive = archive;
    this.#draft = draft;
    this.#fold = fold;
    this.#baseUrl = baseUrl;
    this.#fhirVersion = fhirVersion;
    this.#stored = new StoredResources(archive);
  }

  /** Keeps what is new about a resource or attachment. Of one that comes twice in a pull the first stays. */
  async add(item: Pulled): Promise<Outcome> {
    if (item.kind === 'generated') return this.#addGenerated(item);
    const outcome = await this.#draft.attempt(() =>
      item.kind === 'resource' ? this.#addResource(item) : this.#addDocument(item),
    );
    this.#tally(item.query, outcome, 1);
    return outcome;
  }

  #tally(query: string, outcome: Outcome, count: number): void {
    const tally = this.#tallies.get(query) ?? { new: 0, changed: 0, unchanged: 0, repeated: 0 };
    tally[outcome] += count;
    this.#tallies.set(query, tally);
  }

  /** Keeps documents made for this pull, unless they say what the last ones made said: then nothing of them is kept. */
  async #addGenerated({ query, resources, documents }: PulledGenerated): Promise<Outcome> {
    const held = [...this.#fold.documents.values()].filter(
      ({ line }) => 'query' in line && line.query === query,
    );
    const last = await this.#draft.attempt(() =>
      Promise.all(held.slice(-documents.length).map((document) => this.#bytesOf(document))),
    );
    const isSame =
      documents.length > 0 &&
      documents.length === last.length &&
      documents.every(({ bytes }, index) => isSameDocument(bytes, last[index]));
    if (isSame) {
      this.#tally(query, 'unchanged', resources.length + documents.length);
      this.#counts.unchanged += resources.length;
      return 'unchanged';
    }
    for (const item of [...resources, ...documents]) await this.add(item);
    return 'new';
  }

  /**
   * Completes the bag and puts it in place. There is none when nothing is new, changed, vanished, renumbered or
   * reappeared and the portal left the same questions unanswered as before; the first pull of a source always makes one.
   */
  async finish(ledger: Ledger): Promise<PullResult> {
    return this.#draft.attempt(async () => {
      const vanished = await this.#noteGone(ledger.rows);
      const counted = { ...ledger, rows: this.#countedRows(ledger.rows), vanished };
      const result = { counts: this.#counts, ledger: counted };
      if (!this.#isNews(counted)) {
        await this.#draft.discard();
        return result;
      }
      await this.#draft.append('changes.ndjson', '');
      await this.#draft.append('documents.ndjson', '');
      await this.#draft.add(
        'ledger.json',
        Buffer.from(`${JSON.stringify(v.parse(ledgerFile, counted), null, 2)}\n`),
      );
      return { bag: await this.#draft.commit(), ...result };
    });
  }

  async discard(): Promise<void> {
    await this.#draft.discard();
  }

  async #addResource({ resourceType, id, text, query }: PulledResource): Promise<Outcome> {
    refuseUnkeepable(resourceType, text);
    const key = `${resourceType}/${id}`;
    if (this.#seen.has(key)) return 'repeated';
    this.#seen.add(key);
    const held = this.#fold.resources.get(key);
    let sha256 = sha256Of(text);
    let outcome: Outcome = 'new';
    if (held !== undefined) {
      // The same text in another release of FHIR is read by other rules: it is another statement.
      const isSame =
        isSameRelease(held.fhirVersion, this.#fhirVersion) &&
        (held.sha256 === sha256 || isSameResource(await this.#stored.textOf(held), text));
      outcome = isSame ? 'unchanged' : 'changed';
      if (isSame) sha256 = held.sha256;
    }
    this.#counts[outcome] += 1;
    const isBack = held !== undefined && held.standing !== 'given';
    if (outcome === 'new' || isBack) this.#fresh.push(key);
    if (outcome !== 'unchanged') {
      const path = resourceFile(resourceType, this.#fhirVersion);
      await this.#draft.append(path, `${text}\n`);
      if (this.#fold.resources.size > 0)
        this.#written.set(key, { resourceType, id, sha256, path: `data/${path}` });
    }
    if (isBack) {
      this.#counts.reappeared += 1;
      await this.#note({ change: 'reappeared', resourceType, id, sha256, query });
    } else if (outcome !== 'unchanged') {
      await this.#note({ change: outcome, resourceType, id, sha256, query });
    }
    return outcome;
  }

  async #addDocument(item: PulledDocument): Promise<Outcome> {
    const { query, resource, url, title, date, contentType: mediaType, bytes } = item;
    const stated = {
      resource,
      url,
      ...(title === undefined ? {} : { title }),
      ...(date === undefined ? {} : { date }),
      query,
      mediaType,
    };
    const key = documentKey({ ...stated, change: 'new', sha256: '', bytes: 0, path: '' });
    if (this.#seen.has(key)) return 'repeated';
    this.#seen.add(key);
    const sha256 = sha256Of(bytes);
    this.#attached.set(key, sha256);
    const held = this.#fold.documents.get(key);
    if (held !== undefined && (held.line.sha256 === sha256 || (await this.#saysSame(held, bytes))))
      return 'unchanged';
    const change = held === undefined ? 'new' : 'changed';
    const kept = await this.#draft.keep(
      { title, date, mediaType, sha256, content: memoryBytes(bytes) },
      this.#fold.bytes,
    );
    const line: AttachmentLine = { change, ...stated, ...kept };
    await this.#draft.append('documents.ndjson', `${JSON.stringify(line)}\n`);
    this.#counts.documents += 1;
    return change;
  }

  /** Whether an attachment is the document that is held, only made anew. */
  async #saysSame(held: HeldDocument, bytes: Uint8Array): Promise<boolean> {
    return stableDocument(bytes) !== undefined && isSameDocument(bytes, await this.#bytesOf(held));
  }

  async #bytesOf({ path }: HeldDocument): Promise<Uint8Array> {
    return readFile(join(this.#archive.directory, path)).catch((thrown: unknown) => {
      throw missing(path, thrown);
    });
  }

  /**
   * True when only a pull of everything will do, and only what was updated was asked for: something new says what
   * something held says that was not asked for, and the portal may have renumbered it; or the portal speaks another
   * release of FHIR than the last time.
   */
  async needsEverything(rows: readonly LedgerRow[]): Promise<boolean> {
    const partly = askedInPart(rows);
    const before = this.#fold.ledger?.fhirVersion ?? this.#fhirVersion;
    if (partly.size > 0 && !isSameRelease(before, this.#fhirVersion)) return true;
    const unseen = [...this.#fold.resources.values()].filter(
      (held) =>
        held.standing !== 'renumbered' && partly.has(held.resourceType) && !this.#seen.has(nameOf(held)),
    );
    return this.#draft.attempt(async () => (await this.#renamed(unseen)).size > 0);
  }

  /** Notes what is gone, vanished or renumbered, and returns the names of what vanished. */
  async #noteGone(rows: readonly LedgerRow[]): Promise<string[]> {
    const held = [...this.#fold.resources.values()];
    const gone = vanishedResources(held, this.#seen, rows);
    // Gone now, earlier, or not proven to be gone at all: what is there under another id is not lost.
    const partly = askedInPart(rows);
    const unseen = held.filter(
      (resource) =>
        resource.standing !== 'renumbered' &&
        !this.#seen.has(nameOf(resource)) &&
        !partly.has(resource.resourceType),
    );
    const renamed = await this.#renamed(unseen);
    for (const [name, to] of renamed) {
      const [resourceType = '', id = ''] = name.split('/');
      await this.#note({ change: 'renumbered', resourceType, id, to: to.slice(resourceType.length + 1) });
    }
    const lost = gone.filter((resource) => !renamed.has(nameOf(resource)));
    for (const { resourceType, id } of lost) await this.#note({ change: 'vanished', resourceType, id });
    const vanished = lost.map(nameOf);
    this.#counts.vanished = vanished.length;
    this.#counts.renumbered = [...renamed.values()].filter((name) => !this.#fold.resources.has(name)).length;
    return vanished;
  }

  async #renamed(unseen: readonly HeldResource[]): Promise<Map<string, string>> {
    const bag = new StoredResources({ directory: await this.#draft.folder() });
    const heldText = async (name: string): Promise<string | undefined> => {
      const held = this.#fold.resources.get(name);
      return held && this.#stored.textOf(held);
    };
    const heldAttachment = (key: string): string | undefined => this.#fold.documents.get(key)?.line.sha256;
    return renumberedResources(
      unseen.map(nameOf),
      this.#fresh,
      { textOf: heldText, attachmentOf: (name, pointer) => heldAttachment(`${name}#${pointer}`) },
      {
        textOf: async (name) => {
          const written = this.#written.get(name);
          return written ? bag.textOf(written) : heldText(name);
        },
        attachmentOf: (name, pointer) =>
          this.#attached.get(`${name}#${pointer}`) ?? heldAttachment(`${name}#${pointer}`),
      },
      this.#baseUrl,
    );
  }

  async #note(line: ChangeLine): Promise<void> {
    await this.#draft.append('changes.ndjson', `${JSON.stringify(line)}\n`);
  }

  #countedRows(rows: readonly LedgerRow[]): LedgerRow[] {
    const left = new Map(this.#tallies);
    const counted = rows.map((row) => {
      const tally = left.get(row.query) ?? { new: 0, changed: 0, unchanged: 0, repeated: 0 };
      left.delete(row.query);
      return { ...row, ...tally, returned: tally.new + tally.changed + tally.unchanged };
    });
    if (left.size === 0) return counted;
    throw new BlueButtonError('failed', 'The pull could not be kept.', {
      why: `Its ledger has no row for ${[...left.keys()].join(', ')}.`,
      try: 'This is a mistake in bluebutton: please report it.',
    });
  }

  #isNews(ledger: Ledger): boolean {
    const { vanished, renumbered, reappeared, documents, changed } = this.#counts;
    if (this.#counts.new + changed + vanished + renumbered + reappeared + documents > 0) return true;
    const last = this.#fold.ledger;
    return last === undefined || unanswered(last) !== unanswered(ledger);
  }
}

/** The types of which only what was updated since some instant was asked for. */
function askedInPart(rows: readonly LedgerRow[]): Set<string> {
  return new Set(rows.filter(({ since }) => since !== undefined).map(({ resourceType }) => resourceType));
}

/** Whether two documents are the same but for what changes whenever they are made. */
function isSameDocument(one: Uint8Array, other: Uint8Array | undefined): boolean {
  if (other === undefined) return false;
  const text = stableDocument(one);
  return text === undefined ? sha256Of(one) === sha256Of(other) : text === stableDocument(other);
}

function nameOf({ resourceType, id }: Pick<HeldResource, 'resourceType' | 'id'>): string {
  return `${resourceType}/${id}`;
}

/** Types name files and lines end at a line end: what breaks either is refused before it is written. */
function refuseUnkeepable(resourceType: string, text: string): void {
  if (resourceTypeName.test(resourceType) && !/[\n\r]/.test(text)) return;
  throw new BlueButtonError('failed', 'The pull could not be kept.', {
    why: 'A resource came without the name of a FHIR resource type, or on several lines.',
    try: 'This is a mistake in bluebutton: please report it.',
  });
}

/** What a portal did not answer, or not in full, as one text. A document that is not due is no open question. */
function unanswered({ rows }: Ledger): string {
  return JSON.stringify(
    rows
      .filter(({ query, outcome }) => !(isGenerated(query) && outcome === 'not-asked'))
      .filter((row) => (row.outcome !== 'complete' && row.outcome !== 'empty') || row.missing.length > 0)
      .map((row) => [row.query, row.outcome, ...row.missing.toSorted()].join('\n'))
      .toSorted(),
  );
}
