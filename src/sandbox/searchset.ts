import { mayReach, type Access } from './access.ts';
import type { JsonObject } from './json.ts';
import { outcomeEntry, type Issue } from './outcome.ts';
import { linksOf, type Link } from './paging.ts';
import type { Portal } from './portal.ts';
import { presented } from './presented.ts';
import { keyInReference, keyOf, referenceIn, type Resource, type Typed } from './resource.ts';
import { searchMannersOf } from './search-manners.ts';
import type { Search } from './searches.ts';
import { spoil } from './spoiled-searchset.ts';

/** A searchset in the making. */
export interface Sheet {
  type: string;
  total: number | undefined;
  links: Link[];
  entries: JsonObject[];
}

/** Which part of a search is asked for: after how many matches it begins, and the mark its address carried. */
export interface Part {
  start: number;
  mark: string | undefined;
}

/** A page of a search as a searchset Bundle. */
export function searchset(search: Search, part: Part, access: Access, portal: Portal): Typed {
  const sheet = sheetOf(search, part, access, portal);
  spoil(sheet, search, part, portal);
  const { type, total, links, entries } = sheet;
  return {
    resourceType: 'Bundle',
    type,
    ...(total === undefined ? {} : { total }),
    link: links.map(({ relation, url }) => ({ relation, url })),
    entry: entries,
  };
}

function sheetOf(search: Search, { start }: Part, access: Access, portal: Portal): Sheet {
  const { matches, pageSize } = search;
  const { notices, total, entries } = searchMannersOf(portal);
  const shown = matches.slice(start, start + pageSize);
  const { included, withheld } = includes(shown, search, access, portal);
  const entry = (resource: Resource, mode: string): JsonObject =>
    entries === 'bare'
      ? { resource: presented(resource, portal) }
      : {
          fullUrl: `${portal.baseUrl}/${keyOf(resource)}`,
          resource: presented(resource, portal),
          search: { mode },
        };
  const links = linksOf(search, start, portal);
  const isLast = !links.some(({ relation }) => relation === 'next');
  const issues = [
    ...(notices === 'every page' || (notices === 'last page' && isLast)
      ? [general(matches.length === 0)]
      : []),
    ...(notices === 'every page' ? subTypes(search) : []),
    ...(isLast ? withheld.map(suppressed) : []),
  ];
  return {
    type: 'searchset',
    total: { honest: matches.length, 'of the page': shown.length, none: undefined }[total],
    links,
    entries: [
      ...shown.map((resource) => entry(resource, 'match')),
      ...included.map((resource) => entry(resource, 'include')),
      ...(issues.length === 0 || entries === 'bare' ? [] : [outcomeEntry(issues)]),
    ],
  };
}

/** What Epic says with every search. */
function general(empty: boolean): Issue {
  return empty
    ? {
        severity: 'warning',
        code: 'processing',
        epic: '4101',
        text: 'Resource request returns no results.',
      }
    : {
        severity: 'information',
        code: 'informational',
        epic: '4119',
        text:
          'This response includes information available at the time of the request. ' +
          'It may not contain the entire record available in the system.',
      };
}

/** What Epic says of a search that reaches records its app may not see. Which ones is this portal's own choice. */
function subTypes({ type, parameters }: Search): Issue[] {
  if (type !== 'Observation' || parameters.get('category') !== 'social-history') return [];
  const text = 'The client has no access to some of the data. Results of this sub-type will not be returned.';
  return [{ severity: 'warning', code: 'suppressed', epic: '59204', text }];
}

function suppressed(type: string): Issue {
  return {
    severity: 'warning',
    code: 'suppressed',
    text: `No ${type} is included: it is not shared, or no scope granted allows it.`,
  };
}

/** What the search asks to have beside its matches, each once, and the types of it that may not be given. */
function includes(
  matches: Resource[],
  { withMedications, withProvenance }: Search,
  access: Access,
  portal: Portal,
): { included: Resource[]; withheld: string[] } {
  const withheld: string[] = [];
  const wanted = new Set<Resource>();
  if (withMedications) {
    if (mayReach('Medication', 'r', access, portal)) {
      for (const match of matches) {
        const medication = portal.records.at(keyInReference(referenceIn(match['medicationReference']) ?? ''));
        if (medication?.resourceType === 'Medication') wanted.add(medication);
      }
    } else withheld.push('Medication');
  }
  if (withProvenance) {
    if (mayReach('Provenance', 'r', access, portal)) {
      for (const match of matches) for (const found of portal.records.provenanceOf(match)) wanted.add(found);
    } else withheld.push('Provenance');
  }
  const included = [...wanted].filter((resource) => portal.records.mayRead(resource, access.patient));
  return { included, withheld };
}
