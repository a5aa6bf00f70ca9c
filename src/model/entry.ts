import type { Finding } from './finding.ts';
import type { Resource } from './resource.ts';
import type { Origin } from './source.ts';

/** One resource and the place it came from. Every resource of an input is an entry, contained ones too. */
export interface Entry {
  resource: Resource;
  origin: Origin;
  /** The resource's JSON on one line, with the digits and the member order it was sent with. */
  text: string;
  /** Absolute identity (`Bundle.entry.fullUrl`, or base URL + type + id) for resolving references. */
  fullUrl?: string;
  /** True when the source held it before and no longer provides it. */
  withdrawn?: boolean;
  /** The entry this one is `contained` in. */
  container?: Entry;
}

/** What a format reader yields: entries in the order met, findings, and the source's own date when it states one. */
export type Reading = { entry: Entry } | { finding: Finding } | { asOf: string };
