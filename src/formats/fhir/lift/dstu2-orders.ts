import { isNumber, isObject, type JsonObject, type JsonValue } from '../../../json/index.ts';
import {
  append,
  becomes,
  inEach,
  listIn,
  objectIn,
  objectsIn,
  rename,
  renameIn,
  setOrdered,
  takeObject,
  takeText,
  toNote,
  truthOf,
  type Rule,
  type Rules,
} from './rule.ts';
import { isCalledOff, orderIntent, requestStatus } from './request-status.ts';
import { coverageClass } from './stu3-claims.ts';

/** `wasNotTaken` is the answer no; its false is no answer, as it is there by default. */
const wasNotTaken: Rule = (node, { keepModifier }) => {
  const denied = truthOf(node['wasNotTaken']);
  if (denied === true) node['taken'] = 'n';
  if (denied === undefined) keepModifier(node, 'wasNotTaken');
  delete node['wasNotTaken'];
  delete node['_wasNotTaken'];
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
    const actor = takeObject(node, name);
    if (actor) append(node, 'performer', [{ actor }]);
  };
}

/** Several objects in one order; those that were called off are no part of what is ordered. All of them are kept. */
const orderedItems: Rule = (node, { keep }) => {
  const items = objectsIn(node, 'item');
  if (items.length === 0) return;
  const wanted = items.filter(({ status }) => !isCalledOff(status));
  if (wanted.length === 0 && node['status'] !== 'entered-in-error') {
    keep(node, 'status');
    node['status'] = 'revoked';
  }
  const named = wanted.length === 0 ? items : wanted;
  setOrdered(node, inEach(named, 'code'));
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
  const { form, ingredient: _, batch, ...rest } = product;
  if (form !== undefined) node['form'] = form;
  append(
    node,
    'ingredient',
    objectsIn(product, 'ingredient').map(({ item, ...more }) => ({ itemReference: item, ...more })),
  );
  const batches = [batch ?? []].flat();
  if (batches.length === 1) node['batch'] = batches[0];
  if (Object.keys(rest).length === 0 && batches.length < 2) delete node['product'];
}

/** Plan and group are classes since, of a kind each; so is the number of a card's bank, which loses its system. */
const plans: Rule = (node, { keep }) => {
  for (const [name, kind] of [
    ['group', 'group'],
    ['plan', 'plan'],
    ['subPlan', 'subplan'],
  ] as const) {
    const value = takeText(node, name);
    if (value !== undefined) append(node, 'class', [coverageClass(kind, value)]);
  }
  if (saysMoreThanValue(node['bin'])) keep(node, 'bin');
  const bin = takeObject(node, 'bin')?.['value'];
  if (bin !== undefined) append(node, 'class', [coverageClass('rxbin', bin)]);
};

/** Identifiers of which R4 has the value alone. */
const cardNumbers: Rule = (node, { keep }) => {
  const member = objectIn(node, 'subscriberId');
  if (member) append(node, 'identifier', [member]);
  if (saysMoreThanValue(node['network'])) keep(node, 'network');
  for (const name of ['subscriberId', 'network']) {
    const value = objectIn(node, name)?.['value'];
    if (value !== undefined) node[name] = value;
  }
  for (const name of ['dependent', 'sequence']) {
    const number = node[name];
    if (isNumber(number)) node[name] = String(number);
  }
};

function saysMoreThanValue(identifier: JsonValue | undefined): boolean {
  return isObject(identifier) && Object.keys(identifier).some((name) => name !== 'value');
}

/** Whose it is, under the name it has since. */
export const toSubject = rename({ patient: 'subject', encounter: 'context' });

/** DSTU2 to STU3's shapes, for medications, orders and coverage (HL7's R2 to R3 maps). */
export const dstu2Orders: Rules = {
  MedicationOrder: [
    becomes('MedicationRequest'),
    orderIntent,
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
    becomes('ProcedureRequest'),
    orderIntent,
    rename({ orderer: 'requester', reason: 'reasonCode', supportingInformation: 'supportingInfo' }),
    orderedItems,
    orderEvents,
    requestStatus,
  ],
  ProcedureRequest: [
    becomes('ProcedureRequest'),
    orderIntent,
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
    orderIntent,
    requestStatus,
    toSubject,
    rename({
      date: 'authoredOn',
      reason: 'reasonCode',
      supportingInformation: 'supportingInfo',
      fulfillmentTime: 'occurrencePeriod',
    }),
  ],
  Coverage: [rename({ issuer: 'payor' }), plans, cardNumbers],
};
