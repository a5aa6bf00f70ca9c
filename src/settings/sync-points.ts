import { join } from 'node:path';
import * as v from 'valibot';
import type { Places } from './places.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

const instant = v.pipe(v.string(), v.isoTimestamp());

const syncSchema = v.object({
  /** The newest bags of the source when this was noted: of another history, nothing here is true. */
  head: v.string(),
  /** Pulls since the last that asked for everything. */
  sinceFull: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** When the portal last made a summary document. */
  ccd: v.exactOptional(instant),
  /** By query. */
  queries: v.record(
    v.string(),
    v.object({
      /** The latest update seen, by the portal's clock; absent when the query cannot be asked since an instant. */
      latest: v.exactOptional(instant),
      /** When it was last asked and answered in full, by the portal's clock. */
      asked: v.exactOptional(instant),
      /** Whether `_lastUpdated` told the truth: `proven` once a full pull found nothing that it would have missed. */
      trust: v.picklist(['untried', 'proven', 'broken']),
    }),
  ),
});

const fileSchema = v.object({
  schema: v.literal('bluebutton/sync-points/1'),
  /** By the archive's folder, then by the source's path in it. */
  archives: v.record(v.string(), v.record(v.string(), syncSchema)),
});

/** How far the pulls of one source of an archive have come. */
export type SyncPoints = v.InferOutput<typeof syncSchema>;

/**
 * How far the pulls of a source have come; undefined when nothing is known. A file that cannot be understood counts as
 * none: the next pull asks for everything and writes it anew.
 *
 * @throws BlueButtonError `failed` when the system refuses to read it.
 */
export async function readSyncPoints(
  places: Places,
  archive: string,
  source: string,
): Promise<SyncPoints | undefined> {
  return (await readAll(places))[archive]?.[source];
}

/** @throws BlueButtonError `failed` when the system refuses to write it. */
export async function writeSyncPoints(
  places: Places,
  archive: string,
  source: string,
  points: SyncPoints,
): Promise<void> {
  const archives = await readAll(places);
  await writeAll(places, { ...archives, [archive]: { ...archives[archive], [source]: points } });
}

/** Drops what is known of a source that is no longer in an archive. @throws BlueButtonError `failed` as above. */
export async function forgetSyncPoints(places: Places, archive: string, source: string): Promise<void> {
  const archives = await readAll(places);
  const { [source]: gone, ...others } = archives[archive] ?? {};
  if (gone !== undefined) await writeAll(places, { ...archives, [archive]: others });
}

type Archives = v.InferOutput<typeof fileSchema>['archives'];

async function writeAll(places: Places, archives: Archives): Promise<void> {
  const text = JSON.stringify({ schema: 'bluebutton/sync-points/1', archives }, null, 2);
  await writePrivateFile(fileIn(places), `${text}\n`);
}

async function readAll(places: Places): Promise<Archives> {
  const text = await readPrivateFile(fileIn(places));
  if (text === undefined) return {};
  try {
    return v.parse(fileSchema, JSON.parse(text)).archives;
  } catch {
    return {};
  }
}

function fileIn({ state }: Places): string {
  return join(state, 'sync-points.json');
}
