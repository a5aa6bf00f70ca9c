import { readFile } from 'node:fs/promises';
import { replaceFile } from '../disk/index.ts';
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
 * Writes a file for its owner only, whole or not at all.
 *
 * @throws BlueButtonError `failed` when the system refuses; the file is then as it was.
 */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  try {
    await replaceFile(file, text);
  } catch (thrown) {
    throw refusedBySystem(file, 'written', thrown);
  }
}

/** A refusal of the system to read or write a file of ours. */
export function refusedBySystem(file: string, what: string, cause: unknown): BlueButtonError {
  return new BlueButtonError('failed', `${file} could not be ${what}.`, {
    why: `The system says ${systemCodeOf(cause) ?? 'nothing more'}.`,
    try: 'put right the permissions of that folder, or the disk, and run the same command again',
    cause,
  });
}
