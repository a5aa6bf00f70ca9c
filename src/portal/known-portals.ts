import type { VendorId } from './vendors.ts';

/** A portal this tool knows without any directory. */
export interface KnownPortal {
  /** Fit for the portal's NAME in commands. */
  id: string;
  title: string;
  /** FHIR base URL; absent where it is different for everybody: the practice portal chooses a port. */
  baseUrl?: string;
  vendor: VendorId;
  kind: 'sandbox' | 'production';
  /** Words it is looked for by, beside its title. */
  aliases: readonly string[];
  /** Where a client id comes from. */
  register: string;
  /** Test users and whatever else is worth knowing, a sentence each. */
  notes: readonly string[];
}

const medicareAliases = ['Medicare', 'CMS', 'Blue Button 2.0', 'BB2', 'BlueButton'];
const medicareUsers =
  'Test users: BBUser00000 to BBUser09999, password PW00000! (PW, the same number, an exclamation mark).';
const medicareV3 =
  'v3 must be switched on for each app; sign-ins and patient ids of v2 and v3 are not interchangeable.';
const vaUsers = 'Test users are listed at developer.va.gov under Patient Health API, Test users.';
const oracleTenant = 'ec2458f2-1e24-41c8-b71b-0e701af7583d';

/** As documented by the vendors; none was probed. */
export const knownPortals: readonly KnownPortal[] = [
  {
    id: 'medicare',
    title: 'Medicare Blue Button 2.0 (v2)',
    baseUrl: 'https://api.bluebutton.cms.gov/v2/fhir',
    vendor: 'medicare',
    kind: 'production',
    aliases: medicareAliases,
    register: 'https://bluebutton.cms.gov/developers/',
    notes: ['Access to production is granted to organizations after a review by CMS.'],
  },
  {
    id: 'medicare-v3',
    title: 'Medicare Blue Button 2.0 (v3)',
    baseUrl: 'https://api.bluebutton.cms.gov/v3/fhir',
    vendor: 'medicare',
    kind: 'production',
    aliases: medicareAliases,
    register: 'https://bluebutton.cms.gov/developers/',
    notes: [medicareV3],
  },
  {
    id: 'medicare-sandbox',
    title: 'Medicare Blue Button 2.0 sandbox (v2)',
    baseUrl: 'https://sandbox.bluebutton.cms.gov/v2/fhir',
    vendor: 'medicare',
    kind: 'sandbox',
    aliases: medicareAliases,
    register: 'https://sandbox.bluebutton.cms.gov/',
    notes: [medicareUsers],
  },
  {
    id: 'medicare-sandbox-v3',
    title: 'Medicare Blue Button 2.0 sandbox (v3)',
    baseUrl: 'https://sandbox.bluebutton.cms.gov/v3/fhir',
    vendor: 'medicare',
    kind: 'sandbox',
    aliases: medicareAliases,
    register: 'https://sandbox.bluebutton.cms.gov/',
    notes: [medicareUsers, medicareV3],
  },
  {
    id: 'va',
    title: 'VA Patient Health API',
    baseUrl: 'https://api.va.gov/services/fhir/v0/r4',
    vendor: 'va',
    kind: 'production',
    aliases: ['Veterans Affairs', 'Department of Veterans Affairs', 'My HealtheVet', 'VA.gov'],
    register: 'https://developer.va.gov/',
    notes: ['Access to production is granted after a demonstration and a review by VA.'],
  },
  {
    id: 'va-sandbox',
    title: 'VA Patient Health API sandbox',
    baseUrl: 'https://sandbox-api.va.gov/services/fhir/v0/r4',
    vendor: 'va',
    kind: 'sandbox',
    aliases: ['Veterans Affairs', 'Department of Veterans Affairs', 'My HealtheVet', 'VA.gov'],
    register: 'https://developer.va.gov/',
    notes: [vaUsers],
  },
  {
    id: 'epic-sandbox',
    title: 'Epic on FHIR sandbox',
    baseUrl: 'https://fhir.epic.com/interconnect-fhir-oauth/api/FHIR/R4',
    vendor: 'epic',
    kind: 'sandbox',
    aliases: ['MyChart'],
    register: 'https://fhir.epic.com/Developer/Apps',
    notes: [
      'Test user: fhircamila, password epicepic1.',
      'A new client id works after about an hour.',
      'Hospitals that use Epic: bluebutton portals add-directory https://open.epic.com/Endpoints/Brands',
    ],
  },
  {
    id: 'oracle-sandbox',
    title: 'Oracle Health (Cerner) sandbox for patients',
    baseUrl: `https://fhir-myrecord.cerner.com/r4/${oracleTenant}`,
    vendor: 'oracle',
    kind: 'sandbox',
    aliases: ['Cerner', 'Millennium', 'HealtheLife'],
    register: 'https://code-console.cerner.com/',
    notes: [
      'Hospitals that use Oracle Health: bluebutton portals add-directory https://raw.githubusercontent.com/oracle-samples/ignite-endpoints/main/oracle_health_fhir_endpoints/millennium_patient_r4_endpoints.json',
    ],
  },
  {
    id: 'athena',
    title: 'athenahealth',
    baseUrl: 'https://api.platform.athenahealth.com/fhir/r4',
    vendor: 'athena',
    kind: 'production',
    aliases: ['athenahealth', 'athenaPatient'],
    register: 'https://developer.athenahealth.com/',
    notes: ['Practices are listed at docs.athenahealth.com/api/base-fhir-urls.'],
  },
  {
    id: 'athena-sandbox',
    title: 'athenahealth preview',
    baseUrl: 'https://api.preview.platform.athenahealth.com/fhir/r4',
    vendor: 'athena',
    kind: 'sandbox',
    aliases: ['athenahealth', 'athenaPatient'],
    register: 'https://developer.athenahealth.com/',
    notes: [],
  },
  {
    id: 'smart-health-it',
    title: 'SMART Health IT launcher',
    baseUrl: 'https://launch.smarthealthit.org/v/r4/fhir',
    vendor: 'smart-health-it',
    kind: 'sandbox',
    aliases: ['SMART on FHIR', 'launch.smarthealthit.org'],
    register: 'https://launch.smarthealthit.org/',
    notes: ['Any client id does; made-up patients to choose from, no password.'],
  },
  {
    id: 'practice',
    title: 'practice portal on this computer',
    vendor: 'practice',
    kind: 'sandbox',
    aliases: ['sandbox', 'demo', 'test'],
    register: 'nowhere: it takes any client id',
    notes: ['Start it with: bluebutton sandbox. It prints its address and the next command.'],
  },
];

/** The known portal of that id. */
export function knownPortal(id: string): KnownPortal | undefined {
  return knownPortals.find((portal) => portal.id === id);
}
