import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PersonIdentity } from '../model/index.ts';
import type { Archive } from './archive.ts';
import { bagFolder, chainProblems, inChainOrder, readBag, type Bag } from './chain.ts';
import { slug } from './slug.ts';
import { sourceFile, type SourceDescription } from './source-file.ts';
import { damage } from './storage-error.ts';
import { readStored } from './stored-json.ts';

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
    const identities = sources
      .map((source) => source.description.person)
      .filter((identity) => Object.keys(identity).length > 0);
    people.push({ folder, identities, sources });
  }
  return people;
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
  const description = await readStored(archive, `${path}/source.json`, sourceFile);
  const bags: Bag[] = [];
  for (const name of bagNames) bags.push(await readBag(archive, path, name));
  return { folder, path, description, bags: inChainOrder(bags) };
}

/** Why a bag cannot belong to the folder it lies in, if so. */
export function misplacement(bag: Bag, person: string, source: string): string | undefined {
  if (bag.person === person && slug(bag.source) === source) return undefined;
  return `The bag was made for ${bag.person}/${slug(bag.source)} and lies in ${person}/${source}.`;
}

function refuseBroken(source: SourceFolder, person: string): void {
  for (const bag of source.bags) {
    const problem = misplacement(bag, person, source.folder);
    if (problem !== undefined) throw damage(bag.path, problem);
  }
  const [first] = chainProblems(source.bags);
  if (first !== undefined) throw damage(first.bag.path, first.problem);
}

/** The visible folders in a folder of the archive, sorted by name. */
export async function foldersIn(archive: Archive, path: string): Promise<string[]> {
  const entries = await readdir(join(archive.directory, path), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .toSorted();
}
