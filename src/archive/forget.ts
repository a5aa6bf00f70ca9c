import { randomUUID } from 'node:crypto';
import { lstat, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeDirectory, syncDirectory } from '../disk/index.ts';
import { BlueButtonError, shellWord } from '../errors/index.ts';
import type { Archive } from './archive.ts';
import { dropAnswers } from './broken-off-pull.ts';
import { bagFolder } from './chain.ts';
import type { Lock } from './lock.ts';
import type { PersonFolder, SourceFolder } from './people.ts';
import { readingProblem, storageError } from './storage-error.ts';

/** What `forget` takes out of an archive. */
export interface ForgetPlan {
  /** The outermost folder that goes, relative to the archive: a person's, or that of one source. */
  path: string;
  sources: SourceFolder[];
}

/**
 * Works out what goes with a person, or with one source of theirs (its folder's name). The last source takes the
 * person's folder along.
 *
 * @throws BlueButtonError `usage` when something lies there that is not the archive's own, so that nothing is deleted
 * unseen, or when a folder is a link: what it leads to would stay.
 */
export async function planForgetting(
  archive: Archive,
  person: PersonFolder,
  source?: SourceFolder,
): Promise<ForgetPlan> {
  const sources = source === undefined ? person.sources : [source];
  const isAll = sources.length === person.sources.length;
  const plan = { path: isAll ? person.folder : (source?.path ?? person.folder), sources };
  if (isAll)
    await refuseForeign(archive, person.folder, (name) => sources.some(({ folder }) => folder === name));
  for (const { path } of sources)
    await refuseForeign(archive, path, (name) => name === 'source.json' || bagFolder.test(name));
  return plan;
}

/** Hidden files go along: they are what systems leave in folders. */
async function refuseForeign(
  archive: Archive,
  path: string,
  isOurs: (name: string) => boolean,
): Promise<void> {
  const place = join(archive.directory, path);
  const names = (await readdir(place)).filter((name) => !name.startsWith('.'));
  const foreign = names.filter((name) => !isOurs(name));
  if (foreign.length > 0) {
    throw new BlueButtonError('usage', `Not everything in ${path} is the archive's own.`, {
      why: `Nothing is deleted that was not written by this tool: ${foreign.map((name) => `${path}/${name}`).join(', ')}.`,
      try: `mv ${shellWord(join(place, foreign[0] ?? ''))} to another place, then the same command again`,
    });
  }
  for (const each of [place, ...names.map((name) => join(place, name))]) {
    if (!(await lstat(each)).isSymbolicLink()) continue;
    throw new BlueButtonError('usage', `${each} is a link.`, {
      why: 'What it leads to would stay where it is, and would only look forgotten.',
      try: `delete what ls -l ${shellWord(each)} shows, and the link`,
    });
  }
}

const staging = '.staging';

/**
 * Takes a plan's folder out of the archive, then deletes it. One rename into `.staging` does the first, so that at every
 * instant the archive is the one with it or the one without; what a kill leaves of it in `.staging` goes with the next
 * command that writes.
 *
 * @throws BlueButtonError `failed` when the disk refuses; the error says whether it is still in the archive.
 */
export async function forget(archive: Archive, lock: Lock, { path }: ForgetPlan): Promise<void> {
  const place = join(archive.directory, path);
  const aside = join(archive.directory, staging, randomUUID());
  try {
    await makeDirectory(aside);
    await lock.check();
    await dropAnswers(archive.directory);
    await rename(place, join(aside, basename(path)));
    await syncDirectory(dirname(place));
  } catch (thrown) {
    throw storageError(thrown, `${path} could not be taken out of the archive.`);
  }
  try {
    await rm(aside, { recursive: true, force: true });
    await rmdir(dirname(aside));
  } catch (thrown) {
    throw new BlueButtonError(
      'failed',
      `${path} is no longer in the archive, but not all of it is deleted.`,
      {
        why: readingProblem(thrown) ?? 'The system does not say why.',
        try: `rm -r ${shellWord(join(archive.directory, staging))}`,
        cause: thrown,
      },
    );
  }
}
