import type { PlanContext, PlannedQuery } from './plan.ts';
import { allows } from './scopes.ts';

/**
 * The plan with the two operations that make something of a record.
 *
 * `Patient/$everything` stands in for the searches where they bring less: where the portal declares no search by
 * patient of any type, where its vendor says so, or where a person asks for it. Else the searches are the better deal:
 * each has a row of its own, so that one refused type or one broken page does not take the rest along, they can be
 * asked for what is new only, and they bring types that `$everything`, which servers may cut as they like, leaves out.
 * What they had to leave out is asked for by `$everything` after them.
 */
export function planOperations(searches: readonly PlannedQuery[], about: PlanContext): PlannedQuery[] {
  const docref = planDocref(about);
  const isOffered = offersEverything(about);
  const address = `Patient/${encodeURIComponent(about.patientId)}/$everything`;
  if (!isOffered || !everythingStandsIn(searches, about)) {
    const what = 'what searches by category and the like leave out';
    const fill: PlannedQuery = {
      query: address,
      resourceType: 'Patient',
      how: 'everything',
      fills: true,
      what,
    };
    return [...searches, ...(isOffered && searches.some(mayBeNarrowed) ? [fill] : []), ...docref];
  }
  const orElse = searches.filter(({ how }) => how === 'search');
  const isLeft = ({ query, resourceType }: PlannedQuery): boolean =>
    !allows(about.granted, resourceType, 'read') ||
    !(resourceType in about.description.types) ||
    (searches.find((one) => one.query === query)?.reason?.startsWith('Never') ?? false);
  const left = searches.filter((planned) => planned.how === 'not-asked' && isLeft(planned));
  const covers = [
    ...new Set(searches.filter((one) => !left.includes(one)).map(({ resourceType }) => resourceType)),
  ];
  const everything: PlannedQuery = {
    query: address,
    resourceType: 'Patient',
    how: 'everything',
    covers,
    ...(orElse.length > 0 && { orElse }),
    what: 'everything at once',
  };
  return [everything, ...left, ...docref];
}

function offersEverything({ description, granted }: PlanContext): boolean {
  const isOffered = description.types['Patient']?.operations?.includes('everything') ?? false;
  return isOffered && allows(granted, 'Patient', 'read');
}

function mayBeNarrowed({ narrowedBy = [], needs = [], instead }: PlannedQuery): boolean {
  return narrowedBy.length > 0 || [...needs, ...(instead ? [instead] : [])].some(({ all }) => all !== true);
}

function everythingStandsIn(searches: readonly PlannedQuery[], { vendor, options }: PlanContext): boolean {
  return (
    options.everything === true ||
    vendor.search.everything === true ||
    searches.every(({ how }) => how === 'not-asked')
  );
}

/** A generated summary document: `$docref` of US Core, for the LOINC code of a CCD. */
function planDocref({ description, granted, patientId, options }: PlanContext): PlannedQuery[] {
  const operations = description.types['DocumentReference']?.operations ?? [];
  if (!operations.includes('docref')) return [];
  const planned = {
    query: `DocumentReference/$docref?patient=${encodeURIComponent(patientId)}&type=http://loinc.org%7C34133-9`,
    resourceType: 'DocumentReference',
    what: 'a summary document (CCD), made anew',
  };
  const isGranted = (['read', 'search'] as const).some((access) =>
    allows(granted, 'DocumentReference', access),
  );
  if (!isGranted) return [{ ...planned, how: 'not-asked', reason: 'The granted access does not cover it.' }];
  if (options.ccd !== true) return [{ ...planned, how: 'not-asked', reason: notDue }];
  return [{ ...planned, how: 'docref' }];
}

const notDue = 'A new document is made at each asking: asked once a month, or with --ccd.';
