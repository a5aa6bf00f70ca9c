import { isObject, type JsonValue } from '../json/index.ts';
import type { Searchset } from './searchset.ts';

/** What a search that came to its end showed of the portal's clock and of `meta.lastUpdated`. */
export interface SearchSeen {
  /** Of the ledger row. */
  query: string;
  resourceType: string;
  /** False where `_lastUpdated` was asked with and the answer shows that it was ignored or refused. */
  honoured?: boolean;
  /** Instants, ISO 8601 in UTC: the latest `meta.lastUpdated`, and when the portal began to answer, by its own clock. */
  latest?: string;
  serverDate?: string;
  /** True when every resource of the type carried `meta.lastUpdated`. */
  allDated: boolean;
}

/** Watches the pages of one search go by. */
export class UpdateWatch {
  readonly #resourceType: string;
  readonly #since: string | undefined;
  #latest = Number.NEGATIVE_INFINITY;
  #count = 0;
  #undated = false;
  #early = false;
  #unlinked = false;
  #pages = 0;
  #serverDate: string | undefined;

  constructor(resourceType: string, since: string | undefined) {
    this.#resourceType = resourceType;
    this.#since = since;
  }

  see({ entries, self }: Searchset, date: string | undefined): void {
    this.#serverDate ??= date;
    this.#pages += 1;
    // R4 §3.1.1.4: the link `self` holds the parameters that were used. Later pages may be named by a token alone.
    if (this.#pages === 1 && self?.includes('?') === true && !self.includes('_lastUpdated'))
      this.#unlinked = true;
    for (const { resource, mode } of entries) {
      if (resource.resourceType !== this.#resourceType || (mode ?? 'match') !== 'match') continue;
      this.#count += 1;
      const updated = updatedAt(resource['meta']);
      if (updated === undefined) this.#undated = true;
      else this.#latest = Math.max(this.#latest, updated);
      if (updated === undefined || updated < Date.parse(this.#since ?? '')) this.#early = true;
    }
  }

  /**
   * True when the answer can be taken for all that was updated since. One that is empty cannot: `since` lies before the
   * latest update that is known.
   */
  get isAsAsked(): boolean {
    return this.#since === undefined || (!this.isIgnored && this.#count > 0);
  }

  /** True when the answer shows that `_lastUpdated` was not heeded. */
  get isIgnored(): boolean {
    return this.#since !== undefined && (this.#early || this.#unlinked);
  }

  seen(query: string, honoured: boolean | undefined): SearchSeen {
    const date = Date.parse(this.#serverDate ?? '');
    return {
      query,
      resourceType: this.#resourceType,
      ...(honoured !== undefined && { honoured }),
      ...(Number.isFinite(this.#latest) && { latest: new Date(this.#latest).toISOString() }),
      ...(Number.isFinite(date) && { serverDate: new Date(date).toISOString() }),
      allDated: !this.#undated,
    };
  }
}

/** `meta.lastUpdated` in milliseconds; undefined when it is missing or no instant. */
export function updatedAt(meta: JsonValue | undefined): number | undefined {
  const stated = isObject(meta) ? meta['lastUpdated'] : undefined;
  const at = typeof stated === 'string' ? Date.parse(stated) : Number.NaN;
  return Number.isFinite(at) ? at : undefined;
}
