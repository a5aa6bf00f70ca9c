import type { Row } from './row.ts';
import type { RowDifference } from './row-difference.ts';

/** What changed in one source of a record between two moments. */
export interface SourceDiff {
  /** The source's folder in the archive. */
  source: string;
  kind: 'portal' | 'files';
  /** The two moments, each in words. */
  from: string;
  to: string;
  /** True where nothing of it was there at the first moment. */
  isWhole: boolean;
  /** The bags between, by the names `log` gives them. */
  bags: string[];
  changes: ResourceChange[];
  attachments: AttachmentChange[];
  /** Imported files. */
  files: ImportedChange[];
  /** Resource types, or `attachments`, that the last bag between asked for and did not get in full. */
  gaps: string[];
}

/** What became of one resource. */
export interface ResourceChange {
  /**
   * `renumbered`: it is the same under a new id. `passing`: it is as it was, or came and went between the two moments.
   */
  change: 'new' | 'changed' | 'vanished' | 'reappeared' | 'renumbered' | 'passing';
  /** Its `Type/id`, and before it the ones it had, where it was renumbered. */
  names: string[];
  /** The section that shows it; `person` for a Patient. */
  section: string;
  before?: Row;
  after?: Row;
  /** Where there are two versions. */
  difference?: RowDifference;
}

export interface AttachmentChange {
  change: 'new' | 'changed';
  /** `Type/id` of the resource that names it. */
  of: string;
  title?: string;
  date?: string;
  mediaType: string;
}

export interface ImportedChange {
  name: string;
  format: string;
  title?: string;
  asOf?: string;
  producer?: string;
}

/** What one bag told of a resource. */
export interface ResourceVersion {
  /** The bag, by the name `log` gives it, and when it came: an instant in UTC. */
  bag: string;
  at: string;
  change: 'new' | 'changed' | 'reappeared' | 'vanished' | 'renumbered';
  /** The `Type/id` it got, or had, where it was renumbered. */
  to?: string;
  from?: string;
  /** The version that came: the section that shows it, its row at that time, and what differs from the one before. */
  section?: string;
  row?: Row;
  difference?: RowDifference;
}
