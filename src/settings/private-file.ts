import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';

/**
 * The text of a file of ours; undefined when there is none.
 *
 * @throws BlueButtonError `failed` when the system refuses.
 */
export async function readPrivateFile(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'ENOENT') return undefined;
    throw refusedBySystem(file, 'read', thrown);
  }
}

/**
 * Writes a file for its owner only (0600, folders 0700): to a file beside, then renamed into place.
 *
 * @throws BlueButtonError `failed` when the system refuses; the file is then as it was.
 */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  const beside = `${file}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(beside, text, { mode: 0o600 });
    await rename(beside, file);
  } catch (thrown) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw refusedBySystem(file, 'written', thrown);
  }
}

function refusedBySystem(file: string, what: string, cause: unknown): BlueButtonError {
  return new BlueButtonError('failed', `${file} could not be ${what}.`, {
    why: `The system says ${systemCodeOf(cause) ?? 'nothing more'}.`,
    try: 'put right the permissions of that folder, or the disk, and run the same command again',
    cause,
  });
}
