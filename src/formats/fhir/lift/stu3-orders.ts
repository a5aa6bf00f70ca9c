import { isNumber, type JsonObject } from '../../../json/index.ts';
import {
  append,
  listIn,
  objectIn,
  objectsIn,
  recode,
  rename,
  take,
  toDenial,
  toNote,
  unwrap,
  type Rule,
  type Rules,
} from './rule.ts';

/** R4 groups what a dose is and how fast it goes. */
const doseAndRate: Rule = (node) => {
  const names = ['doseRange', 'doseQuantity', 'rateRatio', 'rateRange', 'rateQuantity'];
  const group: JsonObject = {};
  for (const name of names) if (node[name] !== undefined) group[name] = take(node, name);
  if (Object.keys(group).length > 0) append(node, 'doseAndRate', [group]);
};

const requester = unwrap('requester', 'agent');

/**
 * STU3's statement has a status and says beside it whether the medication was taken: no is R4's `not-taken`, yes adds
 * nothing. Whether it is unknown or of no matter, R4 cannot say; that is kept.
 */
const taken: Rule = (node, { keep }) => {
  if (node['taken'] === 'y') delete node['taken'];
  if (node['taken'] !== 'n') return;
  delete node['taken'];
  if (node['status'] === 'entered-in-error') return;
  keep(node, 'status');
  node['status'] = 'not-taken';
};

/** One service is what is ordered; where an order names several, the others are its details. */
const serviceRequested: Rule = (node) => {
  const [first, ...others] = listIn(node, 'serviceRequested');
  if (first === undefined) return;
  delete node['serviceRequested'];
  node['code'] = first;
  append(node, 'orderDetail', others);
};

const orderStatus = recode('status', { suspended: 'on-hold', cancelled: 'revoked' });

const asServiceRequest: Rule = (node) => {
  node['resourceType'] = 'ServiceRequest';
};

/** A lens is dispensed in STU3 and specified in R4; its prism is an amount and a base. */
const lens: Rule = (node) => {
  const [amount, base] = [take(node, 'prism'), take(node, 'base')];
  if (isNumber(amount)) append(node, 'prism', [{ amount, ...(base !== undefined && { base }) }]);
  else if (base !== undefined) node['base'] = base;
};

/** STU3 to R4, for medications and orders (HL7's R3 to R4 maps). */
export const stu3Orders: Rules = {
  Dosage: [doseAndRate],
  MedicationRequest: [requester, rename({ context: 'encounter' })],
  MedicationRequestSubstitution: [rename({ allowed: 'allowedBoolean' })],
  MedicationStatement: [rename({ reasonNotTaken: 'statusReason' }), taken],
  MedicationDispense: [
    rename({
      notDoneReasonCodeableConcept: 'statusReasonCodeableConcept',
      notDoneReasonReference: 'statusReasonReference',
    }),
    toDenial('notDone', 'declined'),
  ],
  MedicationAdministration: [
    rename({ prescription: 'request', reasonNotGiven: 'statusReason' }),
    toDenial('notGiven', 'not-done'),
  ],
  MedicationIngredient: [rename({ amount: 'strength' })],
  Medication: [medicationPackage],
  ProcedureRequest: [asServiceRequest, requester, rename({ context: 'encounter' }), orderStatus],
  ReferralRequest: [
    asServiceRequest,
    requester,
    serviceRequested,
    rename({
      context: 'encounter',
      type: 'category',
      recipient: 'performer',
      specialty: 'performerType',
      groupIdentifier: 'requisition',
    }),
    toNote('description'),
    orderStatus,
  ],
  VisionPrescription: [rename({ dispense: 'lensSpecification' })],
  VisionPrescriptionDispense: [lens],
  Appointment: [rename({ reason: 'reasonCode', indication: 'reasonReference', incomingReferral: 'basedOn' })],
  Communication: [
    rename({ context: 'encounter', topic: 'about', notDoneReason: 'statusReason' }),
    recode('status', { suspended: 'on-hold', aborted: 'stopped' }),
    toDenial('notDone', 'not-done'),
  ],
  CommunicationRequest: [
    requester,
    rename({ context: 'encounter', topic: 'about' }),
    recode('status', { suspended: 'on-hold', cancelled: 'revoked' }),
  ],
  DeviceRequest: [requester, rename({ context: 'encounter' }), orderStatus],
  SupplyRequest: [requester, rename({ reasonCodeableConcept: 'reasonCode' })],
  Task: [requester, rename({ context: 'encounter', reason: 'reasonCode' })],
  Account: [rename({ period: 'servicePeriod' })],
  ChargeItem: [rename({ participant: 'performer', definition: 'definitionUri' })],
  ChargeItemParticipant: [rename({ role: 'function' })],
  BodySite: [asBodyStructure],
  Signature: [
    rename({
      whoReference: 'who',
      onBehalfOfReference: 'onBehalfOf',
      contentType: 'sigFormat',
      blob: 'data',
    }),
  ],
  Provenance: [rename({ period: 'occurredPeriod' })],
  ProvenanceAgent: [
    rename({ whoReference: 'who', onBehalfOfReference: 'onBehalfOf', relatedAgentType: 'type' }),
  ],
  ProvenanceEntity: [entityReference],
  Binary: [rename({ content: 'data' })],
};

function asBodyStructure(node: JsonObject): void {
  node['resourceType'] = 'BodyStructure';
  rename({ code: 'location', qualifier: 'locationQualifier' })(node, { keep: () => undefined });
}

/** What a package holds belongs to the product in R4 as far as a batch goes. */
function medicationPackage(node: JsonObject): void {
  const batches = objectsIn(objectIn(node, 'package') ?? {}, 'batch');
  if (batches.length === 1 && node['batch'] === undefined) node['batch'] = batches[0];
}

function entityReference(node: JsonObject): void {
  const whole = take(node, 'whatReference');
  if (whole !== undefined) node['what'] = whole;
  const identifier = take(node, 'whatIdentifier');
  if (identifier !== undefined && node['what'] === undefined) node['what'] = { identifier };
}
