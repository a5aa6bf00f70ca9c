/** What is known of one vendor's portals beyond what they say of themselves. */
export interface Vendor {
  id: VendorId;
  name: string;
  /** Recognised by the host of the FHIR base URL, or by `CapabilityStatement.software.name`. */
  hosts: RegExp;
  software?: RegExp;
  signIn: {
    /** Words for scopes: SMART v1 (`.read`), v2 (`.rs`), or as the portal declares. */
    scopes: 'v1' | 'v2' | 'declared';
    /** False where `patient/*.…` is refused or ignored: each type is asked for by name. */
    wildcard: boolean;
    /** False where `offline_access` is unknown: whether access can be renewed is decided at registration. */
    offlineAccess: boolean;
    /** True where `openid fhirUser` is worth asking for: it names the patient. */
    openid: boolean;
    /** How a client can be registered, the likeliest first. */
    clients: readonly ClientKind[];
    /** How long a new client id takes to work, in words. */
    newClientTakes?: string;
    /** True where only an https redirect address can be registered: the answer is pasted back. */
    httpsRedirectOnly?: boolean;
  };
  /** Where the patient's id is found, in this order. */
  patientId: readonly ('token' | 'fhirUser' | 'search')[];
  refresh: {
    /** `rotates`: each refresh token is good once. `kept`: the answer holds no new one, the old stays good. */
    token: 'rotates' | 'kept' | 'as-answered';
    /** True where a renewal has to name the scopes again. */
    wantsScope?: boolean;
    /** Days a sign-in lasts altogether, and days without renewal after which it lapses. */
    grantDays?: number;
    idleDays?: number;
  };
  search: {
    /** Searches by patient alone that are refused or cut: each value makes a search of its own. */
    each: Readonly<Record<string, { parameter: string; values: readonly string[] }>>;
    /** Searches by patient alone that may be refused or break off: asked then once for each value. */
    instead?: Readonly<Record<string, { parameter: string; values: readonly string[] }>>;
    /** Parameters added to every search of the type. */
    add: Readonly<Record<string, string>>;
    /** Types never searched although declared, with the reason. */
    skip: Readonly<Record<string, string>>;
    /** `_count` to ask for; absent leaves it to the portal. */
    pageSize?: { default?: number; of?: Readonly<Record<string, number>> };
    /** Whether `_lastUpdated` may be tried where it is declared. */
    lastUpdated: 'as-declared' | 'never';
    /** True where `Patient/$everything` brings the record whole and stands in for the searches. */
    everything?: boolean;
  };
  /** For FHIR answers, where the usual `application/fhir+json` does not do. */
  accept?: string;
}

export type VendorId =
  'medicare' | 'va' | 'epic' | 'oracle' | 'athena' | 'smart-health-it' | 'practice' | 'other';

/**
 * `public`: a client id alone. `secret`: with a client secret. `key`: with a private key (private_key_jwt).
 * `dynamic`: registered by the tool itself (RFC 7591).
 */
export type ClientKind = 'public' | 'secret' | 'key' | 'dynamic';

/** What holds of a portal nobody knows anything special of. */
const plain = {
  signIn: {
    scopes: 'declared',
    wildcard: true,
    offlineAccess: true,
    openid: false,
    clients: ['public', 'secret', 'key', 'dynamic'],
  },
  patientId: ['token', 'fhirUser', 'search'],
  refresh: { token: 'as-answered' },
  search: { each: {}, add: {}, skip: {}, lastUpdated: 'as-declared' },
} satisfies Partial<Vendor>;

/** Epic's CarePlan takes one category at a time: SNOMED CT codes of its kinds of plan. */
const epicCarePlans = [
  'assess-plan',
  '734163000',
  '38717003',
  '736271009',
  '736353004',
  '738906000',
  '736378000',
  '719091000000102',
  '959871000000107',
  'inpatient-pathway',
  '409073007',
  'care-path',
];

/** Every vendor with peculiarities; as documented by them, see `docs/portals.md` for what was seen. */
export const vendors: readonly Vendor[] = [
  {
    ...plain,
    id: 'medicare',
    name: 'Medicare Blue Button 2.0',
    hosts: /(^|\.)bluebutton\.cms\.gov$/,
    software: /^blue button\b/i,
    signIn: { scopes: 'declared', wildcard: false, offlineAccess: false, openid: false, clients: ['secret'] },
    // The first token answer can lack `patient`; where demographics are withheld, Patient is 403.
    patientId: ['token', 'search'],
    refresh: { token: 'rotates', grantDays: 395 },
    search: {
      each: {},
      // All at once brings types that this list does not know. Claims that are not shared (42 CFR part 2) can make it 403.
      instead: {
        ExplanationOfBenefit: {
          parameter: 'type',
          values: ['carrier', 'dme', 'hha', 'hospice', 'inpatient', 'outpatient', 'snf', 'pde'],
        },
      },
      add: {},
      skip: {},
      // Default 10, most 50.
      pageSize: { default: 50 },
      lastUpdated: 'as-declared',
    },
  },
  {
    ...plain,
    id: 'va',
    name: 'VA Patient Health API',
    hosts: /(^|\.)(sandbox-)?api\.va\.gov$/,
    software: /patient health api/i,
    // v1 scopes only, listed one by one.
    signIn: {
      scopes: 'v1',
      wildcard: false,
      offlineAccess: true,
      openid: true,
      clients: ['public', 'secret'],
    },
    refresh: { token: 'as-answered' },
    search: { each: {}, add: {}, skip: {}, pageSize: { default: 100 }, lastUpdated: 'as-declared' },
  },
  {
    ...plain,
    id: 'epic',
    name: 'Epic',
    hosts: /(^|\.)epic\.com$|(^|[.-])epic(proxy|web)?[.-]/,
    software: /^epic$/i,
    // What is granted is what the app is registered for, whatever is asked.
    signIn: {
      scopes: 'declared',
      wildcard: true,
      offlineAccess: true,
      openid: true,
      clients: ['public', 'secret', 'key'],
      newClientTakes: 'about 1 hour (sandbox) to 12 hours (production)',
    },
    refresh: { token: 'as-answered' },
    search: {
      each: {
        CarePlan: { parameter: 'category', values: epicCarePlans },
        Observation: {
          parameter: 'category',
          // `procedure`, `therapy` and `activity` are errors here; the last six are Epic's own.
          values: [
            'laboratory',
            'vital-signs',
            'social-history',
            'survey',
            'exam',
            'imaging',
            'functional-status',
            'cognitive-status',
            'disability-status',
            'clinical-test',
            'delivery',
            'obstetrics-gynecology',
            'periodontal',
            'phenotype',
            'sdoh',
            'smartdata',
          ],
        },
      },
      add: {},
      skip: {},
      lastUpdated: 'never',
    },
    accept: 'application/fhir+json, application/json+fhir;q=0.9',
  },
  {
    ...plain,
    id: 'oracle',
    name: 'Oracle Health (Cerner)',
    hosts: /(^|\.)cerner\.com$/,
    software: /cerner|oracle health|millennium/i,
    signIn: {
      scopes: 'declared',
      wildcard: false,
      offlineAccess: true,
      openid: true,
      clients: ['public', 'secret', 'key'],
    },
    patientId: ['token', 'fhirUser'],
    // The answer to a renewal holds no new refresh token; it lapses after three months without one.
    refresh: { token: 'kept', idleDays: 90 },
    search: {
      each: {},
      // Refused without a date.
      add: { Appointment: 'date=ge1900-01-01' },
      skip: {},
      pageSize: { of: { Observation: 200, DocumentReference: 100, DiagnosticReport: 100 } },
      lastUpdated: 'as-declared',
    },
  },
  {
    ...plain,
    id: 'athena',
    name: 'athenahealth',
    hosts: /(^|\.)athenahealth\.com$/,
    software: /athena/i,
    signIn: {
      scopes: 'declared',
      wildcard: false,
      offlineAccess: true,
      openid: true,
      clients: ['public', 'secret'],
    },
    refresh: { token: 'as-answered', wantsScope: true },
    search: {
      each: { MedicationRequest: { parameter: 'intent', values: ['order,plan'] } },
      add: {},
      skip: {},
      lastUpdated: 'as-declared',
    },
  },
  {
    ...plain,
    id: 'smart-health-it',
    name: 'SMART Health IT',
    hosts: /(^|\.)smarthealthit\.org$/,
  },
  {
    ...plain,
    id: 'practice',
    name: 'practice portal',
    hosts: /^(127\.0\.0\.1|\[::1\])$/,
    software: /^bluebutton practice portal$/,
    signIn: { ...plain.signIn, clients: ['public', 'secret', 'key', 'dynamic'] },
  },
];

const other: Vendor = { ...plain, id: 'other', name: 'SMART on FHIR', hosts: /$^/ };

/**
 * The vendor of a portal: by the software it names, else by its host; `other` when neither is known. The practice portal in a
 * vendor's profile names that vendor's software.
 */
export function vendorOf({ baseUrl, software }: { baseUrl: string; software?: string }): Vendor {
  const { hostname } = new URL(baseUrl);
  return (
    (software === undefined ? undefined : vendors.find((vendor) => vendor.software?.test(software))) ??
    vendors.find((vendor) => vendor.hosts.test(hostname)) ??
    other
  );
}

/** The vendor a person named for a portal, else the one it is known by. */
export function vendorFor(portal: { baseUrl: string; software?: string }, named: string | undefined): Vendor {
  return vendors.find(({ id }) => id === named) ?? vendorOf(portal);
}

/** The vendor of that id. */
export function vendorById(id: VendorId): Vendor {
  return vendors.find((vendor) => vendor.id === id) ?? other;
}
