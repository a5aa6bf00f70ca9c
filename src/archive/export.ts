import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Archive } from './archive.ts';
import { bagFolder } from './chain.ts';
import { memoryBytes } from './file-bytes.ts';
import { foldersIn } from './people.ts';
import { writeTar, type TarMember } from './tar.ts';

/** The one folder in the tar file: whoever unpacks it by hand gets it, and no files strewn about. */
const root = 'health-records';

/**
 * An archive as one tar file, in pieces: everything that is a part of it, nothing foreign, no lock. It is read as it goes,
 * so bags that come meanwhile may be in it or not; what is in it is whole.
 */
export function exportArchive(archive: Archive): AsyncIterable<Uint8Array> {
  return writeTar(members(archive));
}

type Dated = TarMember & { changed: Date };

async function* members({ directory }: Archive): AsyncGenerator<Dated> {
  const archive = { directory };
  yield await member(archive, '');
  for (const file of ['archive.json', 'README.md'])
    if ((await readdir(directory)).includes(file)) yield await member(archive, file);
  for (const person of await foldersIn(archive, '.')) {
    let isTold = false;
    for (const source of await foldersIn(archive, person)) {
      const path = `${person}/${source}`;
      const bags = (await readdir(join(directory, path))).filter((name) => bagFolder.test(name));
      if (bags.length === 0) continue;
      if (!isTold) yield await member(archive, person);
      isTold = true;
      yield await member(archive, path);
      yield await member(archive, `${path}/source.json`);
      for (const bag of bags.toSorted()) yield* everythingIn(archive, `${path}/${bag}`);
    }
  }
}

async function* everythingIn(archive: Archive, path: string): AsyncGenerator<Dated> {
  const itself = await member(archive, path);
  yield itself;
  if (itself.kind === 'file') return;
  for (const name of (await readdir(join(archive.directory, path))).toSorted())
    yield* everythingIn(archive, `${path}/${name}`);
}

async function member({ directory }: Archive, path: string): Promise<Dated> {
  const place = join(directory, path);
  const found = await stat(place);
  const isFolder = found.isDirectory();
  return {
    path: path === '' ? root : `${root}/${path}`,
    kind: isFolder ? 'folder' : 'file',
    size: isFolder ? 0 : found.size,
    changed: found.mtime,
    content: isFolder || found.size === 0 ? memoryBytes(new Uint8Array()).stream() : createReadStream(place),
  };
}
