import type { JsonObject } from '../../../json/index.ts';

/**
 * Code systems that moved to terminology.hl7.org with R4 under the name they had (R4 "Terminologies", change notes): those
 * a patient's record uses.
 */
const moved = new Set(
  (
    'adjudication admit-source allergyintolerance-clinical allergyintolerance-verification ' +
    'appointment-cancellation-reason benefit-network benefit-term benefit-type benefit-unit ' +
    'claim-type communication-category communication-not-done-reason condition-category condition-clinical condition-state ' +
    'condition-ver-status consentaction consentcategorycodes consentscope coverage-class coverage-copay-type ' +
    'data-absent-reason diagnosis-role diet discharge-disposition dose-rate-type encounter-special-arrangements ' +
    'encounter-type ex-benefitcategory ex-diagnosisrelatedgroup ex-diagnosistype ex-paymenttype ' +
    'ex-procedure-type ex-revenue-center ex-serviceplace goal-acceptance-status goal-achievement goal-category ' +
    'goal-priority goal-relationship-type immunization-funding-source immunization-origin ' +
    'immunization-program-eligibility immunization-recommendation-status ' +
    'immunization-subpotent-reason list-empty-reason list-order location-physical-type med-admin-perform-function ' +
    'medication-admin-category medication-statement-category medicationrequest-category ' +
    'medicationrequest-course-of-therapy medicationrequest-status-reason object-role observation-category ' +
    'observation-statistics organization-type participant-type payeetype practitioner-role ' +
    'processpriority provenance-participant-type reaction-event-certainty referencerange-meaning ' +
    'service-category service-provision-conditions service-type ' +
    'claimcareteamrole claiminformationcategory device-status-reason ex-payee-resource-type ex-programcode ex-tooth ' +
    'adjudication-error adjudication-reason adverse-event-category basic-resource-type contactentity-type ex-claimsubtype ' +
    'ex-relatedclaimrelationship flag-category fundsreserve media-type payment-type subscriber-relationship substance-category supply-kind supplyrequest-reason'
  ).split(' '),
);

/** Where HL7's code systems have their addresses since R4. */
export const terminology = 'http://terminology.hl7.org/CodeSystem/';

/** Systems that R4 knows under another name. */
const renamed: Readonly<Record<string, string>> = {
  'http://hl7.org/fhir/marital-status': `${terminology}v3-MaritalStatus`,
  'http://hl7.org/fhir/ex-claimtype': `${terminology}claim-type`,
  'http://hl7.org/fhir/medication-request-category': `${terminology}medicationrequest-category`,
};

/** The address that R4 gives a code system of DSTU2 or STU3; the same where nothing changed or nobody knows. */
export function systemInR4(system: string): string {
  if (Object.hasOwn(renamed, system)) return renamed[system] ?? system;
  const version = /^http:\/\/hl7\.org\/fhir\/(v2|v3)\/([\w.-]+)$/.exec(system);
  if (version) return `${terminology}${version[1]}-${version[2]}`;
  const [, name = ''] = /^http:\/\/hl7\.org\/fhir\/([\w-]+)$/.exec(system) ?? [];
  return moved.has(name) ? `${terminology}${name}` : system;
}

/** Reasons for absence by their names before R4. */
const absentReasons: Readonly<Record<string, string>> = {
  asked: 'asked-unknown',
  temp: 'temp-unknown',
  astext: 'as-text',
  NaN: 'not-a-number',
};

export function absentReasonInR4(code: string): string {
  return Object.hasOwn(absentReasons, code) ? (absentReasons[code] ?? code) : code;
}

/** System and code of a Coding by the names that R4 has for them. */
export function codingInR4({ system, code }: JsonObject): JsonObject {
  if (typeof system !== 'string') return {};
  // R4 knows two categories of conditions; those of DSTU2 (diagnosis, finding …) are not in its code system.
  const isOldCategory =
    system === 'http://hl7.org/fhir/condition-category' &&
    code !== 'problem-list-item' &&
    code !== 'encounter-diagnosis';
  if (isOldCategory) return {};
  const isAbsent = system.endsWith('/data-absent-reason') && typeof code === 'string';
  return { system: systemInR4(system), ...(isAbsent && { code: absentReasonInR4(code) }) };
}
