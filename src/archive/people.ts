import { readdir, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { PersonIdentity } from '../model/index.ts';
import type { Archive } from './archive.ts';
import { bagFolder, chainProblems, inChainOrder, readBag, type Bag } from './chain.ts';
import { sha256Of } from './digest.ts';
import { importLine, type ImportLine } from './document-file.ts';
import { slug } from './slug.ts';
import { sourceFile, type SourceDescription } from './source-file.ts';
import { damage } from './storage-error.ts';
import { parseStored, readStoredLines, readStoredText } from './stored-json.ts';

/** A person of the archive. */
export interface PersonFolder {
  /** `jane-doe`. */
  folder: string;
  /** What each source says of the person, without repetition of sources that say nothing. */
  identities: PersonIdentity[];
  sources: SourceFolder[];
}

/** One of a person's sources: a portal, or the imported files. */
export interface SourceFolder {
  /** `medicare`. */
  folder: string;
  /** Relative to the archive: `jane-doe/medicare`. */
  path: string;
  description: SourceDescription;
  /** Of `source.json`. */
  sha256: string;
  /** In the order of the chain. */
  bags: Bag[];
}

/**
 * Everybody in the archive, by folder name.
 *
 * @throws BlueButtonError `archive-damaged` when a source's history has a gap, or a bag lies where it does not belong.
 */
export async function listPeople(archive: Archive): Promise<PersonFolder[]> {
  const people: PersonFolder[] = [];
  for (const folder of await foldersIn(archive, '.')) {
    const sources = await listSources(archive, folder);
    if (sources.length === 0) continue;
    const identities: PersonIdentity[] = [];
    for (const source of sources)
      identities.push(source.description.person, ...(await statedIn(archive, source)));
    people.push({ folder, identities: distinct(identities), sources });
  }
  return people;
}

/** An imported file, as it was stated when it was kept; `path` is relative to the archive. */
export type StatedImport = Omit<ImportLine, 'change' | 'held'>;

/** The imported files of a person, in the order they came. */
export async function listImports(archive: Archive, { sources }: PersonFolder): Promise<StatedImport[]> {
  const imports: StatedImport[] = [];
  for (const source of sources)
    for await (const { change: _change, held: _held, ...stated } of importLines(archive, source))
      imports.push(stated);
  return imports;
}

async function* importLines(
  archive: Archive,
  { description, bags }: SourceFolder,
): AsyncGenerator<ImportLine> {
  if (description.kind !== 'files') return;
  for (const bag of bags)
    for await (const line of readStoredLines(archive, `${bag.path}/data/documents.ndjson`, importLine))
      yield { ...line, path: posix.join(bag.path, line.path) };
}

/** What the imported files of a source say of the person. */
async function statedIn(archive: Archive, source: SourceFolder): Promise<PersonIdentity[]> {
  const stated: PersonIdentity[] = [];
  for await (const { person } of importLines(archive, source)) stated.push(person ?? {});
  return stated;
}

/** Identities that say something, each once. */
function distinct(identities: readonly PersonIdentity[]): PersonIdentity[] {
  const said = identities.filter((identity) => Object.keys(identity).length > 0);
  return [...new Map(said.map((identity) => [JSON.stringify(identity), identity])).values()];
}

async function listSources(archive: Archive, person: string): Promise<SourceFolder[]> {
  const sources: SourceFolder[] = [];
  for (const folder of await foldersIn(archive, person)) {
    const source = await readSource(archive, person, folder);
    if (source === undefined) continue;
    refuseBroken(source, person);
    sources.push(source);
  }
  return sources;
}

/** A source folder as it lies there, its chain unproven; `undefined` for a folder that is none of ours. */
export async function readSource(
  archive: Archive,
  person: string,
  folder: string,
): Promise<SourceFolder | undefined> {
  const path = `${person}/${folder}`;
  const names = await readdir(join(archive.directory, path));
  const bagNames = names.filter((name) => bagFolder.test(name));
  if (bagNames.length === 0 && !names.includes('source.json')) return undefined;
  if (bagNames.length === 0) throw damage(path, noBags);
  const text = await readStoredText(archive, `${path}/source.json`);
  const description = parseStored(text, `${path}/source.json`, sourceFile);
  const bags: Bag[] = [];
  for (const name of bagNames) bags.push(await readBag(archive, path, name));
  return { folder, path, description, sha256: sha256Of(text), bags: inChainOrder(bags) };
}

/** The damage that a source without bags is: its folder and its first bag come with one step. */
export const noBags = 'All its bags are missing.';

/**
 * Why a bag cannot belong where it lies, if so.
 *
 * @param sourceSha256 Of the `source.json` that lies beside it, if it does.
 */
export function misplacement(
  bag: Bag,
  person: string,
  source: string,
  sourceSha256: string | undefined,
): string | undefined {
  if (bag.person !== person || slug(bag.source) !== source)
    return `The bag was made for ${bag.person}/${slug(bag.source)} and lies in ${person}/${source}.`;
  if (Number(bag.folder.split('-', 1)[0]) !== bag.sequence)
    return `Its folder does not begin with its Bag-Sequence, ${bag.sequence}.`;
  const stated = bag.sourceSha256;
  if (stated !== undefined && sourceSha256 !== undefined && stated !== sourceSha256)
    return 'The source.json beside it is not the one it was made with.';
  return undefined;
}

function refuseBroken(source: SourceFolder, person: string): void {
  for (const bag of source.bags) {
    const problem = misplacement(bag, person, source.folder, source.sha256);
    if (problem !== undefined) throw damage(bag.path, problem);
  }
  const [first] = chainProblems(source.bags);
  if (first !== undefined) throw damage(first.bag.path, first.problem);
}

/**
 * The visible folders in a folder of the archive, sorted by name.
 *
 * @throws BlueButtonError `archive-damaged` for a link that leads nowhere: without it a person or source would be missing
 * and nobody be told.
 */
export async function foldersIn(archive: Archive, path: string): Promise<string[]> {
  const { folders, astray } = await foldersAndLinks(archive, path);
  const [lost] = astray;
  if (lost !== undefined) throw damage(posix.join(path, lost), leadsNowhere);
  return folders;
}

/** The same, with the names of links that lead nowhere apart. */
export async function foldersAndLinks(
  archive: Archive,
  path: string,
): Promise<{ folders: string[]; astray: string[] }> {
  const entries = await readdir(join(archive.directory, path), { withFileTypes: true });
  const [folders, astray]: [string[], string[]] = [[], []];
  for (const entry of entries.filter(({ name }) => !name.startsWith('.'))) {
    if (entry.isDirectory()) folders.push(entry.name);
    if (!entry.isSymbolicLink()) continue;
    const found = await stat(join(archive.directory, path, entry.name)).catch(() => undefined);
    if (found === undefined) astray.push(entry.name);
    else if (found.isDirectory()) folders.push(entry.name);
  }
  return { folders: folders.toSorted(), astray: astray.toSorted() };
}

/** The damage that a link in place of a person or source is whose target is not there. */
export const leadsNowhere = 'It is a link that leads nowhere: the disk it leads to may not be connected.';
