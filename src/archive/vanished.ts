import type { LedgerRow } from '../model/index.ts';
import { isAnswered, type HeldResource } from './fold.ts';

/**
 * The resources that are gone from a portal: held until now, not returned, although everything that could have
 * returned them was answered in full. That is so when
 *
 * - every query asked for its type was complete or empty, and at least one asked the record for the type. A query by
 *   reference does not: what nothing refers to any more is not asked for, so its absence says nothing;
 * - the query that brought it, when asked again, was complete or empty.
 *
 * @param returned `Type/id` of everything this pull brought.
 */
export function vanishedResources(
  held: Iterable<HeldResource>,
  returned: ReadonlySet<string>,
  rows: readonly LedgerRow[],
): HeldResource[] {
  const asked = rows.filter((row) => row.outcome !== 'not-asked');
  const unsure = new Set(asked.filter((row) => !isAnswered(row)).map((row) => row.query));
  const provenTypes = provable(asked);
  return [...held].filter(
    (resource) =>
      resource.standing === 'given' &&
      !returned.has(`${resource.resourceType}/${resource.id}`) &&
      provenTypes.has(resource.resourceType) &&
      !isByReference(resource.query) &&
      !unsure.has(resource.query),
  );
}

/** The types whose absence the ledger proves. */
function provable(asked: readonly LedgerRow[]): Set<string> {
  const types = new Set(asked.filter((row) => !isByReference(row.query)).map((row) => row.resourceType));
  for (const row of asked) if (!isAnswered(row)) types.delete(row.resourceType);
  return types;
}

/** True for the row of what was asked for by id, because something refers to it. */
export function isByReference(query: string): boolean {
  return query.endsWith('(by reference)');
}
