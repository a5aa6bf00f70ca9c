import { isObject, type JsonObject } from '../../../json/index.ts';
import {
  append,
  inEach,
  listIn,
  objectIn,
  objectsIn,
  rename,
  take,
  toNote,
  type Rule,
  type Rules,
} from './rule.ts';
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

/** An order of DSTU2 is an order by its name; R4 asks for the intent of every request. */
const isOrder: Rule = (node) => {
  node['intent'] ??= 'order';
};

const site: Rule = (node) => {
  if (node['site'] === undefined) rename({ siteCodeableConcept: 'site' })(node, { keep: () => undefined });
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

/** Several objects in one order: the first is what is ordered, the others are its details. */
const orderedItems: Rule = (node, { keep }) => {
  const items = objectsIn(node, 'item');
  const codes = inEach(items, 'code');
  const [first, ...others] = codes;
  if (first === undefined) return;
  node['code'] = first;
  append(node, 'orderDetail', others);
  append(
    node,
    'bodySite',
    items.flatMap((item) => listIn(item, 'bodySite')),
  );
  append(
    node,
    'specimen',
    items.flatMap((item) => listIn(item, 'specimen')),
  );
  keep(node, 'item');
  delete node['item'];
};

/** The states an order went through; when it was requested is when it was written. */
const orderEvents: Rule = (node) => {
  const requested = objectsIn(node, 'event').find((event) => event['status'] === 'requested')?.['dateTime'];
  if (requested !== undefined) node['authoredOn'] = requested;
};

/** States of DSTU2's orders by R4's request status; the state as sent is kept where R4 tells it less exactly. */
const requestStatus: Rule = (node, { keep }) => {
  const states: Readonly<Record<string, string>> = {
    proposed: 'draft',
    planned: 'draft',
    requested: 'active',
    received: 'active',
    accepted: 'active',
    'in-progress': 'active',
    review: 'active',
    suspended: 'on-hold',
    rejected: 'revoked',
    aborted: 'revoked',
    failed: 'revoked',
    cancelled: 'revoked',
  };
  const { status } = node;
  if (typeof status !== 'string' || !Object.hasOwn(states, status)) return;
  if (status === 'proposed') node['intent'] = 'proposal';
  keep(node, 'status');
  node['status'] = states[status];
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

const identifierToClass: Rule = (node) => {
  for (const [name, kind] of [
    ['group', 'group'],
    ['plan', 'plan'],
    ['subPlan', 'subplan'],
  ] as const) {
    const value = take(node, name);
    if (typeof value === 'string') append(node, 'class', [coverageClass(kind, value)]);
  }
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
