import { isObject, type JsonObject, type JsonValue } from '../../../json/index.ts';
import { numberOf } from '../../json-parts.ts';
import {
  append,
  inEach,
  listIn,
  objectIn,
  objectsIn,
  rename,
  take,
  wordsOf,
  type Rule,
  type Rules,
} from './rule.ts';
import { unstatedAllergyStatus } from './stu3-clinical.ts';

/** R5's CodeableReference says a concept, a reference or both; R4 has a member for each. */
function toChoice(from: string, concept: string, reference: string): Rule {
  return (node, { keep }) => {
    const items = objectsIn(node, from);
    if (items.length === 0) return;
    if (items.some((item) => !saysOnly(item, ['concept', 'reference']))) keep(node, from);
    delete node[from];
    append(node, concept, inEach(items, 'concept'));
    append(node, reference, inEach(items, 'reference'));
  };
}

/** The concept of a CodeableReference where R4 has a concept only. */
function toConcepts(name: string): Rule {
  return (node, { keep }) => {
    const items = objectsIn(node, name);
    const concepts = inEach(items, 'concept');
    if (concepts.length === 0) return;
    if (items.some((item) => !saysOnly(item, ['concept']))) keep(node, name);
    node[name] = concepts;
  };
}

function saysOnly(item: JsonObject, names: readonly string[]): boolean {
  return (
    names.some((name) => isObject(item[name])) && Object.keys(item).every((name) => names.includes(name))
  );
}

const reason = toChoice('reason', 'reasonCode', 'reasonReference');

/** A medication is one or the other in R4: a concept, which names it, before a reference, which is kept then. */
function toOneOf(name: string): Rule {
  return (node, { keep }) => {
    const sent = objectIn(node, name);
    if (sent === undefined) return;
    const { concept, reference } = sent;
    if (!isObject(concept) && !isObject(reference)) return;
    if (Object.keys(sent).length > 1) keep(node, name);
    delete node[name];
    if (isObject(concept)) node[`${name}CodeableConcept`] = concept;
    else node[`${name}Reference`] = reference;
  };
}

const medication = toOneOf('medication');

/** R5 says beside the statement whether the medication is taken (`adherence`); R4 says it by the status. */
const adherence: Rule = (node, { keep, keepModifier }) => {
  const codes = inEach(objectsIn(node, 'adherence'), 'code').flatMap((code) => objectsIn(code, 'coding'));
  const code = codes.map((coding) => coding['code']).find((word) => typeof word === 'string');
  const states: Readonly<Record<string, string>> = {
    taking: 'active',
    'not-taking': 'not-taken',
    stopped: 'stopped',
    'on-hold': 'on-hold',
  };
  if (node['adherence'] === undefined || node['status'] === 'entered-in-error') return;
  const isDraft = node['status'] === 'draft';
  const state = !isDraft && code !== undefined && Object.hasOwn(states, code) ? states[code] : undefined;
  if (isDraft) keepModifier(node, 'status');
  if (state === undefined) keepModifier(node, 'adherence');
  else {
    keep(node, 'adherence');
    keep(node, 'status');
    node['status'] = state;
  }
  delete node['adherence'];
};

const encounterClass: Rule = (node, { keep }) => {
  const classes = objectsIn(node, 'class');
  const codings = classes.flatMap((one) => objectsIn(one, 'coding'));
  const [coding] = codings;
  if (coding === undefined) return;
  if (codings.length > 1 || classes.some((one) => !saysCodingOnly(one))) keep(node, 'class');
  node['class'] = coding;
};

function saysCodingOnly(concept: JsonObject): boolean {
  return Object.keys(concept).every((name) => name === 'coding');
}

/** States of a visit that R4 has another word for, or a wider one. */
const encounterStatus: Rule = (node, { keep }) => {
  const states: Readonly<Record<string, string>> = {
    completed: 'finished',
    discharged: 'finished',
    'on-hold': 'onleave',
  };
  const { status } = node;
  if (typeof status !== 'string' || !Object.hasOwn(states, status)) return;
  if (status !== 'completed') keep(node, 'status');
  node['status'] = states[status];
};

const encounterReasons: Rule = (node, { keep }) => {
  const reasons = objectsIn(node, 'reason');
  const values = reasons.flatMap((one) => objectsIn(one, 'value'));
  if (values.length === 0) return;
  if (reasons.some((one) => one['use'] !== undefined)) keep(node, 'reason');
  delete node['reason'];
  append(node, 'reasonCode', inEach(values, 'concept'));
  append(node, 'reasonReference', inEach(values, 'reference'));
};

const allergyType: Rule = (node, { keep }) => {
  const type = objectIn(node, 'type');
  const [coding, ...more] = objectsIn(type ?? {}, 'coding');
  const code = coding?.['code'];
  if (type === undefined || (code !== 'allergy' && code !== 'intolerance')) return;
  if (more.length > 0 || !saysCodingOnly(type)) keep(node, 'type');
  node['type'] = code;
};

const documentContext: Rule = (node) => {
  const context: JsonObject = {};
  for (const name of ['period', 'facilityType', 'practiceSetting'])
    if (node[name] !== undefined) context[name] = take(node, name);
  const encounters = listIn(node, 'context');
  if (encounters.length > 0) context['encounter'] = encounters;
  if (Object.keys(context).length > 0) node['context'] = context;
};

const subscriberId: Rule = (node) => {
  const identifiers = objectsIn(node, 'subscriberId');
  const [first] = identifiers;
  if (first?.['value'] === undefined) return;
  append(node, 'identifier', identifiers);
  node['subscriberId'] = first['value'];
};

const classValue: Rule = (node, { keep }) => {
  const identifier = objectIn(node, 'value');
  const value = identifier?.['value'];
  if (identifier === undefined || value === undefined) return;
  if (Object.keys(identifier).length > 1) keep(node, 'value');
  node['value'] = value;
};

/** R5's diagnosis of a visit names conditions in either way; R4's refers to one, if only by its name. */
const encounterDiagnosis: Rule = (node, { keep }) => {
  const conditions = objectsIn(node, 'condition');
  const [first, ...more] = conditions;
  if (first === undefined) return;
  const concept = objectIn(first, 'concept');
  const reference = objectIn(first, 'reference');
  if (more.length > 0 || concept) keep(node, 'condition');
  if (reference) node['condition'] = reference;
  else if (concept) node['condition'] = { display: wordsOf(concept) };
};

/** R5 writes the size as a text, for files larger than an integer. */
const attachmentSize: Rule = (node) => {
  const { size } = node;
  const number: JsonValue | undefined = typeof size === 'string' ? numberOf(size) : undefined;
  if (number !== undefined) node['size'] = number;
};

/** R5's decision is about all that its provisions do not except; R4 says it at the root of them. */
const consentDecision: Rule = (node) => {
  const decision = node['decision'];
  if (decision !== 'deny' && decision !== 'permit') return;
  const provision = listIn(node, 'provision');
  delete node['decision'];
  node['provision'] = { type: decision, ...(provision.length > 0 && { provision }) };
};

/** R5 to R4, as far as a record's facts would lose their name, date or reason; other members of R5 are kept as sent. */
export const r5Rules: Rules = {
  Attachment: [attachmentSize],
  Dosage: [rename({ asNeeded: 'asNeededBoolean' })],
  MedicationRequest: [medication, reason, rename({ reported: 'reportedBoolean' })],
  MedicationStatement: [medication, reason, adherence, rename({ encounter: 'context' })],
  MedicationDispense: [medication, rename({ encounter: 'context' })],
  MedicationAdministration: [
    medication,
    reason,
    rename({
      occurenceDateTime: 'effectiveDateTime',
      occurencePeriod: 'effectivePeriod',
      encounter: 'context',
    }),
  ],
  Medication: [rename({ doseForm: 'form' })],
  MedicationIngredient: [toOneOf('item')],
  Immunization: [reason],
  ImmunizationProtocolApplied: [rename({ doseNumber: 'doseNumberString', seriesDoses: 'seriesDosesString' })],
  AllergyIntolerance: [allergyType, unstatedAllergyStatus],
  AllergyIntoleranceReaction: [toConcepts('manifestation')],
  Procedure: [
    reason,
    rename({
      occurrenceDateTime: 'performedDateTime',
      occurrencePeriod: 'performedPeriod',
      occurrenceString: 'performedString',
      occurrenceAge: 'performedAge',
      occurrenceRange: 'performedRange',
    }),
    toConcepts('complication'),
  ],
  Encounter: [
    encounterClass,
    encounterStatus,
    encounterReasons,
    rename({ actualPeriod: 'period', admission: 'hospitalization' }),
    toConcepts('serviceType'),
  ],
  EncounterDiagnosis: [encounterDiagnosis],
  EncounterParticipant: [rename({ actor: 'individual' })],
  ServiceRequest: [toConcepts('code'), reason],
  Appointment: [reason, toConcepts('serviceType'), rename({ cancellationReason: 'cancelationReason' })],
  FamilyMemberHistory: [reason],
  ImagingStudy: [reason],
  DocumentReference: [documentContext],
  Device: [rename({ name: 'deviceName' })],
  DeviceName: [rename({ value: 'name' })],
  Consent: [consentDecision],
  Coverage: [subscriberId, rename({ insurer: 'payor' })],
  CoverageClass: [classValue],
};
