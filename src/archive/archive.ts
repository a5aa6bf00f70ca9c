import { randomUUID } from 'node:crypto';
import { chmod, readdir, readFile, readlink, rename, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { BlueButtonError, shellWord, systemCodeOf } from '../errors/index.ts';
import { archiveReadme } from './archive-readme.ts';
import { makeDirectory, syncDirectory, writeDurably } from '../disk/index.ts';
import { storageError } from './storage-error.ts';

/** The format this code writes and reads; `src/archive/README.md` is its document. */
export const archiveFormat = 'bluebutton-archive/1';

/** An archive that is known to be one of ours, of a format we read. */
export interface Archive {
  /** Absolute path. Every `path` the archive layer gives is relative to it, with forward slashes. */
  directory: string;
}

/** Names a half-made archive may hold: creating one again finishes it. */
const leftovers = new Set(['.staging', 'README.md']);

const archiveFile = v.object({ format: v.string() });

/**
 * Makes `directory` an archive (folders 0700, files 0600), or leaves it as it is when it already is one.
 *
 * @throws BlueButtonError `usage` when the folder holds something else, `failed` when it cannot be written.
 */
export async function createArchive(directory: string): Promise<Archive> {
  try {
    await makeDirectory(directory);
    const names = await readdir(directory);
    if (!names.includes('archive.json')) {
      await refuseForeign(directory, names);
      await chmod(directory, 0o700);
      await place(directory, 'README.md', archiveReadme);
      await place(directory, 'archive.json', `${JSON.stringify({ format: archiveFormat })}\n`);
    }
  } catch (thrown) {
    throw (
      (await leadsNowhere(directory)) ?? storageError(thrown, `The archive ${directory} could not be made.`)
    );
  }
  return openArchive(directory);
}

async function refuseForeign(directory: string, names: string[]): Promise<void> {
  // Says that it is an archive without its archive.json.
  if (await holdsSources(directory)) await openArchive(directory);
  const readmeIsOurs =
    !names.includes('README.md') || (await readFile(join(directory, 'README.md'), 'utf8')) === archiveReadme;
  if (readmeIsOurs && names.every((name) => leftovers.has(name))) return;
  throw new BlueButtonError('usage', `${directory} is not empty and is not an archive.`, {
    why: 'An archive is made in a folder of its own, so that nothing else is mixed with the records.',
    try: 'Name a new or empty folder with --archive DIR.',
  });
}

/** Writes a file under its name only once it is whole and on the disk. */
async function place(directory: string, name: string, text: string): Promise<void> {
  const staging = join(directory, '.staging');
  const draft = join(staging, randomUUID());
  await makeDirectory(staging);
  await writeDurably(draft, text);
  await rename(draft, join(directory, name));
  await syncDirectory(directory);
  await rmdir(staging).catch(() => undefined);
}

/**
 * Opens the archive in `directory` (an absolute path) for reading; `lockArchive` lets one write to it.
 *
 * @throws BlueButtonError `no-archive` when there is none, `archive-damaged` when `archive.json` cannot be read,
 * `failed` when it is of a format this version does not know.
 */
export async function openArchive(directory: string): Promise<Archive> {
  const format = formatOf(await readArchiveFile(directory));
  if (format === undefined) {
    throw new BlueButtonError('archive-damaged', `${join(directory, 'archive.json')} cannot be read.`, {
      why: `It should say {"format":"${archiveFormat}"}.`,
      try: 'Restore archive.json from a copy of the archive.',
    });
  }
  if (format !== archiveFormat) {
    throw new BlueButtonError('failed', `The archive ${directory} is of the format ${format}.`, {
      why: `This version of bluebutton reads ${archiveFormat}.`,
      try: 'npm install -g bluebutton-cli@latest',
    });
  }
  return { directory };
}

async function readArchiveFile(directory: string): Promise<string> {
  try {
    return await readFile(join(directory, 'archive.json'), 'utf8');
  } catch (thrown) {
    const code = systemCodeOf(thrown);
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      throw storageError(thrown, `The archive ${directory} could not be read.`);
    const astray = await leadsNowhere(directory);
    if (astray !== undefined) throw astray;
    if (await holdsSources(directory)) {
      throw new BlueButtonError('archive-damaged', `${join(directory, 'archive.json')} is missing.`, {
        why: 'Everything else of an archive is there.',
        try: `printf '{"format":"${archiveFormat}"}\\n' > ${join(directory, 'archive.json')}, then: bluebutton verify`,
        cause: thrown,
      });
    }
    throw new BlueButtonError('no-archive', `There is no archive in ${directory}.`, {
      why: 'It is made by the first pull from a portal or the first import of a file.',
      try: 'bluebutton pull, or bluebutton import FILE',
      cause: thrown,
    });
  }
}

/** The error for a link in place of the archive that leads nowhere: most likely a disk that is not connected. */
async function leadsNowhere(directory: string): Promise<BlueButtonError | undefined> {
  const link = await readlink(directory).catch(() => undefined);
  if (link === undefined || (await stat(directory).catch(() => undefined)) !== undefined) return undefined;
  return new BlueButtonError('no-archive', `The archive ${directory} is a link that leads nowhere.`, {
    why: `It leads to ${link}, where nothing is: its disk may not be connected. Nothing was changed.`,
    try: `the same command once it is there: ls -l ${shellWord(directory)}`,
  });
}

/** Whether a folder holds people's sources, as only an archive does. */
async function holdsSources(directory: string): Promise<boolean> {
  for (const person of await namesIn(directory)) {
    for (const source of await namesIn(join(directory, person)))
      if ((await namesIn(join(directory, person, source))).includes('source.json')) return true;
  }
  return false;
}

/** What lies in a folder; nothing where it is none, or may not be looked into. */
async function namesIn(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}

function formatOf(text: string): string | undefined {
  try {
    return v.parse(archiveFile, JSON.parse(text)).format;
  } catch {
    return undefined;
  }
}
