import { codesOf, type Code } from './coding.ts';
import type { Element } from './element.ts';

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
  Observation: { cancelled: 'not-done', registered: 'unconfirmed', preliminary: 'unconfirmed' },
  DiagnosticReport: {
    cancelled: 'not-done',
    registered: 'unconfirmed',
    partial: 'unconfirmed',
    preliminary: 'unconfirmed',
  },
  Composition: { preliminary: 'unconfirmed' },
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
  ExplanationOfBenefit: { cancelled: 'not-done' },
};

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
  '787481004',
  'no-known-allergies',
  'no-known-medication-allergies',
  'no-known-environmental-allergies',
  'no-known-food-allergies',
  'no-known-problems',
  'no-known-medications',
];

/** Codes that say nothing is known, which is not the same as none. */
const noInformation = ['1287211007', 'no-allergy-info', 'no-problem-info', 'no-medication-info'];

const noneInWords = /^(no known\b|nkda?$|nka$|no (allergies|problems|medications)\b|none known$)/i;

/** True when a name or its codes say that there is none: "No known allergies". */
export function saysNone({
  name,
  codes,
}: {
  name: string | null | undefined;
  codes: readonly Code[];
}): boolean {
  const words = [name, ...codes.map(({ display }) => display)];
  return (
    codes.some(({ code }) => code !== undefined && noneKnown.includes(code)) ||
    words.some((word) => typeof word === 'string' && noneInWords.test(word.trim()))
  );
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
  const status = resource.string('status') ?? '';
  const fromStatus = byStatus[status] ?? byTypeAndStatus[type]?.[status];
  const fromVerification = verificationOf(resource);
  if (fromStatus === 'entered-in-error' || fromVerification === 'entered-in-error') return 'entered-in-error';
  if (resource.boolean('doNotPerform') === true || namesNone(concept)) return 'negated';
  if (fromStatus === 'not-done' || fromVerification === 'refuted') return fromStatus ?? 'refuted';
  if (isProposal(resource)) return 'planned';
  if (fromStatus !== undefined || fromVerification !== undefined)
    return fromStatus ?? fromVerification ?? 'unconfirmed';
  if (resource.string('docStatus') === 'entered-in-error') return 'entered-in-error';
  if (resource.string('docStatus') === 'preliminary' || saysNoInformation(codesOf(concept)))
    return 'unconfirmed';
  return resource.children('modifierExtension').length > 0 ? 'unconfirmed' : 'stated';
}

function verificationOf(resource: Element): Assertion | undefined {
  if (resource.value['verificationStatus'] === undefined) return undefined;
  const codes = codesOf(resource.child('verificationStatus')).map(({ code }) => code ?? '');
  return codes.map((code) => byVerification[code]).find((assertion) => assertion !== undefined);
}

function namesNone(concept: Element | undefined): boolean {
  return saysNone({ name: concept?.string('text'), codes: codesOf(concept) });
}

function isProposal(resource: Element): boolean {
  return ['proposal', 'plan'].includes(resource.string('intent') ?? '');
}

/** The URLs of modifier extensions anywhere at the top of a resource, for the row's caution. */
export function modifiersOf(resource: Element): string[] {
  return resource
    .children('modifierExtension')
    .map((extension) => extension.string('url') ?? 'without a URL');
}
