import { headOf, listPeople, openArchive, type Archive, type Outcome } from '../archive/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import { isObject, parseJson } from '../json/index.ts';
import { isByReference, isGenerated, type Ledger, type Pulled } from '../model/index.ts';
import { updatedAt, type PlanOptions, type SearchSeen } from '../portal/index.ts';
import { placesOf, readSyncPoints, writeSyncPoints, type SyncPoints } from '../settings/index.ts';
import { archiveFor } from './archive-person.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context } from './context.ts';

/** So many pulls ask for what is new only, at most, before one asks for everything again. */
const fullEvery = 10;

const day = 24 * 60 * 60 * 1000;
/** What was updated before the last pull may have become visible after it: an instant is passed by this much. */
const overlap = 2 * day;
const month = 30 * day;

/** Where a record is kept: the one patient of one portal. */
export interface SyncedSource {
  baseUrl: string;
  patientId: string;
}

/**
 * What earlier pulls of this source leave to be asked: by query, since when, where the portal has shown that what it
 * says of updates is true; and whether a new summary document is due. Everything is asked with `--full`, every tenth
 * time, and where the archive is not as the last pull left it (another computer wrote to it, or an older copy was put
 * back).
 */
export async function planOptions(
  source: SyncedSource,
  vendor: string | undefined,
  input: CommandInput,
  context: Context,
): Promise<{ plan: PlanOptions; points: SyncPoints | undefined }> {
  const points = await pointsOf(source, input, context);
  const now = context.now().getTime();
  const isFull =
    flagOption(input, 'full') || flagOption(input, 'everything') || (points?.sinceFull ?? 0) >= fullEvery - 1;
  const plan = {
    vendor,
    everything: flagOption(input, 'everything'),
    ccd: flagOption(input, 'ccd') || points?.ccd === undefined || now - Date.parse(points.ccd) > month,
    since: isFull ? {} : boundsOf(points),
  };
  return { plan, points };
}

/** By query: since when alone it need be asked, where that has proven to lose nothing. */
export function boundsOf(points: SyncPoints | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(points?.queries ?? {}).flatMap(([query, { latest, trust }]) =>
      trust === 'proven' && latest !== undefined ? [[query, boundBefore(latest)]] : [],
    ),
  );
}

function boundBefore(latest: string): string {
  return new Date(Date.parse(latest) - overlap).toISOString().replace(/\.\d+Z$/, 'Z');
}

async function pointsOf(
  source: SyncedSource,
  input: CommandInput,
  context: Context,
): Promise<SyncPoints | undefined> {
  try {
    const archive = await openArchive(await archiveFor(input, context));
    const found = await find(archive, source);
    const points = found && (await readSyncPoints(placesOf(context.env), archive.directory, found.path));
    return points?.head === found?.head ? points : undefined;
  } catch (thrown) {
    // What keeps the archive from being read is told when the pull opens it, with what to do.
    if (thrown instanceof BlueButtonError) return undefined;
    throw thrown;
  }
}

async function find(
  archive: Archive,
  { baseUrl, patientId }: SyncedSource,
): Promise<{ path: string; head: string } | undefined> {
  const sources = (await listPeople(archive)).flatMap((person) => person.sources);
  const found = sources.find(
    ({ description }) =>
      description.kind === 'portal' && description.baseUrl === baseUrl && description.patientId === patientId,
  );
  return found && { path: found.path, head: await headOf(archive, found) };
}

/** Watches a pull, so that the next one can ask for what is new only; and finds out whether that may be trusted. */
export class SyncWatch {
  readonly #before: SyncPoints | undefined;
  readonly #seen = new Map<string, SearchSeen>();
  /**
   * Queries for which something new or changed came that says it was updated well before the query was last asked: what
   * the portal says of updates cannot be relied on.
   */
  readonly #missed = new Set<string>();

  constructor(before: SyncPoints | undefined) {
    this.#before = before;
  }

  readonly searched = (seen: SearchSeen): void => {
    this.#seen.set(seen.query, seen);
  };

  /** Told what the archive made of each item. */
  kept(item: Pulled, outcome: Outcome): void {
    if (item.kind !== 'resource' || (outcome !== 'new' && outcome !== 'changed')) return;
    const { latest, asked = latest } = this.#before?.queries[item.query] ?? {};
    if (asked === undefined || !item.query.startsWith(`${item.resourceType}?`)) return;
    const resource = parseJson(item.text);
    const updated = isObject(resource) ? updatedAt(resource['meta']) : undefined;
    if (updated === undefined || updated < Date.parse(boundBefore(asked))) this.#missed.add(item.query);
  }

  /** What to note once the pull is kept. */
  points(head: string, { rows, started }: Ledger, now: Date): SyncPoints {
    const before = this.#before;
    // What was named and did not come for the moment comes again only with what names it.
    const isWhole = rows.every(
      ({ query, outcome }) =>
        !(query === 'attachments' || isByReference(query)) ||
        (outcome !== 'failed' && outcome !== 'truncated'),
    );
    const queries = { ...before?.queries };
    for (const row of rows) {
      const seen = this.#seen.get(row.query);
      if (seen === undefined || row.pages === 0) continue;
      const earlier = before?.queries[row.query];
      const trust = this.#trustOf(seen, row.since !== undefined);
      const latest = isWhole
        ? latestOf(seen, earlier?.latest, row.since !== undefined, started)
        : earlier?.latest;
      queries[row.query] = {
        trust,
        ...(latest !== undefined && { latest }),
        asked: seen.serverDate ?? started,
      };
    }
    const made = rows.find(({ query, outcome }) => isGenerated(query) && outcome !== 'not-asked');
    const ccd = made !== undefined && made.outcome !== 'failed' ? now.toISOString() : before?.ccd;
    const isFull = rows.every(({ since }) => since === undefined);
    return {
      head,
      sinceFull: isFull ? 0 : (before?.sinceFull ?? 0) + 1,
      ...(ccd !== undefined && { ccd }),
      queries,
    };
  }

  #trustOf({ query, honoured, allDated }: SearchSeen, wasSince: boolean): 'untried' | 'proven' | 'broken' {
    const earlier = this.#before?.queries[query];
    if (earlier?.trust === 'broken' || honoured === false || this.#missed.has(query)) return 'broken';
    if (wasSince) return 'proven';
    return allDated && earlier?.latest !== undefined ? 'proven' : 'untried';
  }
}

/** A clock that runs ahead in `meta.lastUpdated` must not carry the next pull past what is yet to come. */
function latestOf(
  { latest, serverDate, allDated }: SearchSeen,
  earlier: string | undefined,
  wasSince: boolean,
  started: string,
): string | undefined {
  const newest = [latest, wasSince ? earlier : undefined]
    .filter((one) => one !== undefined)
    .toSorted()
    .at(-1);
  if (!allDated || newest === undefined) return undefined;
  const clock = serverDate ?? started;
  return newest < clock ? newest : clock;
}

/** Notes how far a pull has come. What was pulled is safe by then, whatever comes of the note. */
export async function noteSync(
  watch: SyncWatch,
  source: SyncedSource,
  archive: Archive,
  ledger: Ledger,
  { env, now }: Context,
): Promise<void> {
  const found = await find(archive, source);
  if (found === undefined) return;
  await writeSyncPoints(
    placesOf(env),
    archive.directory,
    found.path,
    watch.points(found.head, ledger, now()),
  );
}
