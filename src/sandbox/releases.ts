/** A release of FHIR the practice portal can speak, by the word that chooses it. */
export const fhirWords = ['r4', 'stu3', 'dstu2'] as const;

export type FhirWord = (typeof fhirWords)[number];

/** What the portal does otherwise because of its release. */
export interface Release {
  /** The resource that `metadata` answers with. */
  metadata: 'CapabilityStatement' | 'Conformance';
  /** Of its FHIR answers. */
  mediaType: 'application/fhir+json' | 'application/json+fhir';
  /** Offered whether the record has them or not. */
  types: readonly string[];
  /**
   * `patient`: every type is searched by the patient and nothing else. The parameters of R4 that the portal knows are
   * not those of other releases.
   */
  searches: 'as R4 has them' | 'patient';
}

/** What the Argonaut guide asks of portals of DSTU2, but for the medicines that were prescribed. */
const argonaut = [
  'AllergyIntolerance',
  'CarePlan',
  'Condition',
  'Device',
  'DiagnosticReport',
  'DocumentReference',
  'Goal',
  'Immunization',
  'MedicationStatement',
  'Observation',
  'Patient',
  'Procedure',
];

/** What US Core asks for. */
const usCore = [
  'AllergyIntolerance',
  'CarePlan',
  'CareTeam',
  'Condition',
  'Coverage',
  'Device',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'FamilyMemberHistory',
  'Goal',
  'Immunization',
  'MedicationDispense',
  'MedicationRequest',
  'Observation',
  'Patient',
  'Procedure',
  'QuestionnaireResponse',
  'RelatedPerson',
  'ServiceRequest',
];

const releases: Readonly<Record<FhirWord, Release>> = {
  r4: {
    metadata: 'CapabilityStatement',
    mediaType: 'application/fhir+json',
    types: usCore,
    searches: 'as R4 has them',
  },
  stu3: {
    metadata: 'CapabilityStatement',
    mediaType: 'application/fhir+json',
    types: [...argonaut, 'CareTeam', 'Encounter', 'MedicationRequest'],
    searches: 'patient',
  },
  dstu2: {
    metadata: 'Conformance',
    mediaType: 'application/json+fhir',
    types: [...argonaut, 'Encounter', 'MedicationOrder'],
    searches: 'patient',
  },
};

/** What a release is like. */
export function releaseOf(word: FhirWord): Release {
  return releases[word];
}

/** True for a word that chooses a release. */
export function isFhirWord(word: string): word is FhirWord {
  return fhirWords.some((one) => one === word);
}
