import { mayReach, type Access } from './access.ts';
import type { Json } from './json.ts';
import { operationOutcome, type Issue } from './outcome.ts';
import type { Portal } from './portal.ts';
import { keyInReference, keyOf, referenceIn, type Resource, type Typed } from './resource.ts';
import type { Search } from './searches.ts';

/** One page of a search. */
export interface Page {
  number: number;
  /** The page's own address. */
  self: string;
  /** The address of the page after it, if there is one. */
  next: string | undefined;
}

/** A page of a search as a searchset Bundle. The last one ends with an OperationOutcome, as every one of Epic's does. */
export function searchset(
  search: Search,
  { number, self, next }: Page,
  access: Access,
  portal: Portal,
): Typed {
  const { matches, pageSize } = search;
  const shown = matches.slice((number - 1) * pageSize, number * pageSize);
  const { included, withheld } = includes(shown, search, access, portal);
  const entry = (resource: Resource, mode: string): Json => ({
    fullUrl: `${portal.baseUrl}/${keyOf(resource)}`,
    resource,
    search: { mode },
  });
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: matches.length,
    link: [{ relation: 'self', url: self }, ...(next === undefined ? [] : [{ relation: 'next', url: next }])],
    entry: [
      ...shown.map((resource) => entry(resource, 'match')),
      ...included.map((resource) => entry(resource, 'include')),
      ...(next === undefined ? [notice(matches.length === 0, withheld)] : []),
    ],
  };
}

function notice(empty: boolean, withheld: string[]): Json {
  const issues: Issue[] = [
    empty
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
        },
    ...withheld.map((type): Issue => ({
      severity: 'warning',
      code: 'suppressed',
      text: `No ${type} is included: it is not shared, or no scope granted allows it.`,
    })),
  ];
  return { resource: operationOutcome(issues), search: { mode: 'outcome' } };
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
