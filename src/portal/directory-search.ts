import { foldCase } from '../model/index.ts';
import type { DirectoryEndpoint, DirectoryPlace, DirectoryPortal, DirectoryRow } from './directory-row.ts';
import { usStates } from './us-states.ts';

/** One way into one organization's portal that answers a search. */
export interface DirectoryHit {
  row: DirectoryRow;
  /** The place of the organization that answers the search best; where none does, its first. */
  place?: DirectoryPlace;
  portal?: DirectoryPortal;
  /** Undefined where the directory names no FHIR address of it. */
  endpoint?: DirectoryEndpoint;
  /** The higher the better. */
  score: number;
}

/**
 * A search by words: each must begin a word of the organization's name, aliases, places, websites, portals or organizations
 * above it; in any order, whatever the case and accents. States answer to their code and their name.
 */
export function directorySearch(text: string): (row: DirectoryRow) => DirectoryHit[] {
  const asked = wordsOf(text);
  return (row) => {
    const nameWords = wordsOf([row.name, ...(row.aliases ?? [])].join(' '));
    const placeWords = (row.places ?? []).map(wordsOfPlace);
    const own = [
      ...nameWords,
      ...placeWords.flat(),
      ...wordsOf([...(row.websites ?? []), ...(row.partOf ?? [])].join(' ')),
    ];
    const missing = asked.filter((word) => !begins(word, own));
    const at = placeOf(asked, placeWords);
    const place = row.places?.[at];
    const score = asked.reduce(
      (sum, word) => sum + scoreOf(word, nameWords, own),
      row.active === false ? -1 : 0,
    );
    const portals: (DirectoryPortal | undefined)[] = row.portals.length > 0 ? row.portals : [undefined];
    return portals.flatMap((portal): DirectoryHit[] => {
      const endpoints: (DirectoryEndpoint | undefined)[] =
        portal !== undefined && portal.endpoints.length > 0 ? portal.endpoints : [undefined];
      return endpoints.flatMap((endpoint) => {
        const more = wordsOf([portal?.name, portal?.url, endpoint?.name].filter(isText).join(' '));
        if (!missing.every((word) => begins(word, more))) return [];
        return [
          {
            row,
            score,
            ...(place !== undefined && { place }),
            ...(portal !== undefined && { portal }),
            ...(endpoint !== undefined && { endpoint }),
          },
        ];
      });
    });
  };
}

/** The best answers first; equals by name, then by place. */
export function compareHits(one: DirectoryHit, other: DirectoryHit): number {
  const byPlace = ({ place }: DirectoryHit): string => `${place?.state ?? ''} ${place?.city ?? ''}`;
  return (
    other.score - one.score ||
    compare(one.row.name, other.row.name) ||
    compare(byPlace(one), byPlace(other)) ||
    compare(one.endpoint?.baseUrl ?? '', other.endpoint?.baseUrl ?? '')
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The words of a text, folded: whatever is no letter and no digit parts them. An apostrophe does not: `St. Luke's`. */
function wordsOf(text: string): string[] {
  return foldCase(text.replaceAll(/['’]/g, ''))
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

function wordsOfPlace({ city, state, postalCode }: DirectoryPlace): string[] {
  const stateName = usStates[state?.toUpperCase() ?? ''];
  const code = Object.keys(usStates).find((each) => usStates[each]?.toLowerCase() === state?.toLowerCase());
  return wordsOf([city, state, stateName, code, postalCode].filter(isText).join(' '));
}

function begins(word: string, words: readonly string[]): boolean {
  return words.some((each) => each.startsWith(word));
}

function scoreOf(word: string, nameWords: readonly string[], own: readonly string[]): number {
  if (nameWords.includes(word)) return 3;
  return own.includes(word) ? 2 : 0;
}

function placeOf(asked: readonly string[], places: readonly string[][]): number {
  const counts = places.map((words) => asked.filter((word) => begins(word, words)).length);
  return Math.max(0, counts.indexOf(Math.max(0, ...counts)));
}

function isText(text: string | undefined): text is string {
  return text !== undefined;
}
