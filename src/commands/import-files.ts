import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { archiveFormat } from '../archive/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import type { Context } from './context.ts';
import { systemRefusal } from './system-refusal.ts';

/** A file to import. */
export interface NamedFile {
  /** As `openPath` takes it, and as a person would type it. */
  path: string;
  /** What the archive calls it: its name, or the way to it in the folder given. */
  name: string;
}

/** The files that were named, and what in folders could not be looked into. */
export interface NamedFiles {
  files: NamedFile[];
  unreadable: { name: string; refusal: BlueButtonError }[];
  /** True when any of the words is a folder. */
  isFolder: boolean;
  /** How many hidden files, links and archives of this tool were in them. */
  passedOver: number;
}

/**
 * The files that the words name: each file itself, and of a folder everything in it and below, by name. Hidden files, links
 * and archives of this tool are passed over.
 *
 * @throws BlueButtonError `failed` when the system refuses a folder that was named.
 */
export async function filesNamed(words: readonly string[], { cwd }: Context): Promise<NamedFiles> {
  const found: NamedFiles = { files: [], unreadable: [], isFolder: false, passedOver: 0 };
  for (const word of words) {
    const isFolder = word !== '-' && (await isDirectory(resolve(cwd, word)));
    if (!isFolder) {
      found.files.push({ path: word, name: word === '-' ? 'standard input' : basename(word) });
      continue;
    }
    found.isFolder = true;
    await addFolder(word, '', cwd, found);
    const [first] = found.unreadable;
    if (first?.name === '') throw first.refusal;
  }
  return found;
}

async function addFolder(folder: string, way: string, cwd: string, found: NamedFiles): Promise<void> {
  const path = join(folder, way);
  const entries = await readdir(resolve(cwd, path), { withFileTypes: true }).catch((thrown: unknown) => {
    const refusal = systemRefusal(`The folder ${path} could not be read.`, thrown, `ls -ld ${path}`);
    if (!(refusal instanceof BlueButtonError)) throw refusal;
    found.unreadable.push({ name: way, refusal });
    return [];
  });
  if (entries.some(({ name }) => name === 'archive.json') && (await isArchive(resolve(cwd, path)))) {
    found.passedOver += 1;
    return;
  }
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const name = way === '' ? entry.name : `${way}/${entry.name}`;
    const isShown = !entry.name.startsWith('.');
    if (isLeftByProgram.test(entry.name)) continue;
    if (isShown && entry.isDirectory()) await addFolder(folder, name, cwd, found);
    else if (isShown && entry.isFile()) found.files.push({ path: join(folder, name), name });
    else found.passedOver += 1;
  }
}

/** What the Finder and Windows leave in folders. */
const isLeftByProgram = /^(__MACOSX|\.DS_Store|Thumbs\.db|desktop\.ini)$/i;

async function isArchive(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'archive.json'), 'utf8').catch(() => '');
  return text.includes(archiveFormat);
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
