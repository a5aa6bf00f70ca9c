import { FhirRefusal } from './outcome.ts';
import type { Portal } from './portal.ts';
import type { SearchType } from './resource-types.ts';
import type { Resource } from './resource.ts';
import { searchMannersOf, pageSizeOf } from './search-manners.ts';
import {
  alternatives,
  claimTypeFilter,
  dateFilter,
  lastUpdatedFilter,
  tokenFilter,
  type Filter,
} from './search-filter.ts';

/** A search, understood. */
export interface Query {
  filters: Filter[];
  /** Matches a page. */
  pageSize: number;
  /** How many matches come before the page that is asked for. */
  start: number;
  /** `_include=MedicationRequest:medication` */
  withMedications: boolean;
  /** `_revinclude=Provenance:target` */
  withProvenance: boolean;
}

interface Context {
  type: string;
  search: SearchType;
  /** The one patient the access token opens. */
  patient: string;
  portal: Portal;
}

/**
 * Reads the parameters of a search, as the portal's manners have it.
 *
 * @throws FhirRefusal 400 for an unknown parameter, an unreadable value, a search that names no patient, or one that
 * lacks what its type requires; 403 for another patient.
 */
export function readQuery(parameters: URLSearchParams, context: Context): Query {
  const { type, portal } = context;
  const { paging } = searchMannersOf(portal);
  const size = pageSizeOf(type, portal).default;
  const query: Query = {
    filters: [],
    pageSize: size,
    start: 0,
    withMedications: false,
    withProvenance: false,
  };
  let page = 1;
  for (const [name, value] of parameters) {
    if (value === '') throw invalid(name, `The parameter ${name} is empty.`);
    refuseAsUndeclared(name, context);
    if (name === '_count') query.pageSize = countOf(value, context);
    else if (name === '_revinclude' && value === 'Provenance:target') query.withProvenance = true;
    else if (name === 'startIndex' && paging === 'startIndex') query.start = numberOf(name, value);
    else if (name === 'page' && paging === 'page') page = numberOf(name, value);
    else if (
      name === '_include' &&
      type === 'MedicationRequest' &&
      value === 'MedicationRequest:medication'
    ) {
      query.withMedications = true;
    } else query.filters.push(...filtersOf(name, value, context));
  }
  requireParameters(new Set(parameters.keys()), context);
  if (page < 1) throw invalid('page', 'The first page is 1.');
  if (page > 1) query.start = (page - 1) * query.pageSize;
  return query;
}

function requireParameters(names: Set<string>, { type, search, portal }: Context): void {
  const { requires, missing, patient, lastUpdatedOrDate } = searchMannersOf(portal);
  if (type !== 'Patient' && patient === 'named' && !['_id', ...search.by].some((name) => names.has(name))) {
    const text = `A search of ${type} needs the parameter patient.`;
    throw new FhirRefusal(400, { code: 'required', text, parameter: 'patient' });
  }
  const oneOf = requires[type] ?? [];
  if (oneOf.length > 0 && !['_id', ...oneOf].some((name) => names.has(name))) {
    const text = `A search of ${type} needs the parameter ${oneOf.join(' or ')}.`;
    const [parameter = ''] = oneOf;
    throw new FhirRefusal(400, { severity: missing, code: 'required', text, parameter });
  }
  // Oracle Health: _lastUpdated and date are not allowed together.
  if (lastUpdatedOrDate === true && names.has('_lastUpdated') && names.has('date')) {
    throw invalid('_lastUpdated', 'The parameters _lastUpdated and date exclude each other.');
  }
}

/** Some servers refuse whatever their CapabilityStatement does not list; then this one lists none of these. */
function refuseAsUndeclared(name: string, { type, portal }: Context): void {
  if (!name.startsWith('_') || name === '_id') return;
  if (!portal.faults.strikes('unknown-parameter-400', type)) return;
  const text = `Unknown parameter ${name}.`;
  throw new FhirRefusal(400, { code: 'not-supported', text, parameter: name });
}

function filtersOf(name: string, value: string, context: Context): Filter[] {
  const { type, search, patient, portal } = context;
  const { unknownParameters, lastUpdated, refusedCategories } = searchMannersOf(portal);
  if (search.by.includes(name)) {
    const id = value.replace(`${portal.baseUrl}/`, '').replace(/^Patient\//, '');
    if (id === patient) return [];
    throw otherPatient();
  }
  if (name === '_id') {
    const ids = alternatives(value);
    if (type === 'Patient' && ids.some((id) => id !== patient)) throw otherPatient();
    return [(resource) => ids.includes(resource.id)];
  }
  if (name === '_lastUpdated' && lastUpdated !== 'none') {
    const filter = lastUpdatedFilter(value, lastUpdated, updateOf(type, portal));
    return portal.faults.strikes('ignores-last-updated', type) ? [] : [filter];
  }
  if (name === 'type' && type === 'ExplanationOfBenefit' && unknownParameters === 'dropped') {
    return [claimTypeFilter(value)];
  }
  if (type === 'Observation' && name === 'category') refuseCategories(value, refusedCategories);
  if (search.tokens.includes(name)) return [tokenFilter(name, value)];
  const stem = Object.hasOwn(search.dates, name) ? search.dates[name] : undefined;
  if (stem !== undefined) return [dateFilter(name, value, stem)];
  if (unknownParameters === 'dropped') return [];
  const said = name === '_include' || name === '_revinclude' ? `${name}=${value}` : `parameter ${name}`;
  const text = `A search of ${type} knows no ${said}.`;
  throw new FhirRefusal(400, { code: 'not-supported', text, parameter: name });
}

/** When a resource was updated, so far as `_lastUpdated` knows. */
function updateOf(
  type: string,
  { records, faults }: Portal,
): (resource: Resource) => ReturnType<typeof records.updated> {
  const dishonest = faults.strikes('last-updated-dishonest', type);
  return (resource) => (dishonest ? records.statedUpdate(resource) : records.updated(resource));
}

/** Epic does not know every category that FHIR has. */
function refuseCategories(value: string, refused: readonly string[] = []): void {
  const found = alternatives(value).find((one) => refused.includes(one.replace(/^.*\|/, '')));
  if (found !== undefined) throw invalid('category', 'The category is not one this portal has.');
}

function otherPatient(): FhirRefusal {
  return new FhirRefusal(403, { code: 'forbidden', text: 'The access token is for another patient.' });
}

function invalid(parameter: string, text: string): FhirRefusal {
  return new FhirRefusal(400, { code: 'invalid', text, parameter });
}

function countOf(value: string, { type, portal }: Context): number {
  const { most, default: usual } = pageSizeOf(type, portal);
  const count = numberOf('_count', value);
  if (count > most && searchMannersOf(portal).largeCount === 'refused') {
    throw invalid('_count', `The _count must be between 0 and ${most}.`);
  }
  return portal.faults.strikes('ignores-count', type) ? usual : Math.min(count, most);
}

function numberOf(name: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw invalid(name, `The ${name} must be a whole number.`);
}
