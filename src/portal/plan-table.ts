import { releaseOf } from '../model/index.ts';
import { isPulled, type PortalDescription, type PulledRelease } from './description.ts';

/** A parameter a portal may insist on, and values that together bring what there is; each makes a search of its own. */
export interface Need {
  parameter: string;
  values: readonly string[];
  /** True where no resource lacks one of the values: nothing is left out by it. */
  all?: true;
  /** True where nobody demands of servers that they search without it: asked also when nothing came without it. */
  ifEmpty?: true;
  /** True where the portal does not declare the parameter. */
  undeclared?: true;
}

/** How the resources of one type are asked for. */
export interface PlanEntry {
  type: string;
  /** The releases whose portals are asked so, where not all are. */
  in?: readonly PulledRelease[];
  /** Search parameters that name the patient; the first one the portal declares is used. */
  by: readonly string[];
  /** More parameters that find resources of the person; each declared one makes a search of its own. */
  also?: readonly string[];
  /** Always added, where the portal declares it. */
  each?: Need;
  /** Added when the portal insists on more than the patient, the likeliest first. */
  needs?: readonly Need[];
  /** `_include` to ask for, where declared. */
  include?: string;
  /** Why it is never asked, although a portal may offer it. */
  never?: string;
  /** What it holds, for `pull --dry-run`. */
  what: string;
}

const patient = ['patient', 'subject'] as const;

/** US Core 6.1 to 9 as servers in the field carry it. */
const observationCategories = [
  'laboratory',
  'vital-signs',
  'social-history',
  'survey',
  'sdoh',
  'exam',
  'imaging',
  'procedure',
  'therapy',
  'activity',
  'functional-status',
  'cognitive-status',
  'disability-status',
  'clinical-test',
  'treatment-intervention-preference',
  'care-experience-preference',
] as const;

/** Every intent R4 knows, in one search: servers may insist on `intent` (US Core), and no request is left out by it. */
const everyIntent = 'order,plan,proposal,original-order,reflex-order,filler-order,instance-order,option';
const everyIntentOfStu3 = 'order,plan,proposal,instance-order';

const r4 = ['R4'] as const;
const dstu2 = ['DSTU2'] as const;
const stu3 = ['STU3'] as const;
const beforeR4 = ['DSTU2', 'STU3'] as const;
const sinceStu3 = ['STU3', 'R4'] as const;

/** Laboratory, radiology, cardiology and pathology (US Core). */
const reportCategories = ['LAB', 'LP29684-5', 'LP29708-2', 'LP7839-6'];

/** The ten kinds of note that US Core names, by LOINC. */
const noteTypes = [
  '11488-4',
  '18842-5',
  '34117-2',
  '28570-0',
  '11506-3',
  '18748-4',
  '11502-2',
  '11526-1',
  '11504-8',
  '34111-5',
];

/** Surgical, laboratory, imaging, counselling, education (SNOMED CT), and the two of US Core. */
const orderCategories = [
  '387713003',
  '108252007',
  '363679005',
  '409063005',
  '409073007',
  'sdoh',
  'functional-status',
];

/** For portals that want to know a range of time: all of it. */
export const anyDate: Need = { parameter: 'date', values: ['ge1900-01-01'] };

/** How a portal's record is asked for: what its release has of `planTable`. */
export function planTableOf({ fhirVersion }: Pick<PortalDescription, 'fhirVersion'>): PlanEntry[] {
  const stated = releaseOf(fhirVersion);
  const release = isPulled(stated) ? stated : 'R4';
  return planTable.filter((entry) => entry.in?.includes(release) ?? true);
}

/**
 * What a person's record is made of: what US Core demands first (of DSTU2 the Argonaut guides), then the rest of the
 * Patient compartment of R4, and of DSTU2 and STU3. The order is the order of asking.
 *
 * A type is asked for by patient alone: one search brings every category, also those no list knows, and costs least.
 * Only where a portal insists on more (US Core lets servers insist on the category of Observation and CarePlan, the
 * status of CareTeam, the intent of MedicationRequest), or says that the search leaves something out, is it asked again
 * by the values in `needs`.
 */
const planTable: readonly PlanEntry[] = [
  { type: 'AllergyIntolerance', by: patient, what: 'allergies' },
  {
    type: 'MedicationRequest',
    in: r4,
    by: patient,
    each: { parameter: 'intent', values: [everyIntent] },
    needs: [{ parameter: 'intent', values: [everyIntent], all: true }],
    include: 'MedicationRequest:medication',
    what: 'prescriptions',
  },
  {
    type: 'MedicationRequest',
    in: stu3,
    by: patient,
    needs: [{ parameter: 'intent', values: [everyIntentOfStu3], all: true }],
    include: 'MedicationRequest:medication',
    what: 'prescriptions',
  },
  {
    type: 'MedicationOrder',
    in: dstu2,
    by: patient,
    include: 'MedicationOrder:medication',
    what: 'prescriptions',
  },
  {
    type: 'MedicationStatement',
    by: patient,
    include: 'MedicationStatement:medication',
    what: 'medications taken',
  },
  {
    type: 'MedicationDispense',
    by: patient,
    include: 'MedicationDispense:medication',
    what: 'medications handed out',
  },
  { type: 'MedicationAdministration', by: patient, what: 'medications given' },
  {
    type: 'Condition',
    by: patient,
    needs: [
      {
        parameter: 'category',
        // The last is Epic's.
        values: ['problem-list-item', 'encounter-diagnosis', 'health-concern', 'medical-history'],
      },
    ],
    in: sinceStu3,
    what: 'problems and diagnoses',
  },
  {
    type: 'Condition',
    in: dstu2,
    by: patient,
    needs: [
      {
        parameter: 'category',
        // The first and the last are Argonaut's.
        values: ['problem', 'diagnosis', 'complaint', 'symptom', 'finding', 'health-concern'],
      },
    ],
    what: 'problems and diagnoses',
  },
  { type: 'Immunization', by: patient, what: 'immunizations' },
  {
    type: 'Observation',
    by: patient,
    needs: [{ parameter: 'category', values: observationCategories, ifEmpty: true }],
    what: 'results, vital signs and other findings',
  },
  {
    type: 'DiagnosticReport',
    by: patient,
    needs: [{ parameter: 'category', values: reportCategories }],
    what: 'reports of laboratories and examinations',
  },
  {
    type: 'DocumentReference',
    by: patient,
    needs: [
      { parameter: 'category', values: ['clinical-note'] },
      { parameter: 'type', values: noteTypes },
    ],
    what: 'notes and documents',
  },
  { type: 'Procedure', by: patient, what: 'procedures' },
  { type: 'Encounter', by: patient, what: 'visits and stays' },
  {
    type: 'CarePlan',
    in: sinceStu3,
    by: patient,
    needs: [{ parameter: 'category', values: ['assess-plan'], ifEmpty: true }],
    what: 'care plans',
  },
  {
    type: 'CarePlan',
    in: dstu2,
    by: patient,
    // Argonaut's care teams are care plans.
    needs: [{ parameter: 'category', values: ['assess-plan', 'careteam'], ifEmpty: true }],
    what: 'care plans and care teams',
  },
  {
    type: 'CareTeam',
    in: sinceStu3,
    by: patient,
    needs: [
      { parameter: 'status', values: ['active', 'inactive', 'suspended', 'proposed', 'entered-in-error'] },
    ],
    what: 'care teams',
  },
  { type: 'Goal', by: patient, what: 'goals' },
  { type: 'Device', by: ['patient'], what: 'implants and devices' },
  {
    type: 'ServiceRequest',
    in: r4,
    by: patient,
    needs: [{ parameter: 'category', values: orderCategories }],
    what: 'orders and referrals',
  },
  { type: 'DiagnosticOrder', in: dstu2, by: patient, what: 'orders of examinations' },
  { type: 'ProcedureRequest', in: beforeR4, by: patient, what: 'orders of procedures' },
  { type: 'ReferralRequest', in: beforeR4, by: patient, what: 'referrals' },
  { type: 'RelatedPerson', by: ['patient'], what: 'related persons' },
  { type: 'QuestionnaireResponse', by: patient, what: 'questionnaires answered' },
  { type: 'FamilyMemberHistory', by: ['patient'], what: 'family history' },
  // Medicare declares `beneficiary` only.
  { type: 'Coverage', by: ['patient', 'beneficiary'], what: 'insurance' },
  { type: 'ExplanationOfBenefit', by: ['patient'], what: 'insurance claims as settled' },
  { type: 'Appointment', by: ['patient', 'actor'], needs: [anyDate], what: 'appointments' },
  { type: 'Communication', by: patient, also: ['recipient', 'sender'], what: 'messages' },
  { type: 'Specimen', by: patient, what: 'specimens' },
  { type: 'Provenance', by: ['patient'], what: 'where records come from' },
  { type: 'Account', by: patient, what: 'accounts' },
  { type: 'AdverseEvent', in: sinceStu3, by: ['subject', 'patient'], what: 'adverse events' },
  { type: 'AppointmentResponse', by: ['patient', 'actor'], what: 'answers to appointments' },
  { type: 'AuditEvent', by: ['patient'], never: 'it logs every access, this one too', what: 'access log' },
  { type: 'Basic', by: patient, what: 'other facts' },
  { type: 'BodyStructure', in: r4, by: ['patient'], what: 'body structures' },
  { type: 'BodySite', in: beforeR4, by: ['patient'], what: 'sites of the body' },
  { type: 'ChargeItem', in: sinceStu3, by: patient, what: 'charges' },
  { type: 'Claim', by: ['patient'], what: 'insurance claims as sent' },
  { type: 'ClaimResponse', by: ['patient'], what: 'answers to insurance claims' },
  { type: 'ClinicalImpression', by: patient, what: 'assessments' },
  { type: 'CommunicationRequest', by: patient, also: ['recipient', 'sender'], what: 'requests to inform' },
  { type: 'Composition', by: patient, what: 'composed documents' },
  { type: 'Consent', in: sinceStu3, by: ['patient'], what: 'consents' },
  { type: 'Contract', in: beforeR4, by: patient, what: 'contracts' },
  { type: 'CoverageEligibilityRequest', in: r4, by: ['patient'], what: 'questions about coverage' },
  { type: 'CoverageEligibilityResponse', in: r4, by: ['patient'], what: 'answers about coverage' },
  { type: 'DetectedIssue', by: ['patient'], what: 'detected issues' },
  { type: 'DeviceRequest', in: sinceStu3, by: patient, what: 'requests for devices' },
  { type: 'DeviceUseRequest', in: dstu2, by: patient, what: 'requests for devices' },
  { type: 'DeviceUseStatement', by: patient, what: 'use of devices' },
  { type: 'DocumentManifest', by: patient, what: 'sets of documents' },
  { type: 'EligibilityRequest', in: stu3, by: ['patient'], what: 'questions about coverage' },
  { type: 'EnrollmentRequest', by: patient, what: 'enrollment in insurance' },
  { type: 'EpisodeOfCare', by: ['patient'], what: 'episodes of care' },
  { type: 'Flag', by: patient, what: 'warnings' },
  { type: 'Group', by: ['member'], never: 'it lists other people', what: 'groups of people' },
  { type: 'GuidanceResponse', in: sinceStu3, by: patient, what: 'decision support' },
  { type: 'ImagingManifest', in: stu3, by: ['patient'], what: 'selections of images' },
  { type: 'ImagingObjectSelection', in: dstu2, by: ['patient'], what: 'selections of images' },
  { type: 'ImagingStudy', by: patient, what: 'imaging studies' },
  { type: 'ImmunizationEvaluation', in: r4, by: ['patient'], what: 'evaluations of immunizations' },
  { type: 'ImmunizationRecommendation', by: ['patient'], what: 'recommended immunizations' },
  { type: 'Invoice', in: r4, by: patient, also: ['recipient'], what: 'invoices' },
  { type: 'List', by: patient, what: 'lists' },
  { type: 'MeasureReport', in: sinceStu3, by: patient, what: 'quality measures' },
  { type: 'Media', by: patient, what: 'photos, videos and recordings' },
  { type: 'MolecularSequence', in: r4, by: ['patient'], what: 'gene sequences' },
  { type: 'NutritionOrder', by: ['patient'], what: 'diets' },
  { type: 'Order', in: dstu2, by: patient, what: 'orders' },
  { type: 'Person', by: ['patient'], what: 'the person across systems' },
  { type: 'RequestGroup', in: sinceStu3, by: patient, what: 'groups of requests' },
  { type: 'ResearchSubject', in: sinceStu3, by: ['patient', 'individual'], what: 'studies taken part in' },
  { type: 'RiskAssessment', by: patient, what: 'risks assessed' },
  { type: 'Schedule', by: ['actor'], what: 'schedules' },
  { type: 'Sequence', in: stu3, by: ['patient'], what: 'gene sequences' },
  { type: 'SupplyDelivery', by: ['patient'], what: 'supplies delivered' },
  { type: 'SupplyRequest', by: ['subject', 'patient'], what: 'supplies requested' },
  { type: 'Task', in: sinceStu3, by: patient, what: 'tasks' },
  { type: 'VisionPrescription', by: ['patient'], what: 'glasses and lenses' },
];
