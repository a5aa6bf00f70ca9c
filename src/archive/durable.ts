import { mkdir, open } from 'node:fs/promises';
import { systemCodeOf } from '../errors/index.ts';

/** Makes a folder, and those above it, for the owner only. */
export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
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
