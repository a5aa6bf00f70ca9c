import { vaTypes } from './manners.ts';
import type { ProfileName } from './profiles.ts';
import type { Portal } from './portal.ts';
import type { FhirWord } from './releases.ts';

/** How a portal behaves as a FHIR server, apart from what it holds. */
export interface SearchManners {
  fhirVersion: string;
  /** The types it serves, where these are not US Core's and those held. */
  types?: readonly string[];
  /** `token`: next links name a stored search; the others repeat the search with a place in it. */
  paging: 'token' | 'startIndex' | 'page';
  /** Matches a page when `_count` is absent, and the most it may ask for; a type's own where it differs. */
  pageSize: PageSize & { of?: Readonly<Record<string, PageSize>> };
  /** A `_count` above the most. */
  largeCount: 'capped' | 'refused';
  unknownParameters: 'refused' | 'dropped';
  /** Whether a search must name the patient, or means the token's own. */
  patient: 'named' | 'implied';
  /** Parameters of a type that are not declared: Medicare's Coverage names its `beneficiary` only. */
  undeclared?: Readonly<Record<string, readonly string[]>>;
  /** Types whose search needs one of these parameters beside the patient. */
  requires: Readonly<Record<string, readonly string[]>>;
  /** Categories of Observation whose search is an error. */
  refusedCategories?: readonly string[];
  /** The severity of the issue that says a parameter is missing. */
  missing: 'fatal' | 'error';
  /** Whether `_lastUpdated` is offered, and which values it takes. */
  lastUpdated: 'every prefix' | 'gt ge lt le' | 'none';
  /** Where true, `_lastUpdated` and `date` exclude each other. */
  lastUpdatedOrDate?: boolean;
  /** Gives `meta.lastUpdated` to resources that lack it or have changed. */
  stamps: boolean;
  /** Pages that carry an OperationOutcome entry though there is nothing to complain of. */
  notices: 'every page' | 'last page' | 'none';
  total: 'honest' | 'of the page' | 'none';
  /** `bare` entries have a resource and nothing else. */
  entries: 'full' | 'bare';
  references: 'relative' | 'absolute';
  /** What is said of a request that is not granted: an OperationOutcome, or Django's `{"detail": …}`. */
  errors: 'OperationOutcome' | 'detail';
  /** Reading another patient's resource. */
  foreign: 403 | 404;
  /** The Accept headers that are answered: those that allow JSON, or those that name the media type of its FHIR. */
  accept: 'json' | 'named';
  /** A Binary whose type Accept does not allow: sent all the same, or refused so. `exact`: wildcards do not count. */
  binary: { otherType: 'sent' | 404 | 406; exact: boolean };
  /** Whether a Binary also wants the scope of a type that points at it. */
  binaryNeedsParent?: boolean;
  /** `_revinclude=Provenance:target` without the scope for it: the search goes on without, or is refused. */
  provenanceWithoutScope: 'withheld' | 'refused';
  operations: readonly Operation[];
  /** Whether every answer says how many more are allowed. */
  rateLimitHeaders?: boolean;
  /** Whether If-None-Match and If-Modified-Since may be answered 304 (FHIR R4 http.html#cread). */
  conditional?: boolean;
}

export type Operation = 'everything' | 'docref';

interface PageSize {
  default: number;
  most: number;
}

const open: SearchManners = {
  fhirVersion: '4.0.1',
  paging: 'token',
  pageSize: { default: 20, most: 50 },
  largeCount: 'capped',
  unknownParameters: 'refused',
  patient: 'named',
  // Epic refuses an Observation search that asks for everything, where FHIR would not.
  requires: { Observation: ['category', 'code'] },
  missing: 'fatal',
  lastUpdated: 'gt ge lt le',
  stamps: false,
  notices: 'last page',
  total: 'honest',
  entries: 'full',
  references: 'relative',
  errors: 'OperationOutcome',
  foreign: 403,
  accept: 'json',
  binary: { otherType: 'sent', exact: false },
  provenanceWithoutScope: 'withheld',
  operations: ['everything', 'docref'],
};

const manners: Readonly<Record<ProfileName, SearchManners>> = {
  open,
  // US Core 7 to the letter: what a search SHALL name beside the patient is needed.
  strict: {
    ...open,
    requires: {
      Observation: ['category', 'code'],
      MedicationRequest: ['intent'],
      CarePlan: ['category'],
      CareTeam: ['status'],
    },
    missing: 'error',
    lastUpdated: 'every prefix',
    stamps: true,
    notices: 'none',
    conditional: true,
  },
  // CMS Blue Button 2.0, v2.
  medicare: {
    ...open,
    fhirVersion: '4.0.0',
    types: ['Patient', 'Coverage', 'ExplanationOfBenefit'],
    paging: 'startIndex',
    pageSize: { default: 10, most: 50 },
    largeCount: 'refused',
    unknownParameters: 'dropped',
    patient: 'implied',
    undeclared: { Coverage: ['patient'] },
    requires: {},
    stamps: true,
    notices: 'none',
    total: 'none',
    entries: 'bare',
    errors: 'detail',
    foreign: 404,
    operations: [],
    rateLimitHeaders: true,
  },
  // VA Patient Health API.
  va: {
    ...open,
    types: vaTypes,
    paging: 'page',
    pageSize: { default: 10, most: 100 },
    requires: {},
    notices: 'none',
    references: 'absolute',
    operations: [],
    rateLimitHeaders: true,
  },
  // Epic.
  epic: {
    ...open,
    pageSize: { default: 20, most: 999 },
    requires: { Observation: ['category', 'code'], CarePlan: ['category'] },
    refusedCategories: ['procedure', 'therapy', 'activity'],
    lastUpdated: 'none',
    notices: 'every page',
    total: 'of the page',
    binary: { otherType: 406, exact: false },
    operations: [],
  },
  // Oracle Health (Cerner Millennium).
  oracle: {
    ...open,
    pageSize: {
      default: 20,
      most: 100,
      of: {
        Observation: { default: 50, most: 200 },
        DocumentReference: { default: 10, most: 100 },
        DiagnosticReport: { default: 10, most: 100 },
      },
    },
    requires: { Appointment: ['date'] },
    missing: 'error',
    lastUpdatedOrDate: true,
    stamps: true,
    notices: 'none',
    accept: 'named',
    binary: { otherType: 404, exact: true },
    binaryNeedsParent: true,
    provenanceWithoutScope: 'refused',
    operations: ['docref'],
  },
  // athenahealth.
  athena: {
    ...open,
    requires: { MedicationRequest: ['intent'], Observation: ['category'] },
    missing: 'error',
    notices: 'none',
    operations: [],
  },
};

/** What is otherwise before R4: nothing is insisted on but the one media type, and R4's operations are not there. */
const older = { requires: {}, accept: 'named', operations: [] } satisfies Partial<SearchManners>;

const otherReleases: Readonly<Record<FhirWord, Partial<SearchManners>>> = {
  r4: {},
  stu3: { ...older, fhirVersion: '3.0.2' },
  dstu2: { ...older, fhirVersion: '1.0.2' },
};

/** The manners of the portal's profile, in its release of FHIR. */
export function searchMannersOf({ profile, fhir }: Pick<Portal, 'profile' | 'fhir'>): SearchManners {
  return { ...manners[profile], ...otherReleases[fhir] };
}

/** Matches a page, and the most that may be asked for. `SandboxOptions.pageSize` goes before the profile's default. */
export function pageSizeOf(type: string, portal: Portal): PageSize {
  const { of, ...every } = searchMannersOf(portal).pageSize;
  const own = of?.[type] ?? every;
  return { default: portal.pageSize ?? own.default, most: own.most };
}
