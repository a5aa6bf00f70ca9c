import { accessOf, mayReach, requireReach } from './access.ts';
import type { Asked } from './asked.ts';
import { stringsUnder } from './json.ts';
import { FhirRefusal } from './outcome.ts';
import { requireJson } from './read.ts';
import type { Portal } from './portal.ts';
import type { Reply } from './reply.ts';
import { keyInReference, keyOf, type Resource } from './resource.ts';
import { answerPart } from './search.ts';
import { lastUpdatedFilter, type Filter } from './search-filter.ts';
import { searchMannersOf, pageSizeOf } from './search-manners.ts';

/**
 * `GET [base]/Patient/id/$everything` (FHIR R4 patient-operation-everything): what belongs to the patient and what that
 * refers to, so far as scopes go, page by page. Takes `_since`, `_type` and `_count`.
 */
export function answerEverything(id: string, { headers, query }: Asked, portal: Portal): Reply {
  const access = accessOf(headers, portal);
  requireReach('Patient', 'r', access, portal);
  requireOperation('everything', portal);
  requireJson(headers.accept, portal);
  if (id !== access.patient) {
    throw new FhirRefusal(403, { code: 'forbidden', text: 'The access token is for another patient.' });
  }
  const { default: usual, most } = pageSizeOf('Patient', portal);
  const filters: Filter[] = [];
  let pageSize = usual;
  for (const [name, value] of query) {
    if (name === '_since') filters.push(since(value, portal));
    else if (name === '_type') filters.push(({ resourceType }) => value.split(',').includes(resourceType));
    else if (name === '_count' && /^[1-9]\d{0,8}$/.test(value)) pageSize = Math.min(Number(value), most);
    else {
      const text = `This operation does not take ${name} so.`;
      throw new FhirRefusal(400, { code: 'not-supported', text, parameter: name });
    }
  }
  const matches = withReferred(portal.records.everythingOf(id), id, portal).filter(
    (resource) =>
      mayReach(resource.resourceType, 'r', access, portal) && filters.every((filter) => filter(resource)),
  );
  const address = `${portal.baseUrl}/Patient/${id}/$everything${query.size === 0 ? '' : `?${query.toString()}`}`;
  const search = {
    type: 'Patient',
    patient: id,
    parameters: query,
    address,
    matches,
    pageSize,
    withMedications: false,
    withProvenance: false,
  };
  return answerPart(search, 0, undefined, access, portal);
}

/** @throws FhirRefusal 404 where the portal's manners do not offer the operation. */
export function requireOperation(name: 'everything' | 'docref', portal: Portal): void {
  if (searchMannersOf(portal).operations.includes(name)) return;
  throw new FhirRefusal(404, { code: 'not-supported', text: 'This portal has no such operation.' });
}

function since(value: string, { records }: Portal): Filter {
  return lastUpdatedFilter(`ge${value}`, 'every prefix', (resource) => records.updated(resource));
}

/** The resources and all that they refer to, directly or not, and the patient may read. */
function withReferred(own: Resource[], patient: string, { records }: Portal): Resource[] {
  const found = new Map(own.map((resource) => [keyOf(resource), resource]));
  // A Map visits what is added while it is walked through.
  for (const resource of found.values()) {
    for (const reference of stringsUnder(resource, 'reference')) {
      const referred = records.at(keyInReference(reference));
      if (referred !== undefined && records.mayRead(referred, patient)) found.set(keyOf(referred), referred);
    }
  }
  return [...found.values()];
}
