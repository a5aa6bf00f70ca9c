import { isObject, type JsonObject } from '../../../json/index.ts';
import { append, inEach, listIn, objectIn, objectsIn, rename, take, type Rule, type Rules } from './rule.ts';

/** R5's CodeableReference says a concept, a reference or both; R4 has a member for each. */
function toChoice(from: string, concept: string, reference: string): Rule {
  return (node) => {
    const items = objectsIn(node, from);
    if (items.length === 0) return;
    const concepts = inEach(items, 'concept');
    const references = inEach(items, 'reference');
    delete node[from];
    append(node, concept, concepts);
    append(node, reference, references);
  };
}

const reason = toChoice('reason', 'reasonCode', 'reasonReference');

/** A medication is one or the other in R4; a reference leads to all that the concept says, and the concept stays as its name. */
const medication: Rule = (node) => {
  const sent = objectIn(node, 'medication');
  if (sent === undefined) return;
  const { concept, reference } = sent;
  if (!isObject(concept) && !isObject(reference)) return;
  delete node['medication'];
  if (isObject(concept)) node['medicationCodeableConcept'] = concept;
  else if (isObject(reference)) node['medicationReference'] = reference;
};

/** The concept of a CodeableReference where R4 has a concept only. */
function toConcepts(name: string): Rule {
  return (node) => {
    const items = objectsIn(node, name);
    const concepts = inEach(items, 'concept');
    if (concepts.length > 0 && concepts.length === items.length) node[name] = concepts;
  };
}

const encounterClass: Rule = (node) => {
  const [first, ...others] = listIn(node, 'class');
  const coding = isObject(first) ? objectsIn(first, 'coding')[0] : undefined;
  if (coding === undefined || others.length > 0) return;
  node['class'] = coding;
};

const allergyType: Rule = (node) => {
  const code = objectsIn(objectIn(node, 'type') ?? {}, 'coding')[0]?.['code'];
  if (code === 'allergy' || code === 'intolerance') node['type'] = code;
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

const classValue: Rule = (node) => {
  const value = objectIn(node, 'value')?.['value'];
  if (value !== undefined) node['value'] = value;
};

/** R5 to R4, as far as a record's facts would lose their name, date or reason; other members of R5 are kept as sent. */
export const r5Rules: Rules = {
  Dosage: [rename({ asNeeded: 'asNeededBoolean' })],
  MedicationRequest: [medication, reason, rename({ reported: 'reportedBoolean' })],
  MedicationStatement: [medication, reason, rename({ encounter: 'context' })],
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
  Immunization: [reason],
  ImmunizationReaction: [toChoice('manifestation', 'manifestationConcept', 'detail')],
  ImmunizationProtocolApplied: [rename({ doseNumber: 'doseNumberString', seriesDoses: 'seriesDosesString' })],
  AllergyIntolerance: [allergyType],
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
    rename({ actualPeriod: 'period', admission: 'hospitalization' }),
    toConcepts('serviceType'),
  ],
  EncounterParticipant: [rename({ actor: 'individual' })],
  ServiceRequest: [toConcepts('code'), reason],
  Appointment: [reason, toConcepts('serviceType'), rename({ cancellationReason: 'cancelationReason' })],
  DocumentReference: [documentContext],
  Coverage: [subscriberId, rename({ insurer: 'payor' })],
  CoverageClass: [classValue],
};
