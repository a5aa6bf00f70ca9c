import type { Resource } from '../../model/index.ts';

/** Resource types that DSTU2 or STU3 have and R4 does not. */
const olderTypes = [
  'MedicationOrder',
  'DiagnosticOrder',
  'ProcedureRequest',
  'ReferralRequest',
  'DeviceUseRequest',
  'BodySite',
];

/** Members that a type has in DSTU2 or STU3 and not in R4 (R4 "Version Management", the type's change history). */
const olderMembers: Readonly<Record<string, readonly string[]>> = {
  AllergyIntolerance: ['substance', 'assertedDate', 'reporter'],
  CarePlan: ['context'],
  Condition: ['assertedDate', 'dateRecorded', 'context', 'patient'],
  Coverage: ['grouping', 'issuer'],
  Device: ['udi', 'model'],
  DiagnosticReport: ['codedDiagnosis', 'context'],
  DocumentReference: ['class', 'created', 'indexed'],
  Encounter: ['patient', 'indication'],
  ExplanationOfBenefit: ['information', 'totalCost', 'totalBenefit'],
  Goal: ['status', 'targetDate'],
  Immunization: ['wasNotGiven', 'notGiven', 'date', 'explanation', 'vaccinationProtocol'],
  MedicationRequest: ['context'],
  MedicationStatement: ['wasNotTaken', 'taken', 'reasonForUse'],
  Observation: ['comment', 'comments', 'related', 'context'],
  Patient: ['animal', 'careProvider'],
  Procedure: ['notPerformed', 'notDone', 'context'],
};

/** True for a resource written as FHIR before R4 wrote it: R4 has no such type, or no such member in it. */
export function isOlderFhir(resource: Resource): boolean {
  const { resourceType } = resource;
  const members = Object.hasOwn(olderMembers, resourceType) ? olderMembers[resourceType] : undefined;
  return (
    olderTypes.includes(resourceType) || (members ?? []).some((member) => resource[member] !== undefined)
  );
}
