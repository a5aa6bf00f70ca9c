import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { systemCodeOf } from '../errors/index.ts';
import type { Context } from './context.ts';
import { systemRefusal } from './system-refusal.ts';

/** A file to import. */
export interface NamedFile {
  /** As `openPath` takes it. */
  path: string;
  /** What the archive calls it: its name, or the way to it in the folder given. */
  name: string;
}

/**
 * The files that the words name: each file itself, and of a folder everything in it and below, by name. Hidden files,
 * links to folders and archives of this tool are passed over.
 *
 * @throws BlueButtonError `failed` when the system refuses a folder.
 */
export async function filesNamed(words: readonly string[], { cwd }: Context): Promise<NamedFile[]> {
  const files: NamedFile[] = [];
  for (const word of words) {
    const path = resolve(cwd, word);
    const isFolder = word !== '-' && ((await stat(path).catch(() => undefined))?.isDirectory() ?? false);
    if (isFolder) files.push(...(await filesIn(path, '')));
    else files.push({ path: word, name: word === '-' ? 'standard input' : basename(word) });
  }
  return files;
}

/** Whether any of the words is a folder. */
export async function namesFolder(words: readonly string[], { cwd }: Context): Promise<boolean> {
  for (const word of words)
    if (word !== '-' && ((await stat(resolve(cwd, word)).catch(() => undefined))?.isDirectory() ?? false))
      return true;
  return false;
}

async function filesIn(folder: string, way: string): Promise<NamedFile[]> {
  const entries = await readdir(join(folder, way), { withFileTypes: true }).catch((thrown: unknown) => {
    throw systemRefusal(`The folder ${join(folder, way)} could not be read.`, thrown, `ls -l ${folder}`);
  });
  if (entries.some(({ name }) => name === 'archive.json')) return [];
  const files: NamedFile[] = [];
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const name = way === '' ? entry.name : `${way}/${entry.name}`;
    if (entry.name.startsWith('.') || isLeftByProgram.test(entry.name)) continue;
    if (entry.isDirectory()) files.push(...(await filesIn(folder, name)));
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFile(join(folder, name)))))
      files.push({ path: join(folder, name), name });
  }
  return files;
}

/** What the Finder and Windows leave in folders. */
const isLeftByProgram = /^(__MACOSX|Thumbs\.db|desktop\.ini)$/i;

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (thrown) {
    if (systemCodeOf(thrown) === undefined) throw thrown;
    return false;
  }
}
