import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything in a folder: its path there, its permissions in octal, and of files the content. */
export interface Item {
  path: string;
  mode: string;
  content?: Buffer;
}

/** All of a folder and the folder itself (path ``), in the order of the names. */
export async function itemsIn(folder: string, path = ''): Promise<Item[]> {
  const place = join(folder, path);
  const found = await lstat(place);
  const mode = (found.mode & 0o777).toString(8);
  if (!found.isDirectory()) return [{ path, mode, content: await readFile(place) }];
  const items: Item[] = [{ path, mode }];
  for (const name of (await readdir(place)).toSorted())
    items.push(...(await itemsIn(folder, join(path, name))));
  return items;
}

/** One hash over names, permissions and contents: the same only while nothing in the folder changed. */
export async function hashOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const { path, mode, content } of await itemsIn(folder)) {
    const digest = content && createHash('sha256').update(content).digest('hex');
    hash.update(`${JSON.stringify([path, mode, digest])}\n`);
  }
  return hash.digest('hex');
}
