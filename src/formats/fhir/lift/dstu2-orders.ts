import { isObject, type JsonObject, type JsonValue } from '../../../json/index.ts';
import {
  append,
  inEach,
  listIn,
  objectIn,
  objectsIn,
  ordered,
  rename,
  renameIn,
  take,
  toNote,
  type Rule,
  type Rules,
} from './rule.ts';
import { isCalledOff, isOrder, requestStatus } from './request-status.ts';
import { coverageClass } from './stu3-claims.ts';

const asType =
  (resourceType: string): Rule =>
  (node) => {
    node['resourceType'] = resourceType;
  };

/** `wasNotTaken` is the answer no; its false is no answer, as it is there by default. */
const wasNotTaken: Rule = (node) => {
  if (take(node, 'wasNotTaken') === true) node['taken'] = 'n';
};

const site: Rule = (node) => {
  if (node['site'] === undefined) renameIn(node, { siteCodeableConcept: 'site' });
};

const dosage: readonly Rule[] = [
  site,
  rename({
    additionalInstructions: 'additionalInstruction',
    quantityQuantity: 'doseQuantity',
    quantityRange: 'doseRange',
  }),
];

/** Somebody who did it, as one of those who did. */
export function toPerformer(name: string): Rule {
  return (node) => {
    const actor = take(node, name);
    if (isObject(actor)) append(node, 'performer', [{ actor }]);
  };
}

/** Several objects in one order; those that were called off are no part of what is ordered. All of them are kept. */
const orderedItems: Rule = (node, { keep }) => {
  const items = objectsIn(node, 'item');
  if (items.length === 0) return;
  const wanted = items.filter(({ status }) => !isCalledOff(status));
  if (wanted.length === 0) node['status'] = 'cancelled';
  const named = wanted.length === 0 ? items : wanted;
  ordered(node, inEach(named, 'code'));
  append(
    node,
    'bodySite',
    named.flatMap((item) => listIn(item, 'bodySite')),
  );
  append(
    node,
    'specimen',
    named.flatMap((item) => listIn(item, 'specimen')),
  );
  keep(node, 'item');
  delete node['item'];
};

/** The states an order went through; when it was requested is when it was written. */
const orderEvents: Rule = (node) => {
  const requested = objectsIn(node, 'event').find((event) => event['status'] === 'requested')?.['dateTime'];
  if (requested !== undefined) node['authoredOn'] = requested;
};

function medicationProduct(node: JsonObject): void {
  const product = objectIn(node, 'product');
  if (product === undefined) return;
  const { form, ingredient, batch, ...rest } = product;
  if (form !== undefined) node['form'] = form;
  append(
    node,
    'ingredient',
    [ingredient ?? []]
      .flat()
      .filter((one) => isObject(one))
      .map(({ item, ...more }) => ({ itemReference: item, ...more })),
  );
  const batches = [batch ?? []].flat();
  if (batches.length === 1) node['batch'] = batches[0];
  if (Object.keys(rest).length === 0 && batches.length < 2) delete node['product'];
}

const identifierToClass: Rule = (node, { keep }) => {
  for (const [name, kind] of [
    ['group', 'group'],
    ['plan', 'plan'],
    ['subPlan', 'subplan'],
  ] as const) {
    const value = take(node, name);
    if (typeof value === 'string') append(node, 'class', [coverageClass(kind, value)]);
  }
  // A class has a value and no system.
  for (const name of ['bin', 'network']) if (isNumbered(node[name])) keep(node, name);
  const bin = take(node, 'bin');
  if (isObject(bin) && bin['value'] !== undefined)
    append(node, 'class', [coverageClass('rxbin', bin['value'])]);
  for (const name of ['subscriberId', 'network']) {
    const identifier = node[name];
    if (!isObject(identifier)) continue;
    append(node, name === 'subscriberId' ? 'identifier' : name, name === 'subscriberId' ? [identifier] : []);
    if (identifier['value'] === undefined) delete node[name];
    else node[name] = identifier['value'];
  }
  for (const name of ['dependent', 'sequence']) {
    const number = node[name];
    if (typeof number === 'number') node[name] = String(number);
  }
};

/** Whose it is, under the name it has since. */
export const toSubject = rename({ patient: 'subject', encounter: 'context' });

/** DSTU2 to STU3's shapes, for medications, orders and coverage (HL7's R2 to R3 maps). */
export const dstu2Orders: Rules = {
  MedicationOrder: [
    asType('MedicationRequest'),
    isOrder,
    toSubject,
    rename({ dateWritten: 'authoredOn', prescriber: 'requester', reasonCodeableConcept: 'reasonCode' }),
    rename({ reasonEnded: 'statusReason' }),
    toNote('note'),
  ],
  MedicationOrderDosageInstruction: dosage,
  MedicationOrderSubstitution: [rename({ type: 'allowedCodeableConcept' })],
  MedicationStatement: [
    toSubject,
    rename({
      reasonForUseCodeableConcept: 'reasonCode',
      reasonForUseReference: 'reasonReference',
      supportingInformation: 'derivedFrom',
    }),
    wasNotTaken,
    toNote('note'),
  ],
  MedicationStatementDosage: dosage,
  MedicationDispense: [rename({ patient: 'subject' }), toPerformer('dispenser'), toNote('note')],
  MedicationDispenseDosageInstruction: dosage,
  MedicationAdministration: [
    toSubject,
    toPerformer('practitioner'),
    rename({
      wasNotGiven: 'notGiven',
      reasonGiven: 'reasonCode',
      effectiveTimeDateTime: 'effectiveDateTime',
      effectiveTimePeriod: 'effectivePeriod',
    }),
    toNote('note'),
  ],
  MedicationAdministrationDosage: [site, rename({ quantity: 'dose' })],
  Medication: [medicationProduct],
  DiagnosticOrder: [
    asType('ServiceRequest'),
    isOrder,
    rename({ orderer: 'requester', reason: 'reasonCode', supportingInformation: 'supportingInfo' }),
    orderedItems,
    orderEvents,
    requestStatus,
  ],
  ProcedureRequest: [
    asType('ServiceRequest'),
    isOrder,
    requestStatus,
    rename({
      reasonCodeableConcept: 'reasonCode',
      scheduledDateTime: 'occurrenceDateTime',
      scheduledPeriod: 'occurrencePeriod',
      scheduledTiming: 'occurrenceTiming',
      orderedOn: 'authoredOn',
      orderer: 'requester',
      notes: 'note',
    }),
  ],
  ReferralRequest: [
    isOrder,
    requestStatus,
    toSubject,
    rename({
      date: 'authoredOn',
      reason: 'reasonCode',
      supportingInformation: 'supportingInfo',
      fulfillmentTime: 'occurrencePeriod',
    }),
  ],
  Coverage: [rename({ issuer: 'payor' }), identifierToClass],
};

/** True for an identifier that says more than its value. */
function isNumbered(identifier: JsonValue | undefined): boolean {
  return isObject(identifier) && Object.keys(identifier).some((name) => name !== 'value');
}
