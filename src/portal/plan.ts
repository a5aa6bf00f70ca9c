import { offers, type OfferedType, type PortalDescription } from './description.ts';
import { planTable, type PlanEntry } from './plan-table.ts';
import { allows, restrictions } from './scopes.ts';

/** One thing a pull asks, or the reason why it does not. */
export interface PlannedQuery {
  /** Relative to the base URL; also the name of its ledger row. */
  query: string;
  resourceType: string;
  how: 'read' | 'search' | 'not-asked';
  /** Asked in its place when the portal answers 400 or 422. */
  ifRefused?: string;
  /** Why it is not asked, or only in part. */
  reason?: string;
  /** What it brings, in a person's words. */
  what: string;
}

/**
 * What to ask of a portal for one person's record: what the portal declares, of what was granted, by the parameters
 * of `planTable`. Every type of the Patient compartment is there, the ones not asked with their reason.
 */
export function planQueries(
  description: PortalDescription,
  granted: readonly string[],
  patientId: string,
): PlannedQuery[] {
  const plan = planTable.flatMap((entry) => planType(entry, description, granted, patientId));
  const known = new Set(['Patient', ...planTable.map(({ type }) => type)]);
  const others = Object.entries(description.types).filter(
    ([type, offered]) => !known.has(type) && offered.searchParams.includes('patient'),
  );
  const more = others.flatMap(([type]) =>
    planType({ type, by: ['patient'], what: 'offered by this portal' }, description, granted, patientId),
  );
  return [planPatient(description, granted, patientId), ...plan, ...more];
}

function planPatient(
  { types }: PortalDescription,
  granted: readonly string[],
  patientId: string,
): PlannedQuery {
  const planned = {
    query: `Patient/${encodeURIComponent(patientId)}`,
    resourceType: 'Patient',
    what: 'the person',
  };
  if (!offers(types['Patient'], 'read')) return { ...planned, how: 'not-asked', reason: notOffered };
  if (!allows(granted, 'Patient', 'read')) return { ...planned, how: 'not-asked', reason: notGranted };
  return { ...planned, how: 'read' };
}

const notOffered = 'The portal does not offer it.';
const notGranted = 'The granted access does not cover it.';

function planType(
  entry: PlanEntry,
  { types }: PortalDescription,
  granted: readonly string[],
  patientId: string,
): PlannedQuery[] {
  const { type, what } = entry;
  const offered = types[type];
  const by = entry.by.find((name) => declares(offered, name));
  const notAsked = (reason: string): PlannedQuery[] => [
    {
      query: search(type, [patientPart(by ?? entry.by[0] ?? 'patient', patientId)]),
      resourceType: type,
      how: 'not-asked',
      reason,
      what,
    },
  ];
  if (offered === undefined) return notAsked(notOffered);
  if (!offers(offered, 'search-type')) return notAsked('The portal offers no search of it.');
  if (entry.never !== undefined) return notAsked(`Never asked: ${entry.never}.`);
  if (by === undefined) return notAsked('The portal declares no search of it by patient.');
  if (!allows(granted, type, 'search')) return notAsked(notGranted);

  const extras = extraParts(entry, offered, granted);
  const only = restrictions(granted, type);
  const planned = {
    resourceType: type,
    how: 'search' as const,
    ...(only.length === 0 ? {} : { reason: `Granted only for ${only.join(' and ')}.` }),
    what,
  };
  const patientParts = [by, ...(entry.also ?? []).filter((name) => offered.searchParams.includes(name))].map(
    (name) => patientPart(name, patientId),
  );
  return patientParts.flatMap((part) =>
    requiredParts(entry, offered).map((required) => ({
      ...planned,
      query: search(type, [part, ...required, ...extras]),
      ...(entry.ifRefused === undefined
        ? {}
        : { ifRefused: search(type, [part, entry.ifRefused, ...extras]) }),
    })),
  );
}

/** A portal that lists no parameters at all is taken to know those the table asks for. */
function declares(offered: OfferedType | undefined, parameter: string): boolean {
  return (
    offered !== undefined && (offered.searchParams.length === 0 || offered.searchParams.includes(parameter))
  );
}

function requiredParts({ each }: PlanEntry, offered: OfferedType): string[][] {
  if (each === undefined || !declares(offered, each.parameter)) return [[]];
  return each.values.map((value) => [`${each.parameter}=${value}`]);
}

function extraParts({ include }: PlanEntry, offered: OfferedType, granted: readonly string[]): string[] {
  const provenance =
    offered.revIncludes.includes('Provenance:target') &&
    (allows(granted, 'Provenance', 'search') || allows(granted, 'Provenance', 'read'));
  return [
    ...(include !== undefined && offered.includes.includes(include) ? [`_include=${include}`] : []),
    ...(provenance ? ['_revinclude=Provenance:target'] : []),
  ];
}

/** `actor`, `recipient` and the like may mean other things than a patient, so they are given the type. */
function patientPart(parameter: string, patientId: string): string {
  const id = encodeURIComponent(patientId);
  return parameter === 'patient' || parameter === 'beneficiary'
    ? `${parameter}=${id}`
    : `${parameter}=Patient/${id}`;
}

function search(type: string, parts: readonly string[]): string {
  return `${type}?${parts.join('&')}`;
}
