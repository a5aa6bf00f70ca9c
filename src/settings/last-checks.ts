import { join } from 'node:path';
import * as v from 'valibot';
import type { Places } from './places.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

/** By the archive's folder, then by the source's path in it (`jane-doe/medicare`): instants, ISO 8601 in UTC. */
const fileSchema = v.object({
  schema: v.literal('bluebutton/last-checks/1'),
  checks: v.record(v.string(), v.record(v.string(), v.string())),
});

type Checks = v.InferOutput<typeof fileSchema>['checks'];

/**
 * When the sources of an archive were last pulled to the end, also where nothing new came and no bag tells of it. A
 * file that cannot be understood counts as none: the next pull writes it anew.
 *
 * @throws BlueButtonError `failed` when the system refuses to read it.
 */
export async function readLastChecks(
  places: Places,
  archive: string,
): Promise<Readonly<Record<string, string>>> {
  return (await readChecks(places))[archive] ?? {};
}

/** @throws BlueButtonError `failed` when the system refuses to write it. */
export async function writeLastCheck(
  places: Places,
  archive: string,
  source: string,
  instant: string,
): Promise<void> {
  const checks = await readChecks(places);
  await writeChecks(places, { ...checks, [archive]: { ...checks[archive], [source]: instant } });
}

/** Drops what is known of a source that is no longer in an archive. @throws BlueButtonError `failed` as above. */
export async function forgetLastCheck(places: Places, archive: string, source: string): Promise<void> {
  const checks = await readChecks(places);
  const { [source]: gone, ...others } = checks[archive] ?? {};
  if (gone !== undefined) await writeChecks(places, { ...checks, [archive]: others });
}

async function writeChecks(places: Places, checks: Checks): Promise<void> {
  const text = JSON.stringify({ schema: 'bluebutton/last-checks/1', checks }, null, 2);
  await writePrivateFile(fileIn(places), `${text}\n`);
}

async function readChecks(places: Places): Promise<Checks> {
  const text = await readPrivateFile(fileIn(places));
  if (text === undefined) return {};
  try {
    return v.parse(fileSchema, JSON.parse(text)).checks;
  } catch {
    return {};
  }
}

function fileIn({ state }: Places): string {
  return join(state, 'last-checks.json');
}
