import { FhirRefusal } from './outcome.ts';
import type { SearchType } from './resource-types.ts';
import { alternatives, dateFilter, lastUpdatedFilter, tokenFilter, type Filter } from './search-filter.ts';

/** A search, understood. */
export interface Query {
  filters: Filter[];
  /** `_count`, at most `largestPage`. */
  count: number | undefined;
  /** `_include=MedicationRequest:medication` */
  withMedications: boolean;
  /** `_revinclude=Provenance:target` */
  withProvenance: boolean;
}

/** Medicare's largest page. */
const largestPage = 50;

interface Context {
  type: string;
  search: SearchType;
  /** The one patient the access token opens. */
  patient: string;
  baseUrl: string;
  started: Date;
}

/**
 * Reads the parameters of a search.
 *
 * @throws FhirRefusal 400 for an unknown parameter, an unreadable value, a search that names no patient, or an
 * Observation search without category or code; 403 for another patient.
 */
export function readQuery(parameters: URLSearchParams, context: Context): Query {
  const { type } = context;
  const query: Query = { filters: [], count: undefined, withMedications: false, withProvenance: false };
  for (const [name, value] of parameters) {
    if (value === '')
      throw new FhirRefusal(400, { code: 'invalid', text: `The parameter ${name} is empty.` });
    if (name === '_count') query.count = countOf(value);
    else if (name === '_revinclude' && value === 'Provenance:target') query.withProvenance = true;
    else if (
      name === '_include' &&
      type === 'MedicationRequest' &&
      value === 'MedicationRequest:medication'
    ) {
      query.withMedications = true;
    } else query.filters.push(filterOf(name, value, context));
  }
  const names = new Set(parameters.keys());
  if (type !== 'Patient' && !['_id', ...context.search.by].some((name) => names.has(name))) {
    throw new FhirRefusal(400, {
      code: 'required',
      text: `A search of ${type} needs the parameter patient.`,
    });
  }
  // Epic refuses an Observation search that asks for everything, where FHIR would not.
  if (type === 'Observation' && !['_id', 'category', 'code'].some((name) => names.has(name))) {
    const text = 'A search of Observation needs the parameter category or code.';
    throw new FhirRefusal(400, { severity: 'fatal', code: 'required', text });
  }
  return query;
}

function filterOf(name: string, value: string, { type, search, patient, baseUrl, started }: Context): Filter {
  if (search.by.includes(name)) {
    const id = value.replace(`${baseUrl}/`, '').replace(/^Patient\//, '');
    if (id === patient) return () => true;
    throw otherPatient();
  }
  if (name === '_id') {
    const ids = alternatives(value);
    if (type === 'Patient' && ids.some((id) => id !== patient)) throw otherPatient();
    return (resource) => ids.includes(resource.id);
  }
  if (name === '_lastUpdated') return lastUpdatedFilter(value, started);
  if (search.tokens.includes(name)) return tokenFilter(name, value);
  const stem = Object.hasOwn(search.dates, name) ? search.dates[name] : undefined;
  if (stem !== undefined) return dateFilter(name, value, stem);
  const said = name === '_include' || name === '_revinclude' ? `${name}=${value}` : `parameter ${name}`;
  throw new FhirRefusal(400, { code: 'not-supported', text: `A search of ${type} knows no ${said}.` });
}

function otherPatient(): FhirRefusal {
  return new FhirRefusal(403, { code: 'forbidden', text: 'The access token is for another patient.' });
}

function countOf(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Math.min(Number(value), largestPage);
  throw new FhirRefusal(400, { code: 'invalid', text: 'The _count must be a whole number.' });
}
