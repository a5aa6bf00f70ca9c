import { closestMatch } from 'leven';

/** The word that was probably meant by one that is not among them: at most a third of its letters are other ones. */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  const folded = words.map((word) => word.toLowerCase());
  const maxDistance = Math.max(1, Math.floor(typed.length / 3));
  const nearest = closestMatch(typed.toLowerCase(), folded, { maxDistance });
  return nearest === undefined ? undefined : words[folded.indexOf(nearest)];
}
