import { readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  makeDirectory,
  syncDirectory,
  takeLock,
  writeStreamDurably,
  type LockHolder,
} from '../disk/index.ts';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import type { Verification } from './report.ts';
import { storageError } from './storage-error.ts';
import { readTar } from './tar.ts';
import { verifyArchive } from './verify.ts';

/**
 * Makes an archive of an export (`exportArchive`), in a folder that is empty or not there yet. It is unpacked beside that
 * folder, proven, and renamed into place: at every instant the folder is as it was or the whole archive. What a kill leaves
 * beside it, `.NAME.restoring`, goes with the next attempt.
 *
 * @param check Called before each file; what it throws ends the work.
 * @returns What the check of the unpacked archive found.
 * @throws BlueButtonError `usage` when the folder holds something, `archive-damaged` when what comes is no whole archive or
 * has a path that leads out of it, `archive-busy` when another process restores there, `failed` when the disk refuses.
 */
export async function restoreArchive(
  pieces: AsyncIterable<Uint8Array>,
  directory: string,
  holder: LockHolder,
  check: () => void,
): Promise<Verification> {
  try {
    const target = await emptyPlace(directory);
    const beside = join(dirname(target), `.${basename(target)}.restoring`);
    await makeDirectory(dirname(target));
    const taken = await takeLock(`${beside}.lock`, holder);
    if ('heldBy' in taken) {
      throw new BlueButtonError('archive-busy', `Another bluebutton is restoring to ${directory}.`, {
        why: `It is process ${taken.heldBy.pid} on ${taken.heldBy.host}, since ${taken.heldBy.started}.`,
        try: `Wait until it is done. If it runs no more, delete ${beside}.lock.`,
      });
    }
    try {
      await rm(beside, { recursive: true, force: true });
      await unpack(pieces, beside, check);
      const found = await proven(beside);
      await replaceEmpty(target, beside);
      return found;
    } finally {
      await rm(beside, { recursive: true, force: true }).catch(() => undefined);
      await taken.lock.release();
    }
  } catch (thrown) {
    throw storageError(thrown, `The archive could not be restored to ${directory}.`);
  }
}

/** Where the folder is, links followed. */
async function emptyPlace(directory: string): Promise<string> {
  try {
    const target = await realpath(directory);
    if ((await readdir(target)).length === 0) return target;
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'ENOENT') return directory;
    throw thrown;
  }
  throw new BlueButtonError('usage', `${directory} is not empty.`, {
    why: 'An archive is restored to a folder of its own, so that nothing is overwritten or mixed.',
    try: 'the same command with --archive and a new or empty folder',
  });
}

async function unpack(pieces: AsyncIterable<Uint8Array>, to: string, check: () => void): Promise<void> {
  const folders = new Set([to]);
  await makeDirectory(to);
  const made = async (path: string): Promise<string> => {
    const folder = join(to, path);
    await makeDirectory(folder);
    for (let each = folder; !folders.has(each); each = dirname(each)) folders.add(each);
    return folder;
  };
  for await (const { path, kind, content } of readTar(pieces)) {
    check();
    const inside = insideOf(path);
    // Of a folder packed by hand: what a running writer has there is no part of the archive.
    if (inside === '' || /^\.(lock|staging)(\/|$)/.test(inside)) continue;
    if (kind === 'folder') await made(inside);
    else await writeMember(join(await made(dirname(inside)), basename(inside)), content, path);
  }
  for (const folder of folders) await syncDirectory(folder);
}

async function writeMember(place: string, content: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  try {
    await writeStreamDurably(place, content);
  } catch (thrown) {
    if (systemCodeOf(thrown) !== 'EEXIST') throw thrown;
    throw unfit(`It has ${JSON.stringify(path)} twice, or in capitals and small letters that are one here.`);
  }
}

/** A member's path without its first folder, which is the archive itself. */
function insideOf(path: string): string {
  const [first = '', ...rest] = path.split('/');
  const leadsOut =
    /^[A-Za-z]:|\\|\0/.test(path) || first === '' || [first, ...rest].includes('..') || rest.includes('');
  if (leadsOut) throw unfit(`It has the path ${JSON.stringify(path)}, which leads out of the archive.`);
  return rest.filter((segment) => segment !== '.').join('/');
}

function unfit(why: string): BlueButtonError {
  return new BlueButtonError('archive-damaged', 'It is no export of an archive as this tool makes it.', {
    why: `${why}\nNothing was restored.`,
    try: 'the same command with another copy of the file',
  });
}

async function proven(directory: string): Promise<Verification> {
  const found = await verifyArchive(directory).catch((thrown: unknown) => {
    if (!(thrown instanceof BlueButtonError) || thrown.code !== 'no-archive') throw thrown;
    throw unfit('It holds no archive.json.');
  });
  if (found.problems.length === 0) return found;
  throw unfit(found.problems.map(({ path, problem }) => `${path}: ${problem}`).join('\n'));
}

async function replaceEmpty(target: string, beside: string): Promise<void> {
  await rmdir(target).catch((thrown: unknown) => {
    if (systemCodeOf(thrown) !== 'ENOENT') throw thrown;
  });
  await rename(beside, target);
  await syncDirectory(dirname(target));
}
