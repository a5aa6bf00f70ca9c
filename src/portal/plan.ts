import { offers, type OfferedType, type PortalDescription } from './description.ts';
import { planOperations } from './plan-operations.ts';
import { planTableOf, type Need, type PlanEntry } from './plan-table.ts';
import { parametersOf, queryValue, withPart } from './query-parts.ts';
import { allows, restrictions } from './scopes.ts';
import { vendorFor, type Vendor } from './vendors.ts';

/** One thing a pull asks, or the reason why it does not. */
export interface PlannedQuery {
  /** Relative to the base URL; also the name of its ledger row. */
  query: string;
  resourceType: string;
  how: 'read' | 'search' | 'docref' | 'everything' | 'not-asked';
  /** `_count` it is asked with. */
  pageSize?: number;
  /** Only what was updated from this instant on: asked with `_lastUpdated`. */
  since?: string;
  /** Asked by these, where the portal insists on them. */
  needs?: readonly Need[];
  /** Asked once for each value, where it is refused or breaks off. */
  instead?: Need;
  /** Parameters it is asked by that may leave something out (`LedgerRow.narrowedBy`). */
  narrowedBy?: readonly string[];
  /** Of `everything`: the types whose fate it settles, and what is asked where it is refused. */
  covers?: readonly string[];
  orElse?: readonly PlannedQuery[];
  /** Of `everything`: asked after the searches, and only for the types whose searches had to be narrowed. */
  fills?: true;
  /** Why it is not asked, or only in part. */
  reason?: string;
  /** What it brings, in a person's words. */
  what: string;
}

/** What a person, and earlier pulls, have to say about a plan. */
export interface PlanOptions {
  /** The vendor's id, where the person named it. */
  vendor?: string | undefined;
  /** True to have the portal make a summary document (`$docref`). */
  ccd?: boolean | undefined;
  /** True to ask for everything at once, where the portal can. */
  everything?: boolean | undefined;
  /** By query: the instant since which alone it need be asked. */
  since?: Readonly<Record<string, string>> | undefined;
}

/**
 * What to ask of a portal for one person's record: what the portal declares, of what was granted, by the parameters
 * of `planTable` and the manners of its vendor. Every type that its release has in the Patient compartment is there, the
 * ones not asked with their reason.
 */
export function planQueries(
  description: PortalDescription,
  granted: readonly string[],
  patientId: string,
  options: PlanOptions = {},
): PlannedQuery[] {
  const vendor = vendorFor(description, options.vendor);
  const about = { description, granted, patientId, vendor, options };
  const table = planTableOf(description);
  const plan = table.flatMap((entry) => planType(entry, about));
  const known = new Set(['Patient', ...table.map(({ type }) => type)]);
  const others = Object.entries(description.types).filter(
    ([type, offered]) => !known.has(type) && offered.searchParams.includes('patient'),
  );
  const more = others.flatMap(([type]) =>
    planType({ type, by: ['patient'], what: 'offered by this portal' }, about),
  );
  return [planPatient(about), ...planOperations([...plan, ...more], about)];
}

/** What a plan is made from. */
export interface PlanContext {
  description: PortalDescription;
  granted: readonly string[];
  patientId: string;
  vendor: Vendor;
  options: PlanOptions;
}

function planPatient({ description: { types }, granted, patientId }: PlanContext): PlannedQuery {
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

function planType(entry: PlanEntry, about: PlanContext): PlannedQuery[] {
  const { type, what } = entry;
  const { description, granted, patientId, vendor } = about;
  const offered = description.types[type];
  const by = entry.by.find((name) => declares(offered, name));
  const notAsked = (reason: string): PlannedQuery[] => [
    {
      query: `${type}?${patientPart(by ?? entry.by[0] ?? 'patient', patientId)}`,
      resourceType: type,
      how: 'not-asked',
      reason,
      what,
    },
  ];
  if (offered === undefined) return notAsked(notOffered);
  if (!offers(offered, 'search-type')) return notAsked('The portal offers no search of it.');
  if (entry.never !== undefined) return notAsked(`Never asked: ${entry.never}.`);
  const skipped = vendor.search.skip[type];
  if (skipped !== undefined) return notAsked(skipped);
  if (by === undefined) return notAsked('The portal declares no search of it by patient.');
  if (!allows(granted, type, 'search')) return notAsked(notGranted);

  const vendorEach = vendor.search.each[type];
  const added = vendor.search.add[type];
  const only = restrictions(granted, type);
  const readable = only.filter((text) => restriction.test(text));
  if (only.length > 0 && readable.length === 0)
    return notAsked('It is granted only in part, in no known way.');
  const narrowedBy = [
    ...(vendorEach === undefined ? [] : [vendorEach.parameter]),
    ...(added === undefined ? [] : [parametersOf(`${type}?${added}`).join(' and ')]),
  ];
  const reasons = [
    ...(only.length === 0 ? [] : [`Granted only for ${only.join(' and ')}.`]),
    ...narrowedBy.map(askedBy),
  ];
  const parts = [by, ...(entry.also ?? []).filter((name) => offered.searchParams.includes(name))];
  return parts
    .flatMap((name) => {
      const alone = [`${type}?${patientPart(name, patientId)}`, ...extraParts(entry, about, offered)].reduce(
        (query, part) => (part === '' ? query : withPart(query, part)),
      );
      if (readable.length > 0) return readable.map((text) => withPart(alone, encodeURI(text)));
      const each = vendorEach ?? (declares(offered, entry.each?.parameter) && entry.each);
      return each ? each.values.map((value) => withNeed(alone, each.parameter, value)) : [alone];
    })
    .map((query) => ({
      query,
      resourceType: type,
      how: 'search' as const,
      ...mannersOf(query, entry, about, offered),
      ...(reasons.length > 0 && { reason: reasons.join(' ') }),
      ...(narrowedBy.length > 0 && { narrowedBy }),
      what,
    }));
}

/** What a granular scope allows only, in the words of a search (SMART App Launch 2.2 §3). */
const restriction = /^[\w-]+(:[\w-]+)?=[^&#\s]+(&[\w-]+(:[\w-]+)?=[^&#\s]+)*$/;

/** How large pages are asked for, since when, and what may be added to a query. */
function mannersOf(
  query: string,
  entry: PlanEntry,
  { vendor, options }: PlanContext,
  offered: OfferedType,
): Pick<PlannedQuery, 'pageSize' | 'since' | 'needs' | 'instead'> {
  const { search } = vendor;
  const pageSize = search.pageSize?.of?.[entry.type] ?? search.pageSize?.default;
  const since = mayAskSince(vendor, offered) ? options.since?.[query] : undefined;
  const present = parametersOf(query);
  const needs = (entry.needs ?? [])
    .filter(({ parameter }) => !present.includes(parameter))
    .map((need) => (declares(offered, need.parameter) ? need : { ...need, undeclared: true as const }));
  const instead = search.instead?.[entry.type];
  return {
    ...(pageSize !== undefined && { pageSize }),
    ...(since !== undefined && { since }),
    ...(needs.length > 0 && { needs }),
    ...(instead !== undefined && !present.includes(instead.parameter) && { instead }),
  };
}

/** True where a type can be asked for what was updated since an instant: declared, and by its vendor not ruled out. */
export function mayAskSince({ search }: Vendor, offered: OfferedType | undefined): boolean {
  return search.lastUpdated === 'as-declared' && (offered?.searchParams.includes('_lastUpdated') ?? false);
}

/** Why a search may leave something out although it is answered in full: it had to be asked by some parameter. */
export function askedBy(parameter: string): string {
  return `Had to be asked by ${parameter}: what has none of the values asked for does not come this way.`;
}

/** The query with one value of a parameter. */
export function withNeed(query: string, parameter: string, value: string): string {
  return withPart(query, `${parameter}=${queryValue(value)}`);
}

/** A portal that lists no parameters at all is taken to know those the table asks for. */
function declares(offered: OfferedType | undefined, parameter: string | undefined): boolean {
  return (
    offered !== undefined &&
    parameter !== undefined &&
    (offered.searchParams.length === 0 || offered.searchParams.includes(parameter))
  );
}

function extraParts(
  { type, include }: PlanEntry,
  { granted, vendor }: PlanContext,
  offered: OfferedType,
): string[] {
  const provenance =
    offered.revIncludes.includes('Provenance:target') &&
    (allows(granted, 'Provenance', 'search') || allows(granted, 'Provenance', 'read'));
  return [
    vendor.search.add[type] ?? '',
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
