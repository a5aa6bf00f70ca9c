import { isNumber, type JsonObject } from '../../../json/index.ts';
import {
  append,
  becomes,
  contextToEncounter,
  objectIn,
  objectsIn,
  recode,
  rename,
  renameIn,
  setOrdered,
  take,
  takeObject,
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
 * nothing. That nobody knows, or that it is of no matter, R4 cannot say, and it may turn the meaning round.
 */
const taken: Rule = (node, { keep, keepModifier }) => {
  const answer = node['taken'];
  const isError = node['status'] === 'entered-in-error';
  if (answer === 'n' && !isError) {
    keep(node, 'status');
    node['status'] = 'not-taken';
  } else if (isError) keep(node, 'taken');
  else if (answer !== 'y') keepModifier(node, 'taken');
  delete node['taken'];
  delete node['_taken'];
};

const serviceRequested: Rule = (node) => {
  const services = objectsIn(node, 'serviceRequested');
  if (services.length === 0) return;
  delete node['serviceRequested'];
  setOrdered(node, services);
};

const orderStatus = recode('status', { suspended: 'on-hold', cancelled: 'revoked' });

/** A lens is dispensed in STU3 and specified in R4; its prism is an amount and a base. */
const lens: Rule = (node) => {
  const { prism: amount, base } = node;
  if (!isNumber(amount)) return;
  delete node['base'];
  node['prism'] = [{ amount, ...(base !== undefined && { base }) }];
};

/** STU3 to R4, for medications and orders (HL7's R3 to R4 maps). */
export const stu3Orders: Rules = {
  Dosage: [doseAndRate],
  MedicationRequest: [requester, contextToEncounter],
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
  ProcedureRequest: [becomes('ServiceRequest'), requester, contextToEncounter, orderStatus],
  ReferralRequest: [
    becomes('ServiceRequest'),
    requester,
    serviceRequested,
    contextToEncounter,
    rename({
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
    contextToEncounter,
    rename({ topic: 'about', notDoneReason: 'statusReason' }),
    recode('status', { suspended: 'on-hold', aborted: 'stopped' }),
    toDenial('notDone', 'not-done'),
  ],
  CommunicationRequest: [
    requester,
    contextToEncounter,
    rename({ topic: 'about' }),
    recode('status', { suspended: 'on-hold', cancelled: 'revoked' }),
  ],
  DeviceRequest: [requester, contextToEncounter, orderStatus],
  Task: [requester, contextToEncounter, rename({ reason: 'reasonCode' })],
  Account: [rename({ period: 'servicePeriod' })],
  ChargeItem: [rename({ participant: 'performer', definition: 'definitionUri' })],
  ChargeItemParticipant: [rename({ role: 'function' })],
  BodySite: [becomes('BodyStructure'), bodyStructure],
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

function bodyStructure(node: JsonObject): void {
  renameIn(node, { code: 'location', qualifier: 'locationQualifier' });
}

/** What a package holds belongs to the product in R4 as far as a batch goes. */
function medicationPackage(node: JsonObject): void {
  const batches = objectsIn(objectIn(node, 'package') ?? {}, 'batch');
  if (batches.length === 1 && node['batch'] === undefined) node['batch'] = batches[0];
}

function entityReference(node: JsonObject): void {
  renameIn(node, { whatReference: 'what' });
  if (node['what'] !== undefined) return;
  const identifier = takeObject(node, 'whatIdentifier');
  if (identifier) node['what'] = { identifier };
}
