/**
 * Codes that a release before R4 has and R4 has not, by type and member, each with the last release that has it: where
 * nothing else tells, they do.
 */
export const olderCodes: Readonly<Record<string, Readonly<Record<string, 'DSTU2' | 'STU3'>>>> = {
  'CarePlan.status': { proposed: 'DSTU2', suspended: 'STU3', cancelled: 'STU3' },
  'Claim.use': { complete: 'STU3', proposed: 'STU3', exploratory: 'STU3', other: 'STU3' },
  'ClinicalImpression.status': { draft: 'STU3' },
  'Communication.status': { rejected: 'DSTU2', failed: 'DSTU2', suspended: 'STU3', aborted: 'STU3' },
  'CommunicationRequest.status': {
    proposed: 'DSTU2',
    planned: 'DSTU2',
    requested: 'DSTU2',
    received: 'DSTU2',
    accepted: 'DSTU2',
    'in-progress': 'DSTU2',
    rejected: 'DSTU2',
    failed: 'DSTU2',
    suspended: 'STU3',
    cancelled: 'STU3',
  },
  'Device.status': { available: 'DSTU2', 'not-available': 'DSTU2' },
  'DeviceRequest.status': { suspended: 'STU3', cancelled: 'STU3' },
  'Immunization.status': { 'in-progress': 'DSTU2', 'on-hold': 'DSTU2', stopped: 'DSTU2' },
  'NutritionOrder.status': { proposed: 'STU3', planned: 'STU3', requested: 'STU3', cancelled: 'STU3' },
  'PatientLink.type': { replace: 'DSTU2' },
  'Procedure.status': { suspended: 'STU3', aborted: 'STU3' },
  'ProcedureRequest.status': {
    proposed: 'DSTU2',
    requested: 'DSTU2',
    received: 'DSTU2',
    accepted: 'DSTU2',
    'in-progress': 'DSTU2',
    rejected: 'DSTU2',
    aborted: 'DSTU2',
  },
  'ReferralRequest.status': { requested: 'DSTU2', accepted: 'DSTU2', rejected: 'DSTU2' },
};
