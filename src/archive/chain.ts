import { join } from 'node:path';
import type { Archive } from './archive.ts';
import { parseTags } from './bagit.ts';
import { sha256OfFile } from './digest.ts';
import { damage } from './storage-error.ts';
import { missing, readStoredText } from './stored-json.ts';

/** A bag as its `bag-info.txt` describes it. */
export interface Bag {
  /** `0007-2026-11-22T174000Z`. */
  folder: string;
  /** Relative to the archive. */
  path: string;
  sequence: number;
  /** Bagging-Date, `2026-11-22`. */
  date: string;
  /** External-Identifier: the person's folder. */
  person: string;
  /** Source-Organization: the portal's name, or `files`. */
  source: string;
  /** Source-File: SHA-256 of the `source.json` of its source; absent in bags of older versions. */
  sourceSha256?: string;
  /** The bags it continues: one, none for a first bag, several where it joins two branches. */
  previous: BagLink[];
}

/** How a bag is named by the one after it. */
export interface BagLink {
  folder: string;
  /** SHA-256 of its `tagmanifest-sha256.txt`, which seals every other file of it. */
  sha256: string;
}

/** The name of a bag's folder: sequence, then the UTC second it was begun. */
export const bagFolder = /^\d{4,}-\d{4}-\d\d-\d\dT\d{6}Z$/;

export function bagFolderName(sequence: number, begun: Date): string {
  const instant = begun.toISOString().replace(/\.\d+Z$/, 'Z');
  return `${String(sequence).padStart(4, '0')}-${instant.replaceAll(':', '')}`;
}

/** @throws BlueButtonError `archive-damaged` when the bag does not say where it belongs. */
export async function readBag(archive: Archive, source: string, folder: string): Promise<Bag> {
  const path = `${source}/${folder}`;
  const tags = parseTags(await readStoredText(archive, `${path}/bag-info.txt`));
  const valueOf = (label: string): string => tags.find(([name]) => name === label)?.[1] ?? '';
  const sequence = Number(valueOf('Bag-Sequence'));
  if (!Number.isSafeInteger(sequence) || sequence < 1) {
    throw damage(`${path}/bag-info.txt`, 'Bag-Sequence is not a number from 1.');
  }
  const previous: BagLink[] = [];
  for (const [label, value] of tags) {
    const [name, sha256] = value.split(' ');
    if (label === 'Previous-Bag') previous.push({ folder: name ?? '', sha256: sha256 ?? '' });
  }
  const [person, organization] = [valueOf('External-Identifier'), valueOf('Source-Organization')];
  const sourceSha256 = valueOf('Source-File');
  return {
    folder,
    path,
    sequence,
    date: valueOf('Bagging-Date'),
    person,
    source: organization,
    ...(sourceSha256 !== '' && { sourceSha256 }),
    previous,
  };
}

/** What a bag that comes after `bag` says of it. */
export async function linkTo(archive: Archive, bag: Bag): Promise<BagLink> {
  const path = `${bag.path}/tagmanifest-sha256.txt`;
  const sha256 = await sha256OfFile(join(archive.directory, path)).catch((thrown: unknown) => {
    throw missing(path, thrown);
  });
  return { folder: bag.folder, sha256 };
}

/** The order in which bags are folded: every bag after those it continues. */
export function inChainOrder(bags: readonly Bag[]): Bag[] {
  return bags.toSorted((one, other) => one.sequence - other.sequence || (one.folder < other.folder ? -1 : 1));
}

/** The bags that none continues: one, or several after two machines wrote to copies of one archive. */
export function headsOf(bags: readonly Bag[]): Bag[] {
  const continued = new Set(bags.flatMap((bag) => bag.previous.map((link) => link.folder)));
  return bags.filter((bag) => !continued.has(bag.folder));
}

/** The newest bags of a source with their seals, as one text: another history has another. */
export async function headOf(archive: Archive, { bags }: { bags: readonly Bag[] }): Promise<string> {
  const links = await Promise.all(headsOf(bags).map((bag) => linkTo(archive, bag)));
  return links
    .map(({ folder, sha256 }) => `${folder} ${sha256}`)
    .toSorted()
    .join(', ');
}

/** What keeps the bags of one source from being one unbroken history. */
export function chainProblems(bags: readonly Bag[]): { bag: Bag; problem: string; lacks?: BagLink }[] {
  const bySequence = new Map(bags.map((bag) => [bag.folder, bag.sequence]));
  return bags.flatMap((bag) => {
    const gone = bag.previous.filter((link) => !bySequence.has(link.folder));
    if (gone.length > 0) {
      return gone.map((link) => ({
        bag,
        problem: `The bag before it, ${link.folder}, is missing.`,
        lacks: link,
      }));
    }
    const expected = Math.max(0, ...bag.previous.map((link) => bySequence.get(link.folder) ?? 0)) + 1;
    if (bag.sequence === expected) return [];
    return [
      {
        bag,
        problem: `Bag-Sequence is ${bag.sequence}; after the bags it continues it should be ${expected}.`,
      },
    ];
  });
}
