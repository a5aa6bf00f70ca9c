import * as v from 'valibot';
import { BlueButtonError } from '../errors/index.ts';
import type {
  Ledger,
  LedgerRow,
  PersonIdentity,
  Pulled,
  PulledDocument,
  PulledResource,
} from '../model/index.ts';
import type { Archive } from './archive.ts';
import { resourceTypeName, type ChangeLine } from './change-file.ts';
import { sha256Of } from './digest.ts';
import { documentKey, type AttachmentLine } from './document-file.ts';
import { Draft } from './draft.ts';
import { fileUnder } from './filing.ts';
import { memoryBytes } from './file-bytes.ts';
import { foldSource, resourceFile, type Fold, type HeldResource } from './fold.ts';
import { ledgerFile } from './ledger-file.ts';
import type { Lock } from './lock.ts';
import { renumberedResources } from './renumbering.ts';
import { isSameResource } from './same-resource.ts';
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
  return new PullDraft(archive, draft, fold, subject.portal.baseUrl);
}

/** A pull being kept: `add` everything it brings, then `finish`, or `discard`. An error discards it. */
export class PullDraft {
  readonly #draft: Draft;
  readonly #fold: Fold;
  readonly #stored: StoredResources;
  readonly #baseUrl: string;
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

  constructor(archive: Archive, draft: Draft, fold: Fold, baseUrl: string) {
    this.#draft = draft;
    this.#fold = fold;
    this.#baseUrl = baseUrl;
    this.#stored = new StoredResources(archive);
  }

  /** Keeps what is new about a resource or attachment. Of one that comes twice in a pull the first stays. */
  async add(item: Pulled): Promise<Outcome> {
    const outcome = await this.#draft.attempt(() =>
      item.kind === 'resource' ? this.#addResource(item) : this.#addDocument(item),
    );
    const tally = this.#tallies.get(item.query) ?? { new: 0, changed: 0, unchanged: 0, repeated: 0 };
    tally[outcome] += 1;
    this.#tallies.set(item.query, tally);
    return outcome;
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
      const isSame = held.sha256 === sha256 || isSameResource(await this.#stored.textOf(held), text);
      outcome = isSame ? 'unchanged' : 'changed';
      if (isSame) sha256 = held.sha256;
    }
    this.#counts[outcome] += 1;
    const isBack = held !== undefined && held.standing !== 'given';
    if (outcome === 'new' || isBack) this.#fresh.push(key);
    if (outcome !== 'unchanged') {
      const path = resourceFile(resourceType);
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
    if (held !== undefined && held.line.sha256 === sha256) return 'unchanged';
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

  /** Notes what is gone, vanished or renumbered, and returns the names of what vanished. */
  async #noteGone(rows: readonly LedgerRow[]): Promise<string[]> {
    const held = [...this.#fold.resources.values()];
    const gone = vanishedResources(held, this.#seen, rows);
    // Gone now, earlier, or not proven to be gone at all: what is there under another id is not lost.
    const unseen = held.filter(
      (resource) => resource.standing !== 'renumbered' && !this.#seen.has(nameOf(resource)),
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

/** What a portal did not answer, or not in full, as one text. */
function unanswered({ rows }: Ledger): string {
  return JSON.stringify(
    rows
      .filter((row) => (row.outcome !== 'complete' && row.outcome !== 'empty') || row.missing.length > 0)
      .map((row) => [row.query, row.outcome, ...row.missing.toSorted()].join('\n'))
      .toSorted(),
  );
}
