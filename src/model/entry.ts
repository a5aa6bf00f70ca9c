import type { Finding } from './finding.ts';
import type { Resource } from './resource.ts';
import type { Origin, Source } from './source.ts';

/** One resource and the place it came from. Every resource of an input is an entry, contained ones too. */
export interface Entry {
  resource: Resource;
  origin: Origin;
  /** The resource's JSON on one line, with the digits and the member order it was sent with. */
  text: string;
  /** Absolute identity (`Bundle.entry.fullUrl`, or base URL + type + id) for resolving references. */
  fullUrl?: string;
  /** True when the resource was made of something that is no FHIR: its row then tells all that it says. */
  derived?: boolean;
  /** True when the resource was sent in another release of FHIR: its row then tells what R4 has no place for. */
  lifted?: boolean;
  /** True when the source held it before and no longer provides it. */
  withdrawn?: boolean;
  /** The date of what it says, where that is not the date of its source. */
  asOf?: string;
  /** True for what only explains others that refer to it: it is no part of the record itself. */
  superseded?: boolean;
  /** A time of its source: its references lead first to what was superseded of the same time. */
  era?: string;
  /**
   * What all of it is one person's by the way it was made (an export of one person's phone): patients in it are one, unless
   * what is stated of them contradicts that.
   */
  account?: string;
  /** The entry this one is `contained` in. */
  container?: Entry;
}

/**
 * What a format reader yields: entries in the order met, findings, and of the source itself its own date and who produced
 * it, when it states them, and its format in more words than the reader's own name (`VA Blue Button text v12.6`); and of a
 * container the documents inside that are sources of their own.
 */
export type Reading =
  | { entry: Entry }
  | { finding: Finding }
  | { asOf: string }
  | { producer: string }
  | { format: string }
  | { source: Source };
