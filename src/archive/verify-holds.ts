import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceDescription } from './source-file.ts';

/** The bag a file is in, for saying what the file held. */
export interface HeldIn {
  /** Absolute. */
  directory: string;
  /** `of Jane Doe from medicare, pull 0003`. */
  whose: string;
}

/** Whose record a bag holds and from where; by the folders' names where `source.json` cannot be read. */
export function whoseBag(
  person: string,
  source: string,
  bag: string,
  description: SourceDescription | undefined,
): string {
  const [number = bag] = bag.split('-', 1);
  const name = description?.person.name ?? person;
  if (source === 'files') return `of ${name}, import ${number}`;
  return `of ${name} from ${description?.name ?? source}, pull ${number}`;
}

const lists: Readonly<Record<string, string>> = {
  'data/changes.ndjson': 'the list of what was new and changed',
  'data/documents.ndjson': 'the list of documents',
  'data/ledger.json': 'the account of what was asked and what came',
};

/** What a payload file of a bag held, from what the bag's own lists still say. `file` is relative to the bag. */
export async function holdsOf({ directory, whose }: HeldIn, file: string): Promise<string | undefined> {
  const type = /^data\/fhir(?:-[a-z\d]+)?\/([A-Za-z]+)\.ndjson$/.exec(file)?.[1];
  const said = type === undefined ? await otherThan(directory, file) : await resourcesOf(directory, type);
  return said === undefined ? undefined : `${said} ${whose}`;
}

async function resourcesOf(bag: string, type: string): Promise<string> {
  const lines = (await linesOf(bag, 'changes.ndjson')).filter(
    (line) => line.includes(`"resourceType":"${type}"`) && line.includes('"sha256"'),
  );
  if (lines.length === 0) return `${type} resources`;
  return `${lines.length} ${type} ${lines.length === 1 ? 'resource' : 'resources'}`;
}

async function otherThan(bag: string, file: string): Promise<string | undefined> {
  if (!file.startsWith('data/documents/')) return lists[file];
  const line = (await linesOf(bag, 'documents.ndjson')).find((text) => text.includes(JSON.stringify(file)));
  const named = /"resourceType":"([A-Za-z]+)","id":"([^"\\]+)"/.exec(line ?? '');
  if (named !== null) return `an attachment (${named[1]}/${named[2]})`;
  return line === undefined ? 'a document' : 'an imported file';
}

async function linesOf(bag: string, name: string): Promise<string[]> {
  const text = await readFile(join(bag, 'data', name), 'utf8').catch(() => '');
  return text.split('\n');
}
