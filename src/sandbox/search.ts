import { accessOf, mayReach, requireReach, type Access } from './access.ts';
import type { Asked } from './asked.ts';
import { FhirRefusal } from './outcome.ts';
import { pagingParameters } from './paging.ts';
import type { Portal } from './portal.ts';
import { fhirReply, type Reply } from './reply.ts';
import { searchMannersOf } from './search-manners.ts';
import { readQuery } from './search-query.ts';
import type { Search } from './searches.ts';
import { searchset } from './searchset.ts';
import { refusePage, requireMark } from './spoiled-pages.ts';

/** `GET [base]/Type?…`: a page of what the patient's record has of a type, the first where the address names none. */
export function answerSearch(type: string, asked: Asked, portal: Portal): Reply {
  const { headers, query } = asked;
  if (query.has('_getpages')) return answerPage(asked, portal);
  const access = accessOf(headers, portal);
  requireReach(type, 's', access, portal);
  const kind = portal.types.get(type);
  if (kind === undefined) {
    throw new FhirRefusal(400, { code: 'not-supported', text: `${type} is read by id, not searched.` });
  }
  const mark = requireMark(query);
  const parameters = withoutMark(query);
  const { patient } = access;
  const { baseUrl, records, faults } = portal;
  const { filters, start, ...how } = readQuery(parameters, { type, search: kind, patient, portal });
  if (how.withProvenance) requireProvenance(access, portal);
  const held = faults.strikes('ignores-patient', type) ? records.all(type) : records.ofPatient(type, patient);
  const matches = held.filter((resource) => filters.every((filter) => filter(resource)));
  const address = `${baseUrl}/${type}${query.size === 0 ? '' : `?${query.toString()}`}`;
  for (const name of pagingParameters) parameters.delete(name);
  return answerPart({ type, patient, parameters, address, matches, ...how }, start, mark, access, portal);
}

/** `GET [base]?_getpages=TOKEN&_page=N`: a further page, for the patient whose search it was. */
export function answerPage({ headers, query }: Asked, portal: Portal): Reply {
  const access = accessOf(headers, portal);
  const token = query.get('_getpages');
  if (token === null) {
    throw new FhirRefusal(400, {
      code: 'not-supported',
      text: 'This portal does not search all types at once.',
    });
  }
  const search = portal.searches.find(token);
  const number = Number(query.get('_page'));
  const mark = requireMark(query);
  if (search === undefined || !isPage(number, search, portal)) {
    throw new FhirRefusal(410, { code: 'not-found', text: 'This page of a search is here no more.' });
  }
  if (search.patient !== access.patient) {
    throw new FhirRefusal(403, { code: 'forbidden', text: 'This search was made for another patient.' });
  }
  requireReach(search.type, 's', access, portal);
  return answerPart(search, (number - 1) * search.pageSize, mark, access, portal);
}

/** One page of a search that is carried out. */
export function answerPart(
  search: Search,
  start: number,
  mark: string | undefined,
  access: Access,
  portal: Portal,
): Reply {
  refusePage(search, start, portal);
  return fhirReply(200, searchset(search, { start, mark }, access, portal));
}

/** Oracle Health refuses a search that asks for Provenance without patient/Provenance.read. */
function requireProvenance(access: Access, portal: Portal): void {
  if (searchMannersOf(portal).provenanceWithoutScope === 'withheld') return;
  if (mayReach('Provenance', 'r', access, portal)) return;
  const text = '_revinclude=Provenance:target needs the scope patient/Provenance.read.';
  throw new FhirRefusal(403, { code: 'forbidden', text, parameter: '_revinclude' });
}

function withoutMark(query: URLSearchParams): URLSearchParams {
  const parameters = new URLSearchParams(query);
  parameters.delete('_mark');
  return parameters;
}

function isPage(number: number, { matches, pageSize }: Search, { faults }: Portal): boolean {
  if (!Number.isInteger(number) || number < 1) return false;
  if (number === 1 || faults.isOn('next-endless')) return true;
  return (number - 1) * pageSize < matches.length;
}
