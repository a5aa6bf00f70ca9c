import { isByReference, isGenerated, type LedgerRow } from '../model/index.ts';
import { isAnswered, type HeldResource } from './fold.ts';

/**
 * The resources that are gone from a portal: held until now, not returned, although everything that could have
 * returned them was answered in full. That is so when
 *
 * - every query asked for its type was complete or empty and asked for all there is, not only for what was updated
 *   since some instant, and as many came as the portal says there are; and at least one asked the record for the type. A query by reference does not: what nothing
 *   refers to any more is not asked for, so its absence says nothing. Nor does one for a document made for the asking;
 * - the query that brought it, when asked again, was complete or empty;
 * - where a query of its type was asked in place of another that was refused, which may have brought more, the query
 *   that brought it was asked again.
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
  const answered = new Set(asked.filter(isAnswered).map((row) => row.query));
  const narrowed = new Set(rows.filter(({ tried }) => tried !== undefined).map((row) => row.resourceType));
  const provenTypes = provenBy(asked);
  return [...held].filter(
    (resource) =>
      resource.standing === 'given' &&
      !returned.has(`${resource.resourceType}/${resource.id}`) &&
      provenTypes.has(resource.resourceType) &&
      !isByReference(resource.query) &&
      !isGenerated(resource.query) &&
      !unsure.has(resource.query) &&
      (!narrowed.has(resource.resourceType) || answered.has(resource.query)),
  );
}

/** The types of which a complete answer came: what was not in it is not given. */
export function provenBy(rows: readonly LedgerRow[]): Set<string> {
  const asked = rows.filter((row) => row.outcome !== 'not-asked' && !isGenerated(row.query));
  const types = new Set(asked.filter((row) => !isByReference(row.query)).map((row) => row.resourceType));
  for (const row of asked) {
    const isWhole = isAnswered(row) && row.since === undefined && row.counted === undefined;
    if (!isWhole) types.delete(row.resourceType);
  }
  return types;
}
