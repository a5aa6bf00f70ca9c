import { FhirRefusal } from './outcome.ts';
import type { Portal } from './portal.ts';
import type { Search } from './searches.ts';

/** What an address of a page carries so that faults can tell whether it came back as it was given. */
export const marks = {
  loop: 'b',
  empty: 'empty',
  unencoded: 'a b|c',
  twice: 'x%20y%7Cz',
  huge: 'h'.repeat(9000),
};

/**
 * The mark of the address asked for.
 *
 * @throws FhirRefusal 410 when it is none that was given out: the address was changed on its way.
 */
export function requireMark(query: URLSearchParams): string | undefined {
  const mark = query.get('_mark') ?? undefined;
  if (mark === undefined || Object.values(marks).includes(mark) || /^[0-9a-f]{8}$/.test(mark)) return mark;
  throw new FhirRefusal(410, { code: 'not-found', text: 'There is no such page of a search.' });
}

/** What faults are asked about on a page of a search: `Type?page=N`. */
export function whereOf({ type, pageSize }: Search, start: number): string {
  return `${type}?page=${Math.floor(start / Math.max(pageSize, 1)) + 1}`;
}

/** @throws FhirRefusal where a fault takes the page away. */
export function refusePage(search: Search, start: number, { faults }: Portal): void {
  if (start === 0) return;
  const where = whereOf(search, start);
  if (faults.strikes('500-page', where)) {
    throw new FhirRefusal(500, { code: 'exception', text: 'The page could not be made.' });
  }
  if (start + search.pageSize < search.matches.length) return;
  const text = 'The search has expired.';
  if (faults.strikes('next-expired', where)) throw new FhirRefusal(404, { code: 'not-found', text });
  if (faults.strikes('next-gone', where)) throw new FhirRefusal(410, { code: 'not-found', text });
}
