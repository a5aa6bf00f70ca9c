import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';

/**
 * Writes a file whole or not at all: beside its place (mode 0600), flushed, then renamed into it.
 *
 * @throws BlueButtonError `usage` when it exists and `force` is not set.
 */
export async function writeOutputFile(path: string, pieces: Iterable<string>, force: boolean): Promise<void> {
  await refuseExisting(path, force);
  const beside = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      for (const piece of pieces) await file.write(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await refuseExisting(path, force);
    await rename(beside, path);
  } catch (thrown) {
    await rm(beside, { force: true });
    if (thrown instanceof BlueButtonError) throw thrown;
    throw new BlueButtonError('failed', `${path} could not be written.`, {
      why: `The system says ${systemCodeOf(thrown) ?? 'nothing more'}. Nothing was left there.`,
      cause: thrown,
    });
  }
}

/** Makes a folder for several outputs (mode 0700); one that is there already is used. */
export async function makeOutputFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

async function refuseExisting(path: string, force: boolean): Promise<void> {
  const found = await stat(path).catch((thrown: unknown) => {
    if (systemCodeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  });
  if (found === undefined || (force && found.isFile())) return;
  throw new BlueButtonError('usage', `${path} exists already.`, {
    try: found.isFile() ? 'the same command with --force, or another name after -o' : 'another name after -o',
  });
}
