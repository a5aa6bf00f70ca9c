import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncDirectory } from '../disk/index.ts';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import { systemRefusal } from './system-refusal.ts';

/**
 * Writes a file whole or not at all: beside its place (mode 0600), flushed, then renamed into it.
 *
 * @param where How its name was given, for messages.
 *
 * @throws BlueButtonError `usage` when it exists and `force` is not set, `failed` when the system refuses.
 */
export async function writeOutputFile(
  path: string,
  pieces: Iterable<string> | AsyncIterable<Uint8Array>,
  force: boolean,
  where = 'after -o',
): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  try {
    await refuseExisting(path, force, where);
    const file = await open(beside, 'wx', 0o600);
    try {
      for await (const piece of pieces) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await refuseExisting(path, force, where);
    await rename(beside, path);
    await syncDirectory(dirname(path));
  } catch (thrown) {
    await rm(beside, { force: true }).catch(() => undefined);
    if (thrown instanceof BlueButtonError) throw thrown;
    throw systemRefusal(`${path} could not be written.`, thrown, `another place ${where}`);
  }
}

/**
 * Makes a folder for several outputs (mode 0700); one that is there already is used.
 *
 * @throws BlueButtonError `failed` when the system refuses.
 */
export async function makeOutputFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (cause) {
    if ((await stat(path).catch(() => undefined))?.isDirectory() === true) return;
    throw systemRefusal(`${path} could not be made as a folder.`, cause, 'another place after -o');
  }
}

/** @throws BlueButtonError `usage` when a file is there and `force` is not set, or something that is no file. */
export async function refuseExisting(path: string, force: boolean, where: string): Promise<void> {
  const found = await stat(path).catch((thrown: unknown) => {
    if (systemCodeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  });
  if (found === undefined || (force && found.isFile())) return;
  throw new BlueButtonError('usage', `${path} exists already.`, {
    why: found.isFile() ? 'Nothing is overwritten unless told so.' : 'It is not a file.',
    try: found.isFile() ? `the same command with --force, or another name ${where}` : `another name ${where}`,
  });
}
