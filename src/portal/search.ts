import { writeJson } from '../json/index.ts';
import type { LedgerRow, PulledResource } from '../model/index.ts';
import { isUnder, resolveAddress } from './address.ts';
import { askFhir, type NoAnswer } from './fhir-answer.ts';
import type { Harvest } from './harvest.ts';
import { addNotices, remark, worsen } from './ledger-row.ts';
import { readSearchset, type Searchset } from './searchset.ts';
import type { Session } from './session.ts';

const maxPages = 10_000;
const maxEmptyPages = 20;

/** How a search is made, where that is not all in its row. */
export interface SearchManner {
  /** What is sent, relative to the base URL, where that is more than the row's query. */
  address?: string;
  /** False where a `next` link is not part of the answer. */
  follow?: boolean;
  /** The row of a resource of that type, where one answer fills several. */
  rowOf?: (resourceType: string) => LedgerRow | undefined;
  /** Told of every page, and when the portal sent it. */
  onPage?: (page: Searchset, date: string | undefined) => void;
}

/**
 * Runs a search to its last page and yields what came first by it. A `next` link is followed only below the base URL,
 * and not into a loop: where it leads elsewhere, or nothing new comes, the row is cut short and says so.
 *
 * @returns Why there was no first page, where there was none.
 */
export async function* search(
  session: Session,
  harvest: Harvest,
  baseUrl: string,
  row: LedgerRow,
  { address = row.query, follow = true, rowOf, onPage }: SearchManner = {},
): AsyncGenerator<PulledResource, NoAnswer | undefined> {
  const trail = new PageTrail();
  let number = 0;
  let matches = 0;
  for (let url: URL | undefined = new URL(`${baseUrl}/${address}`); url !== undefined;) {
    const answer = await askFhir(session, url, readSearchset);
    if (answer.status !== undefined) row.httpStatus = answer.status;
    row.pages += 1;
    number += 1;
    const page = answer.outcome === 'answered' ? answer.value : undefined;
    if (answer.outcome !== 'answered' || page === undefined || !isSearchset(page)) {
      const reason = answer.outcome === 'answered' ? 'The answer is not a Bundle.' : answer.reason;
      const outcome = answer.outcome === 'answered' ? 'failed' : answer.outcome;
      if (answer.outcome !== 'answered') addNotices(row, answer.notices);
      if (number > 1) worsen(row, 'truncated', `Page ${number} did not come: ${reason}`);
      else worsen(row, outcome, reason);
      if (number > 1) return undefined;
      return answer.outcome === 'answered' ? { outcome: 'failed', reason, notices: [] } : answer;
    }
    onPage?.(page, answer.date);
    if (page.hollow > 0) worsen(row, 'truncated', 'The portal sent an entry without the resource in it.');
    matches += page.entries.filter(({ mode = 'match' }) => mode === 'match').length;
    for (const entry of page.entries) {
      const pulled = harvest.take(entry, rowOf?.(entry.resource.resourceType) ?? row);
      if (pulled !== undefined) yield pulled;
    }
    if (page.next === undefined) {
      // The count is often wrong, so that it only is worth a remark.
      if (page.total !== undefined && page.total > matches) {
        row.counted = page.total;
        remark(row, `The portal counts ${page.total}, and ${matches} came.`);
      }
      return undefined;
    }
    if (!follow) {
      remark(row, 'Its link to more leaves the operation and is not followed.');
      return undefined;
    }
    const next = resolveAddress(page.next, url.href);
    const stop = trail.stopAt(url, page, next, baseUrl);
    if (stop !== undefined) {
      worsen(row, 'truncated', stop);
      return undefined;
    }
    url = next;
  }
  return undefined;
}

function isSearchset(value: object): value is Searchset {
  return 'entries' in value && Array.isArray(value.entries);
}

/** The pages of one search that came, so that a loop is seen. */
class PageTrail {
  readonly #addresses = new Set<string>();
  readonly #contents = new Set<string>();
  #empty = 0;

  /** Why the search must not go on to `next`; undefined when it may. */
  stopAt(url: URL, page: Searchset, next: URL | undefined, baseUrl: string): string | undefined {
    this.#addresses.add(withoutFragment(url));
    const records = page.entries
      .map(({ resource }) => resource)
      .filter((it) => it.resourceType !== 'OperationOutcome');
    const content = records.map(({ resourceType, id }) => writeJson([resourceType, id ?? null])).join(' ');
    const seen = content !== '' && this.#contents.has(content);
    this.#contents.add(content);
    this.#empty = content === '' ? this.#empty + 1 : 0;
    if (next === undefined) return 'The link to the next page is not an address.';
    if (!isUnder(baseUrl, next))
      return `The link to the next page leads away from the portal${whither(next, url)}.`;
    if (this.#addresses.has(withoutFragment(next))) return 'The pages run in a circle.';
    if (seen) return 'The same page came again under a new address.';
    if (this.#empty >= maxEmptyPages) return `${maxEmptyPages} empty pages came in a row.`;
    if (this.#addresses.size >= maxPages) return `More than ${maxPages} pages.`;
    return undefined;
  }
}

/** Where a link leads that is not followed, as far as that may be told: never a path or a query. */
function whither(to: URL, from: URL): string {
  if (to.origin === from.origin) return "'s FHIR address";
  return `, to ${/^https?:$/.test(to.protocol) ? '' : to.protocol}${to.host}`;
}

function withoutFragment(url: URL): string {
  return url.href.replace(/#.*$/, '');
}
