import type { LedgerRow, Pulled, PulledDocument, PulledResource } from '../model/index.ts';
import type { Asking } from './ask-search.ts';
import { fetchAttachments } from './fetch-attachments.ts';
import { openRow, remark, worsen } from './ledger-row.ts';
import type { PlannedQuery } from './plan.ts';
import { search } from './search.ts';

/**
 * Asks for `Patient/$everything`, page by page. One row tells how it ended, and one more for each type it covers what
 * it brought of that.
 *
 * Where it is refused at once and there is something to ask in its place, its row is as if it was not asked.
 */
export async function* askEverything(
  { query, resourceType, covers = [], orElse, fills }: PlannedQuery,
  { session, harvest, baseUrl }: Asking,
): AsyncGenerator<PulledResource, LedgerRow[]> {
  const row = openRow(query, resourceType);
  const ofTypes = new Map<string, LedgerRow>();
  const rowOf = (type: string): LedgerRow | undefined => {
    if (type === resourceType || type === 'OperationOutcome') return row;
    const found = ofTypes.get(type) ?? openRow(`${query} (${type})`, type);
    ofTypes.set(type, found);
    return found;
  };
  for (const type of covers) rowOf(type);
  const address = fills === true ? `${query}?_type=${covers.join(',')}` : query;
  const refusal = yield* search(session, harvest, baseUrl, row, { address, rowOf });
  const { outcome, reason = '' } = row;
  if (refusal !== undefined && orElse !== undefined) {
    row.outcome = 'not-asked';
    const instead = fills === true ? 'It was to bring what the searches leave out.' : searchesInstead;
    row.reason = `${reason} ${instead}`;
  }
  if (refusal !== undefined) return [row];
  if (outcome !== 'complete') for (const one of ofTypes.values()) worsen(one, outcome, reason);
  return [row, ...ofTypes.values()];
}

const searchesInstead = 'The searches were asked in its place.';

/**
 * Asks for `Patient/$everything` of the types whose searches had to be narrowed, in a pull that asks for all of them: it
 * brings again what they brought, so that it would be the dearer way to ask for what is new only. Where it brought a
 * type whole, the rows of its searches are narrow no longer. No rows where there is nothing to fill; a refusal leaves
 * everything as the searches left it.
 */
export async function* fillNarrowed(
  planned: PlannedQuery,
  asking: Asking,
  rows: readonly LedgerRow[],
): AsyncGenerator<PulledResource, LedgerRow[]> {
  const narrow = rows.filter(
    ({ narrowedBy = [], outcome, since }) =>
      narrowedBy.length > 0 && since === undefined && (outcome === 'complete' || outcome === 'empty'),
  );
  const covers = [...new Set(narrow.map(({ resourceType }) => resourceType))];
  if (covers.length === 0) return [];
  const filled = yield* askEverything({ ...planned, covers, orElse: [] }, asking);
  for (const row of narrow) {
    const whole = filled.find(({ resourceType, query }) => {
      return resourceType === row.resourceType && query !== planned.query;
    });
    if (whole?.outcome !== 'complete') continue;
    delete row.narrowedBy;
    remark(row, 'Patient/$everything was asked for the rest.');
  }
  return filled;
}

/**
 * Asks for a generated summary document (`$docref`). What comes is made for this answer and may not be found again, so
 * it is handed over whole, with its attachments, for the archive to compare with the last one. The answer of one known
 * server has a `next` link that walks into the plain search of DocumentReference: it is not followed.
 */
export async function* askDocref(
  { query, resourceType }: PlannedQuery,
  { session, harvest, baseUrl, sources }: Asking,
): AsyncGenerator<Pulled, LedgerRow[]> {
  const row = openRow(query, resourceType);
  const before = harvest.attachments.length;
  const resources: PulledResource[] = [];
  for await (const resource of search(session, harvest, baseUrl, row, { follow: false }))
    resources.push(resource);
  const attachments = harvest.attachments.splice(before);
  const documents: PulledDocument[] = [];
  for await (const document of fetchAttachments(sources, attachments, row)) documents.push(document);
  if (resources.length > 0) yield { kind: 'generated', query, resources, documents };
  return [row];
}
