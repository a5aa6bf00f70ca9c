import { isObject, type JsonValue } from '../json/index.ts';
import { codesOf, sourceName, statusWords, type Code } from './coding.ts';
import { keptStatus } from './detail.ts';
import type { Element } from './element.ts';
import { sourceMoodOf } from './extension.ts';
import { ourExtensions } from './extension-urls.ts';
import { lookUp } from './look-up.ts';

/**
 * What the source asserts of a row's name. Only `stated` is the positive fact; every other word is printed wherever
 * the name is.
 */
export const assertions = [
  'stated',
  'negated',
  'refuted',
  'unconfirmed',
  'planned',
  'not-done',
  'entered-in-error',
] as const;

export type Assertion = (typeof assertions)[number];

/** Statuses that take the positive fact away or put it off, in any resource type whose `status` can say so. */
const byStatus: Readonly<Record<string, Assertion>> = {
  'entered-in-error': 'entered-in-error',
  'not-done': 'not-done',
  'not-taken': 'not-done',
  draft: 'planned',
  proposed: 'planned',
  planned: 'planned',
  preparation: 'planned',
  registered: 'unconfirmed',
  preliminary: 'unconfirmed',
};

/** Statuses whose meaning depends on the resource type (R4 value sets). */
const byTypeAndStatus: Readonly<Record<string, Readonly<Record<string, Assertion>>>> = {
  // R4: "withdrawn before any administrations have occurred".
  MedicationRequest: { cancelled: 'not-done' },
  MedicationDispense: {
    cancelled: 'not-done',
    declined: 'not-done',
    preparation: 'planned',
    'in-progress': 'planned',
  },
  MedicationStatement: { intended: 'planned' },
  Observation: { cancelled: 'not-done' },
  DiagnosticReport: { cancelled: 'not-done', partial: 'unconfirmed' },
  // R4: a study that is registered has its images to come; the study itself is a fact.
  ImagingStudy: { registered: 'planned', cancelled: 'not-done' },
  RiskAssessment: { cancelled: 'not-done' },
  DetectedIssue: { cancelled: 'not-done' },
  Encounter: { cancelled: 'not-done' },
  Appointment: {
    pending: 'planned',
    booked: 'planned',
    waitlist: 'planned',
    cancelled: 'not-done',
    noshow: 'not-done',
  },
  ServiceRequest: { active: 'planned', 'on-hold': 'planned', revoked: 'not-done' },
  DeviceRequest: { active: 'planned', 'on-hold': 'planned', revoked: 'not-done' },
  NutritionOrder: { active: 'planned', 'on-hold': 'planned', revoked: 'not-done' },
  CommunicationRequest: { active: 'planned', 'on-hold': 'planned', revoked: 'not-done' },
  SupplyRequest: { active: 'planned', suspended: 'planned', cancelled: 'not-done' },
  ExplanationOfBenefit: { cancelled: 'not-done' },
  CarePlan: { revoked: 'not-done' },
  DeviceUseStatement: { intended: 'planned' },
  EpisodeOfCare: { waitlist: 'planned', cancelled: 'not-done' },
  Task: {
    requested: 'planned',
    received: 'planned',
    accepted: 'planned',
    ready: 'planned',
    rejected: 'not-done',
    cancelled: 'not-done',
    failed: 'not-done',
  },
  // A Goal has a `lifecycleStatus` instead.
  Goal: { accepted: 'planned', rejected: 'not-done', cancelled: 'not-done' },
};

/** Members by which FHIR before R4 negates; where one is true, no status can be read as the positive fact. */
const negatingMembers = ['notDone', 'notGiven', 'wasNotGiven', 'notPerformed', 'wasNotTaken'];

const byVerification: Readonly<Record<string, Assertion>> = {
  'entered-in-error': 'entered-in-error',
  refuted: 'refuted',
  unconfirmed: 'unconfirmed',
  presumed: 'unconfirmed',
  provisional: 'unconfirmed',
  differential: 'unconfirmed',
};

/** Codes that say there is none: SNOMED CT, and the code system IPS 1.x used for absent data. */
const noneKnown = [
  '716186003',
  '409137002',
  '429625007',
  '428607008',
  '160245001',
  '787480003',
  '787481004',
  '787482006',
  '787482006',
  '787483001',
  'no-known-allergies',
  'no-known-medication-allergies',
  'no-known-environmental-allergies',
  'no-known-food-allergies',
  'no-known-problems',
  'no-known-medications',
  'no-known-procedures',
  'no-known-immunizations',
  'no-known-devices',
];

/** Codes that say nothing is known, which is not the same as none. */
const noInformation = [
  '1287211007',
  'no-allergy-info',
  'no-problem-info',
  'no-medication-info',
  'no-procedure-info',
  'no-immunization-info',
  'no-device-info',
];

const noneInWords =
  /^(no known\b|nkda?\b|nka\b|no (current |active |other )?(allergies|problems|medications|procedures|immunizations)\b|none known$)/i;

/** Words by which a name denies the one thing it goes on to name: "Not allergic to penicillin". */
const deniesInWords =
  /^(not allergic to|denies|negative for|no ((known|current|active|prior|previous|past|personal|family|significant) )*(evidence|history|signs?|symptoms?) of)\b/i;

/** "No known allergies except penicillin" is a statement of penicillin. */
const exception = /\b(except|other than|apart from|aside from|but|besides)\b/i;

/** A name that denies one thing ("No known metastases", "No known allergy to latex"), not the whole drawer. */
const deniesOneThing =
  /^no known (?!((drug|medication|medicine|food|environmental|current|active|other|significant|medical|health|and|or) )*(allerg(y|ies)|intolerances?|adverse reactions?|problems?|conditions?|diagnos[ei]s|diseases?|medications?|drugs?|medicines?|procedures?|surger(y|ies)|immunizations?|vaccinations?|devices?)\b(?! (to|of|with|from|in)\b))/i;

/** True when a name or its codes deny what they name: "No known allergies", "Not allergic to penicillin". */
export function saysNone({
  name,
  codes,
}: {
  name: string | null | undefined;
  codes: readonly Code[];
}): boolean {
  const words = [sourceName({ name, codes }), ...codes.map(({ display }) => display)];
  return codes.some(isNoneKnown) || words.some((word) => typeof word === 'string' && isDenial(word.trim()));
}

function isNoneKnown({ code }: Code): boolean {
  return code !== undefined && noneKnown.includes(code);
}

function isDenial(word: string): boolean {
  return (noneInWords.test(word) || deniesInWords.test(word)) && !exception.test(word);
}

/** True when a name or its codes say that the whole drawer is empty: "No known allergies", not one allergen. */
export function saysNoneAtAll(row: { name: string | null | undefined; codes: readonly Code[] }): boolean {
  const displays = row.codes.filter((code) => !isNoneKnown(code)).map(({ display }) => display);
  const words = [sourceName(row), ...displays].map((word) => word?.trim() ?? '');
  return saysNone(row) && !words.some((word) => deniesOneThing.test(word) || deniesInWords.test(word));
}

/** True when codes say that nothing is known. */
export function saysNoInformation(codes: readonly Code[]): boolean {
  return codes.some(({ code }) => code !== undefined && noInformation.includes(code));
}

/**
 * What a resource asserts of the fact it names, from its status, verification status, negation and intent. An unknown
 * modifierExtension may turn the meaning round (R4 "Modifier extensions"), so the fact is then `unconfirmed`.
 *
 * `concept` is the element that names the fact, where naming can itself negate ("No known allergies").
 */
export function assertionOf(resource: Element, concept?: Element): Assertion {
  const type = resource.string('resourceType') ?? '';
  const stated = resource.string(type === 'Goal' ? 'lifecycleStatus' : 'status') ?? sentStatus(resource);
  // A word that takes a fact back does so in any case.
  const status = stated?.trim().toLowerCase();
  const fromStatus = isInForce(resource)
    ? undefined
    : (lookUp(byStatus, status) ?? lookUp(lookUp(byTypeAndStatus, type) ?? {}, status));
  const fromVerification = verificationOf(resource);
  if (fromStatus === 'entered-in-error' || fromVerification === 'entered-in-error') return 'entered-in-error';
  if (fromVerification === 'refuted') return 'refuted';
  if (resource.boolean('doNotPerform') === true || isDenied(resource) || namesNone(concept)) return 'negated';
  if (fromStatus === 'not-done' || isNegatedInOldWords(resource)) return 'not-done';
  if (isProposal(resource)) return 'planned';
  if (fromStatus !== undefined || fromVerification !== undefined)
    return fromStatus ?? fromVerification ?? 'unconfirmed';
  // A near miss has not happened (R4 adverse-event-actuality).
  if (isUnclearDose(resource) || resource.string('actuality') === 'potential') return 'unconfirmed';
  if (resource.string('docStatus') === 'entered-in-error') return 'entered-in-error';
  if (resource.string('docStatus') === 'preliminary' || saysNoInformation(codesOf(concept)))
    return 'unconfirmed';
  return unknownModifiers(resource).length > 0 ? 'unconfirmed' : 'stated';
}

/** The status of a resource of another release that is held whole, for R4 has none of its kind. */
function sentStatus(resource: Element): string | undefined {
  const extension = resource
    .children('modifierExtension')
    .find((one) => one.string('url') === ourExtensions.sentStatus);
  const status = extension?.string('valueString');
  return status !== undefined && calledOff.includes(status) ? 'not-done' : status;
}

const calledOff = ['rejected', 'declined', 'cancelled', 'failed', 'aborted', 'abandoned', 'revoked'];

/** A vaccination of DSTU2 that was stopped, put on hold or is under way: R4 has no such status, and it is no given dose. */
function isUnclearDose(resource: Element): boolean {
  return resource.string('resourceType') === 'Immunization' && keptStatus(resource) !== undefined;
}

function verificationOf(resource: Element): Assertion | undefined {
  const found = statusWords(resource, 'verificationStatus').map((word) => lookUp(byVerification, word));
  return found.find((assertion) => assertion !== undefined);
}

function isNegatedInOldWords(resource: Element): boolean {
  return negatingMembers.some((name) => resource.boolean(name) === true) || resource.value['taken'] === 'n';
}

function namesNone(concept: Element | undefined): boolean {
  return saysNone({ name: concept?.string('text'), codes: codesOf(concept) });
}

/** True when the source denies what the element says, in a way that R4 has no member for. */
export function isDenied(element: Element): boolean {
  return element
    .children('modifierExtension')
    .some(
      (extension) =>
        extension.string('url') === ourExtensions.negated && extension.boolean('valueBoolean') === true,
    );
}

function unknownModifiers(resource: Element): Element[] {
  return resource
    .children('modifierExtension')
    .filter((extension) => extension.string('url') !== ourExtensions.negated);
}

/** US Core writes a medicine that a person reports to take as a MedicationRequest of intent plan: it is no proposal. */
function isProposal(resource: Element): boolean {
  const intent = resource.string('intent');
  if (resource.string('resourceType') === 'ImmunizationRecommendation') return true;
  return intent === 'proposal' || (intent === 'plan' && !isReported(resource));
}

function isReported(resource: Element): boolean {
  return (
    resource.string('resourceType') === 'MedicationRequest' &&
    (resource.boolean('reportedBoolean') === true ||
      resource.value['reportedReference'] !== undefined ||
      sourceMoodOf(resource) === 'EVN')
  );
}

/** A directive binds as it stands (R4 request-intent): an active "do not resuscitate" is not still to be done. */
function isInForce(resource: Element): boolean {
  return resource.string('intent') === 'directive' && resource.string('status') === 'active';
}

/** The URLs of modifier extensions anywhere in a resource but its contained ones, for the row's caution. */
export function modifiersOf(resource: Element): string[] {
  const { contained: _, ...own } = resource.value;
  return [...new Set(modifierUrls(own))].filter((url) => url !== ourExtensions.negated);
}

function modifierUrls(value: JsonValue | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(modifierUrls);
  if (!isObject(value)) return [];
  const here = [value['modifierExtension']].flat().filter((extension) => isObject(extension));
  const urls = here.map(({ url }) => (typeof url === 'string' ? url : 'without a URL'));
  return [...urls, ...Object.values(value).flatMap(modifierUrls)];
}
