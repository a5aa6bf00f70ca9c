import { writeJson } from '../json/index.ts';
import type { LedgerRow, PulledResource } from '../model/index.ts';
import { isUnder, resolveAddress } from './address.ts';
import { askFhir } from './fhir-answer.ts';
import type { Harvest } from './harvest.ts';
import { addNotices, worsen } from './ledger-row.ts';
import { readSearchset, type Searchset } from './searchset.ts';
import type { Session } from './session.ts';

const maxPages = 10_000;
const maxEmptyPages = 20;

/**
 * Runs a search to its last page and yields what came first by it. A `next` link is followed only below the base URL,
 * and not into a loop: where it leads elsewhere, or nothing new comes, the row is cut short and says so.
 */
export async function* search(
  session: Session,
  harvest: Harvest,
  baseUrl: string,
  row: LedgerRow,
): AsyncGenerator<PulledResource> {
  const pages = new PageTrail();
  for (let url: URL | undefined = new URL(`${baseUrl}/${row.query}`); url !== undefined;) {
    const answer = await askFhir(session, url, readSearchset);
    if (answer.status !== undefined) row.httpStatus = answer.status;
    row.pages += 1;
    const page = answer.outcome === 'answered' ? answer.value : undefined;
    if (answer.outcome !== 'answered' || page === undefined || !isSearchset(page)) {
      const reason = answer.outcome === 'answered' ? 'The answer is not a Bundle.' : answer.reason;
      const outcome = answer.outcome === 'answered' ? 'failed' : answer.outcome;
      if (answer.outcome !== 'answered') addNotices(row, answer.notices);
      if (row.pages === 1) worsen(row, outcome, reason);
      else worsen(row, 'truncated', `Page ${row.pages} did not come: ${reason}`);
      return;
    }
    for (const entry of page.entries) {
      const pulled = harvest.take(entry, row);
      if (pulled !== undefined) yield pulled;
    }
    if (page.next === undefined) return;
    const next = resolveAddress(page.next, url.href);
    const stop = pages.stopAt(url, page, next, baseUrl);
    if (stop !== undefined) {
      worsen(row, 'truncated', stop);
      return;
    }
    url = next;
  }
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
      return `The link to the next page leads away from the portal, to ${next.host}.`;
    if (this.#addresses.has(withoutFragment(next))) return 'The pages run in a circle.';
    if (seen) return 'The same page came again under a new address.';
    if (this.#empty >= maxEmptyPages) return `${maxEmptyPages} empty pages came in a row.`;
    if (this.#addresses.size >= maxPages) return `More than ${maxPages} pages.`;
    return undefined;
  }
}

function withoutFragment(url: URL): string {
  return url.href.replace(/#.*$/, '');
}
