/**
 * How a query of a pull ended.
 *
 * `complete`: every page came. `empty`: complete, and nothing was there. `refused`: the portal said no (401, 403, 404,
 * 400 …) to the query or to some of its ids. `failed`: no usable answer (5xx, broken body, time-out). `truncated`: it
 * began to come and stopped. `not-asked`: not offered by the portal or not in the granted scope.
 */
export type QueryOutcome = 'complete' | 'empty' | 'refused' | 'failed' | 'truncated' | 'not-asked';

/** One row of the ledger: what was asked and what came. */
export interface LedgerRow {
  /** The query relative to the base URL, e.g. `Condition?patient=123`; or `Practitioner (by reference)`, `attachments`. */
  query: string;
  resourceType: string;
  outcome: QueryOutcome;
  /** Status of the last answer. */
  httpStatus?: number;
  pages: number;
  /** Resources (or attachments) that came by this query first; equals new + changed + unchanged. */
  returned: number;
  /** Resources that came again after another query had brought them. */
  repeated: number;
  new: number;
  changed: number;
  unchanged: number;
  /** For queries by id: what was refused or failed, e.g. `Specimen/12 (403)`. */
  missing: string[];
  /** What the server said in OperationOutcomes, as it said it. */
  notices: string[];
  /** Why it was not asked, refused or cut, in one sentence. */
  reason?: string;
  /** What was asked first and refused, with the status, e.g. `CarePlan?patient=1 (400)`: this was asked in its place. */
  tried?: string[];
  /**
   * Parameters it had to be asked by, of whose values only known ones can be asked for: what has none of them does not
   * come by it, although it is answered in full.
   */
  narrowedBy?: string[];
  /** Only what was updated from this instant on was asked for: what did not come says nothing of being gone. */
  since?: string;
  /** How many the portal says there are, where fewer came: what did not come then says nothing of being gone. */
  counted?: number;
}

/** What one pull asked of a portal, what it was granted and what it got; kept in the bag as `data/ledger.json`. */
export interface Ledger {
  schema: 'bluebutton/ledger/1';
  baseUrl: string;
  fhirVersion: string;
  patientId: string;
  scopesRequested: string[];
  scopesGranted: string[];
  /** Instants, ISO 8601 in UTC. */
  started: string;
  finished: string;
  rows: LedgerRow[];
  /** `Type/id` of resources the archive holds that complete queries no longer returned. */
  vanished: string[];
}

/** True for the row of what was asked for by id, because something refers to it. */
export function isByReference(query: string): boolean {
  return query.endsWith('(by reference)');
}

/** True for the row of a document that the portal made for the pull. */
export function isGenerated(query: string): boolean {
  return query.startsWith('DocumentReference/$docref?');
}

/** True when the row leaves something out that was asked for: the pull is done only in part. */
export function isGap(row: LedgerRow): boolean {
  return row.outcome === 'refused' || row.outcome === 'failed' || row.outcome === 'truncated';
}

/** True when a row leaves something out that is not among the gaps a person has accepted. */
export function isOpenGap(row: LedgerRow, accepted: ReadonlySet<string>): boolean {
  return gapsOf(row).some((gap) => !accepted.has(gap));
}

/**
 * What a row leaves out, each as one text by which it is known again in a later pull: a thing that was refused or
 * failed, or the query itself. A type that is refused by id altogether is one gap, whatever ids the record comes to
 * name. Empty for a row that came whole.
 */
export function gapsOf(row: LedgerRow): string[] {
  if (!isGap(row)) return [];
  const { query, outcome, httpStatus, missing, returned, repeated } = row;
  const whole = `${query}: ${outcome} (${httpStatus ?? 'no answer'})`;
  const refusedAltogether = isByReference(query) && outcome === 'refused' && returned + repeated === 0;
  if (refusedAltogether || missing.length === 0) return [whole];
  const items = missing.map((item) => `${query}: ${item}`);
  return outcome === 'truncated' ? [whole, ...items] : items;
}
