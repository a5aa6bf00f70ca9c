import { accessOf, requireReach } from './access.ts';
import type { Asked } from './asked.ts';
import { FhirRefusal } from './outcome.ts';
import type { Portal } from './portal.ts';
import { fhirReply, type Reply } from './reply.ts';
import { readQuery } from './search-query.ts';
import type { Search } from './searches.ts';
import { searchset } from './searchset.ts';

/** `GET [base]/Type?…`: the first page of what the patient's record has of a type. */
export function answerSearch(type: string, { headers, query }: Asked, portal: Portal): Reply {
  const access = accessOf(headers, portal);
  requireReach(type, 's', access, portal);
  const kind = portal.types.get(type);
  if (kind === undefined) {
    throw new FhirRefusal(400, { code: 'not-supported', text: `${type} is read by id, not searched.` });
  }
  const { patient } = access;
  const { baseUrl, started } = portal;
  const { filters, count, ...withs } = readQuery(query, { type, search: kind, patient, baseUrl, started });
  const held = portal.records.ofPatient(type, patient);
  const matches = held.filter((resource) => filters.every((filter) => filter(resource)));
  const pageSize = count ?? portal.pageSize;
  const address = `${baseUrl}/${type}${query.size === 0 ? '' : `?${query.toString()}`}`;
  const search: Search = { type, patient, address, matches, pageSize, ...withs };
  const page = { number: 1, self: address, next: nextAddress(search, undefined, 1, portal) };
  return fhirReply(200, searchset(search, page, access, portal));
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
  if (search === undefined || !isPage(number, search)) {
    throw new FhirRefusal(410, { code: 'not-found', text: 'This page of a search is here no more.' });
  }
  if (search.patient !== access.patient) {
    throw new FhirRefusal(403, { code: 'forbidden', text: 'This search was made for another patient.' });
  }
  requireReach(search.type, 's', access, portal);
  const page = {
    number,
    self: pageAddress(token, number, portal),
    next: nextAddress(search, token, number, portal),
  };
  return fhirReply(200, searchset(search, page, access, portal));
}

function isPage(number: number, { matches, pageSize }: Search): boolean {
  return Number.isInteger(number) && number >= 1 && (number - 1) * pageSize < matches.length;
}

/** Where the page after this one is. A `_count` of 0 asks for the total alone, so it has none. */
function nextAddress(
  search: Search,
  token: string | undefined,
  number: number,
  portal: Portal,
): string | undefined {
  const isLast = search.pageSize === 0 || number * search.pageSize >= search.matches.length;
  return isLast ? undefined : pageAddress(token ?? portal.searches.keep(search), number + 1, portal);
}

function pageAddress(token: string, number: number, { baseUrl }: Portal): string {
  return `${baseUrl}?_getpages=${token}&_page=${number}`;
}
