import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCodeOf } from '../errors/index.ts';

/**
 * Makes a folder, and those above it that are missing, for the owner only. Node's own `recursive` goes round for ever
 * where the system answers ENOENT below a folder that is there (`/proc`).
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (thrown) {
    const code = systemCodeOf(thrown);
    if (code === 'EEXIST' && (await isDirectory(path))) return;
    if (code !== 'ENOENT' || (await isDirectory(dirname(path)))) throw thrown;
    await makeDirectory(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

/** Writes a new file for the owner only and returns when it is on the disk; never replaces a file. */
export async function writeDurably(path: string, data: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Writes a new file piece by piece and returns when it is on the disk. */
export async function writeStreamDurably(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Some file systems (Windows, some network drives) have no way to flush a folder and keep its names safe themselves. */
const unflushable = new Set(['EPERM', 'EISDIR', 'EINVAL', 'ENOTSUP']);

/** Returns when the names in a folder are on the disk. */
export async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch (thrown) {
    if (!unflushable.has(systemCodeOf(thrown) ?? '')) throw thrown;
  }
}
