import type { Bag, SourceFolder } from '../archive/index.ts';
import { BlueButtonError, nearestWord } from '../errors/index.ts';
import { instantText } from './instant-text.ts';

/** The word by which a person names a bag: `practice/3`, or with its folder where two computers made a third one each. */
export function bagName({ folder, bags }: Pick<SourceFolder, 'folder' | 'bags'>, bag: Bag): string {
  const isOnly = bags.filter(({ sequence }) => sequence === bag.sequence).length === 1;
  return `${folder}/${isOnly ? bag.sequence : bag.folder}`;
}

/** Milliseconds since 1970 as a person reads them: `2026-11-22 21:11 UTC`. */
export function timeText(instant: number): string {
  return instantText(new Date(instant).toISOString());
}

/** The bags of a source that a word names: its number, with zeros before it or not, or its folder. */
export function bagsNamed(word: string, { bags }: Pick<SourceFolder, 'bags'>): Bag[] {
  const sequence = /^\d+$/.test(word) ? Number(word) : undefined;
  return bags.filter((bag) => bag.folder === word || bag.sequence === sequence);
}

/**
 * The sources that words name by their folders; all of them without a word.
 *
 * @throws BlueButtonError `usage` for a word that is none.
 */
export function sourcesNamed(words: readonly string[], sources: readonly SourceFolder[]): SourceFolder[] {
  const folders = sources.map(({ folder }) => folder);
  const unknown = words.find((word) => !folders.includes(word));
  if (unknown === undefined)
    return sources.filter(({ folder }) => words.length === 0 || words.includes(folder));
  throw new BlueButtonError('usage', `${unknown} is no source of this record.`, {
    why: `Its sources: ${folders.join(', ')}.`,
    try: `the same command with ${nearestWord(unknown, folders) ?? folders[0] ?? 'one of them'}`,
  });
}
