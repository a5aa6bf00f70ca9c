import { randomBytes } from 'node:crypto';
import type { Resource } from './resource.ts';

/** A search carried out: its matches stand still while a client pages through them. */
export interface Search {
  type: string;
  patient: string;
  /** The parameters as asked, those of paging left out. */
  parameters: URLSearchParams;
  /** The address as asked, which the first page names as its own. */
  address: string;
  matches: Resource[];
  pageSize: number;
  withMedications: boolean;
  withProvenance: boolean;
  /** Its name once it has further pages, where these are named so. */
  token?: string;
}

/** Searches kept at once; the oldest goes first. */
const kept = 500;

/** The searches that have further pages. */
export class Searches {
  readonly #open = new Map<string, Search>();

  /** Keeps a search and names it by a token no one can guess. */
  keep(search: Search): string {
    if (search.token !== undefined) return search.token;
    const token = randomBytes(16).toString('hex');
    search.token = token;
    this.#open.set(token, search);
    const [oldest] = this.#open.keys();
    if (this.#open.size > kept && oldest !== undefined) this.#open.delete(oldest);
    return token;
  }

  find(token: string): Search | undefined {
    return this.#open.get(token);
  }
}
