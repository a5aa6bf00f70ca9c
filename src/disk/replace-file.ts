import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeDirectory, syncDirectory, writeDurably } from './durable.ts';

/**
 * Writes a file for its owner only (0600, missing folders 0700), whole or not at all: into a new file beside, flushed,
 * renamed into place, and the rename flushed. Returns when the text is safe on the disk. A kill at any moment leaves the
 * old file or the new one, and at most a file `.NAME.….tmp` beside it.
 *
 * @throws what the system says; the file is then as it was.
 */
export async function replaceFile(path: string, data: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  const beside = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await makeDirectory(folder);
    await writeDurably(beside, data);
    await rename(beside, path);
    await syncDirectory(folder);
  } catch (thrown) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw thrown;
  }
}

/**
 * Removes a file that `replaceFile` wrote, and what writers of it that were killed have left beside it. Nobody may be
 * writing it meanwhile. No such file is no error.
 *
 * @throws what the system says; `ENOENT` where the folder is not there.
 */
export async function removeReplaced(path: string): Promise<void> {
  const folder = dirname(path);
  await rm(path, { force: true });
  for (const file of await readdir(folder)) {
    if (file.startsWith(`.${basename(path)}.`) && file.endsWith('.tmp'))
      await rm(join(folder, file), { force: true });
  }
  await syncDirectory(folder);
}
