import type { VendorId } from './vendors.ts';

/** How one gets a client id from a vendor, in short; `docs/getting-a-client-id.md` tells it at length. */
export interface RegistrationSteps {
  /** Where it begins; absent where there is no such page. */
  page?: string;
  steps: readonly string[];
  /** What a private person does not get there, or the interface does not have. */
  cannot: readonly string[];
}

/** As documented by the vendors, not verified. */
const steps: Readonly<Record<VendorId, RegistrationSteps>> = {
  medicare: {
    page: 'https://sandbox.bluebutton.cms.gov/',
    steps: [
      'Make an account in the developer sandbox and add an application: confidential, authorization code.',
      'Its page shows a client id and a client secret; they work at once, with made-up people only.',
      'For your own record the application needs production access: CMS reviews organizations, not hobbies.',
    ],
    cannot: [
      'Production access as a private person: CMS asks for an organization, a privacy policy and a demonstration.',
      'Clinical notes, results and images: Medicare has claims, coverage and demographics only.',
    ],
  },
  va: {
    page: 'https://developer.va.gov/explore/api/patient-health/sandbox-access',
    steps: [
      'Ask for sandbox access to the Patient Health API (FHIR), with authorization code and PKCE.',
      'The client id comes with the answer and works with test users only.',
      'Production access follows after a demonstration and a review by VA.',
    ],
    cannot: ['Production access without a review of the application by VA.'],
  },
  epic: {
    page: 'https://fhir.epic.com/Developer/Apps',
    steps: [
      'Make an account and create an app: patients as users, R4, every read and search API there is.',
      'It gets two client ids, for sandbox and production. Changes take about 1 hour in the sandbox, 12 in production.',
      'Choose the APIs before it is marked ready for production: after that they are locked, and more need a new app.',
      'For renewal without a new sign-in it must be a confidential client, which each hospital has to enable.',
    ],
    cannot: [
      'Messages, images (DICOM) and bills: they are not in the interface.',
      'A hospital may refuse apps it has not enabled, above all those that renew their access.',
    ],
  },
  oracle: {
    page: 'https://code-console.cerner.com/',
    steps: [
      'Make a CernerCare account and register an app: patient access, SMART v2 scopes by type, offline access.',
      'The client id works in the sandbox first; production follows once Oracle has validated the app.',
    ],
    cannot: ['Scopes for all types at once: each type is asked for by name.'],
  },
  athena: {
    page: 'https://developer.athenahealth.com/',
    steps: [
      'Make an account and create an app for patients (certified APIs, three-legged OAuth).',
      'Its client id works in preview; production follows on request.',
    ],
    cannot: ['Scopes for all types at once: each type is asked for by name.'],
  },
  'smart-health-it': {
    page: 'https://launch.smarthealthit.org/',
    steps: ['Nothing to register: any client id does.'],
    cannot: ['Anybody’s own record: every patient there is made up.'],
  },
  practice: {
    steps: ['Nothing to register: it takes any client id. bluebutton sandbox starts it.'],
    cannot: ['Anybody’s own record: it serves the files it is given.'],
  },
  other: {
    steps: [
      'Look for “developers”, “API” or “FHIR” on the portal’s website; insurers link it under “interoperability”.',
      'Register an app for patients (standalone launch); where the portal registers apps itself, --client dynamic does it.',
    ],
    cannot: ['What the portal does not offer to apps: what there is, is told by bluebutton portals add.'],
  },
};

/** The steps at a vendor. */
export function registrationSteps(vendor: VendorId): RegistrationSteps {
  return steps[vendor];
}
