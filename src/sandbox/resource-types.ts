import type { Records } from './records.ts';
import type { Release } from './releases.ts';

/** How a type may be searched. */
export interface SearchType {
  /** The parameters that name the patient. */
  by: readonly string[];
  /** Token parameters; each is its element's name in kebab case (`clinical-status` searches `clinicalStatus`). */
  tokens: readonly string[];
  /** Date parameters and the element each searches, a choice type by its stem (`effective` for `effective[x]`). */
  dates: Readonly<Record<string, string>>;
}

const patient = ['patient'];
const either = ['patient', 'subject'];

/** The search parameters of FHIR R4 that the portal knows, type by type. */
const searchTypes: Readonly<Record<string, SearchType>> = {
  Account: { by: either, tokens: ['status', 'type'], dates: {} },
  AllergyIntolerance: {
    by: patient,
    tokens: ['category', 'clinical-status', 'type'],
    dates: { date: 'recordedDate' },
  },
  Appointment: { by: patient, tokens: ['status'], dates: { date: 'start' } },
  CarePlan: { by: either, tokens: ['category', 'status', 'intent'], dates: { date: 'period' } },
  CareTeam: { by: either, tokens: ['category', 'status'], dates: { date: 'period' } },
  Claim: { by: patient, tokens: ['status'], dates: { created: 'created' } },
  Communication: { by: either, tokens: ['category', 'status'], dates: { sent: 'sent' } },
  Condition: {
    by: either,
    tokens: ['category', 'clinical-status', 'code'],
    dates: { 'recorded-date': 'recordedDate' },
  },
  Consent: { by: patient, tokens: ['category', 'status'], dates: { date: 'dateTime' } },
  Coverage: { by: ['patient', 'beneficiary'], tokens: ['status', 'type'], dates: {} },
  Device: { by: patient, tokens: ['status', 'type'], dates: {} },
  DiagnosticReport: { by: either, tokens: ['category', 'code', 'status'], dates: { date: 'effective' } },
  DocumentReference: { by: either, tokens: ['category', 'status', 'type'], dates: { date: 'date' } },
  Encounter: { by: either, tokens: ['status', 'type'], dates: { date: 'period' } },
  EpisodeOfCare: { by: patient, tokens: ['status', 'type'], dates: { date: 'period' } },
  ExplanationOfBenefit: {
    by: patient,
    tokens: ['status', 'type'],
    dates: { created: 'created', 'service-date': 'billablePeriod' },
  },
  FamilyMemberHistory: { by: patient, tokens: ['code', 'status'], dates: { date: 'date' } },
  Goal: { by: either, tokens: ['category', 'lifecycle-status'], dates: { 'start-date': 'start' } },
  ImagingStudy: { by: either, tokens: ['status'], dates: { started: 'started' } },
  Immunization: { by: patient, tokens: ['status', 'vaccine-code'], dates: { date: 'occurrence' } },
  MedicationAdministration: { by: either, tokens: ['status'], dates: { 'effective-time': 'effective' } },
  MedicationDispense: {
    by: either,
    tokens: ['status', 'type'],
    dates: { whenhandedover: 'whenHandedOver' },
  },
  MedicationRequest: {
    by: either,
    tokens: ['category', 'status', 'intent'],
    dates: { authoredon: 'authoredOn' },
  },
  MedicationStatement: { by: either, tokens: ['category', 'status'], dates: { effective: 'effective' } },
  Observation: { by: either, tokens: ['category', 'code', 'status'], dates: { date: 'effective' } },
  Procedure: { by: either, tokens: ['category', 'code', 'status'], dates: { date: 'performed' } },
  QuestionnaireResponse: { by: either, tokens: ['status'], dates: { authored: 'authored' } },
  RelatedPerson: { by: patient, tokens: [], dates: {} },
  ServiceRequest: {
    by: either,
    tokens: ['category', 'code', 'status', 'intent'],
    dates: { authored: 'authoredOn' },
  },
  Patient: { by: [], tokens: [], dates: {} },
};

/** Whether `--refuse` may name the type: one the table knows, or one that is served. */
export function isKnownType(name: string, served: ReadonlyMap<string, SearchType | undefined>): boolean {
  return served.has(name) || Object.hasOwn(searchTypes, name);
}

/** Read by id only, never searched, even where a resource of the type belongs to a patient. */
const readOnly = [
  'Binary',
  'Endpoint',
  'Location',
  'Medication',
  'Organization',
  'Practitioner',
  'PractitionerRole',
  'Provenance',
  'Specimen',
];

/**
 * The types the portal serves, sorted by name: those its release has it offer and those held. Undefined stands for a type
 * that is read by id only. A held type the table does not know is searched by patient alone. `only` leaves out all other
 * types.
 */
export function servedTypes(
  records: Records,
  { types: offered, searches }: Release,
  only?: readonly string[],
): ReadonlyMap<string, SearchType | undefined> {
  const { owned, shared } = records.types();
  const names = new Set(only ?? [...offered, ...readOnly, ...owned, ...shared]);
  return new Map(
    [...names].toSorted().map((name): [string, SearchType | undefined] => {
      if (readOnly.includes(name)) return [name, undefined];
      const known = searchTypes[name];
      const byPatient = { by: known?.by ?? patient, tokens: [], dates: {} };
      if (searches === 'as R4 has them') return [name, known ?? (owned.has(name) ? byPatient : undefined)];
      return [name, owned.has(name) || offered.includes(name) ? byPatient : undefined];
    }),
  );
}
