/**
 * Something a reader met and a person may need to know. Findings are data: reading goes on.
 *
 * `note`: worth knowing. `warning`: read, but not as it should be. `lost`: could not be read; the bytes are kept.
 */
export interface Finding {
  severity: 'note' | 'warning' | 'lost';
  /** Stable word for scripts, e.g. `wrong-shape`, `bad-line`. */
  code: string;
  /** One sentence for a person, without text of the record. */
  message: string;
  /** `id` of the source. */
  source?: string;
  /** The way to the file in a container. */
  member?: string;
  line?: number;
  /** Last line of a range. */
  endLine?: number;
  pointer?: string;
}
