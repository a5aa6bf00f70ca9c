import type { JsonObject } from '../../../json/index.ts';
import { terminology } from './code-systems.ts';
import { orderIntent, requestStatus } from './request-status.ts';
import {
  append,
  becomes,
  coded,
  contextToEncounter,
  listIn,
  objectIn,
  recode,
  rename,
  renameIn,
  take,
  takeObject,
  toNote,
  unwrap,
  type Rule,
  type RuleTools,
  type Rules,
} from './rule.ts';

/** What a consent covers, and what it does not, is one tree of provisions in R4. */
const provisions: Rule = (node) => {
  const provision: JsonObject = {};
  for (const name of ['period', 'actor', 'action', 'securityLabel', 'purpose', 'dataPeriod', 'data'])
    if (node[name] !== undefined) provision[name] = take(node, name);
  const exceptions = listIn(node, 'except');
  delete node['except'];
  append(provision, 'provision', exceptions);
  if (Object.keys(provision).length > 0) node['provision'] = provision;
};

const policyRule: Rule = (node) => {
  const rule = node['policyRule'];
  if (typeof rule === 'string') node['policyRule'] = coded('urn:ietf:rfc:3986', rule);
};

/** STU3 has one code for what kind of event it is and whether it happened at all. */
const adverseEvent: Rule = (node) => {
  const { category } = node;
  if (category === 'AE' || category === 'PAE') {
    node['actuality'] = category === 'AE' ? 'actual' : 'potential';
    node['category'] = [coded(`${terminology}adverse-event-category`, category)];
  }
  renameIn(node, { type: 'event', reaction: 'resultingCondition', eventParticipant: 'contributor' });
  const event = objectIn(node, 'event');
  const text = node['description'];
  if (typeof text === 'string' && event?.['text'] === undefined) {
    node['event'] = { ...event, text };
    delete node['description'];
  }
};

/** What was ordered stands in an object of its own before R4. */
const orderedSupply: Rule = (node) => {
  const item = objectIn(node, 'orderedItem');
  if (item === undefined) return;
  for (const name of ['quantity', 'itemCodeableConcept', 'itemReference'])
    if (item[name] !== undefined) node[name] = take(item, name);
  if (Object.keys(item).length === 0) delete node['orderedItem'];
};

const mediaType: Rule = (node, { keep }) => {
  const { type } = node;
  if (typeof type !== 'string') return;
  if (type === 'photo') keep(node, 'type');
  node['type'] = coded(`${terminology}media-type`, type === 'photo' ? 'image' : type);
};

/** R4 names the questionnaire by its address alone. */
const questionnaireOf: Rule = (node, { keep }) => {
  const reference = objectIn(node, 'questionnaire');
  if (typeof reference?.['reference'] !== 'string') return;
  if (Object.keys(reference).length > 1) keep(node, 'questionnaire');
  node['questionnaire'] = reference['reference'];
};

/** STU3 to R4, for kinds of resource that portals give now and then (HL7's R3 to R4 maps). */
export const stu3Rare: Rules = {
  Consent: [provisions, policyRule, rename({ consentingParty: 'performer' })],
  AdverseEvent: [adverseEvent],
  SupplyRequest: [
    orderedSupply,
    unwrap('requester', 'agent'),
    rename({ reasonCodeableConcept: 'reasonCode' }),
  ],
  Media: [
    contextToEncounter,
    rename({
      occurrenceDateTime: 'createdDateTime',
      occurrencePeriod: 'createdPeriod',
      subtype: 'modality',
    }),
    mediaType,
  ],
  NutritionOrder: [requestStatus, orderIntent],
  ClinicalImpression: [contextToEncounter, unfinished],
  DeviceUseStatement: [rename({ indication: 'reasonCode' })],
  QuestionnaireResponse: [contextToEncounter, rename({ parent: 'partOf' }), questionnaireOf],
};

function unfinished(node: JsonObject, { keep }: RuleTools): void {
  if (node['status'] !== 'draft') return;
  keep(node, 'status');
  node['status'] = 'in-progress';
}

/** Two states of an order for supplies that R4 tells less exactly. */
function supplyStatus(node: JsonObject, tools: RuleTools): void {
  const states = { requested: 'active', failed: 'cancelled' };
  const { status } = node;
  if (status === 'requested' || status === 'failed') tools.keep(node, 'status');
  recode('status', states)(node, tools);
}

/** DSTU2 to STU3's shapes, for the same kinds. */
export const dstu2Rare: Rules = {
  ClinicalImpression: [
    rename({
      patient: 'subject',
      investigations: 'investigation',
      triggerCodeableConcept: 'code',
    }),
  ],
  ClinicalImpressionFinding: [rename({ item: 'itemCodeableConcept', cause: 'basis' })],
  SupplyRequest: [
    rename({ patient: 'deliverTo', date: 'authoredOn', kind: 'category', source: 'requester' }),
    supplyStatus,
    (node) => {
      const item = takeObject(node, 'orderedItem');
      if (item) node['itemReference'] = item;
    },
  ],
  SupplyDelivery: [
    (node) => {
      const [item, quantity] = [takeObject(node, 'suppliedItem'), takeObject(node, 'quantity')];
      if (item ?? quantity)
        node['suppliedItem'] = { ...(quantity && { quantity }), ...(item && { itemReference: item }) };
    },
    rename({ time: 'occurrenceDateTime' }),
  ],
  DeviceUseRequest: [
    becomes('DeviceRequest'),
    rename({
      device: 'codeReference',
      encounter: 'context',
      indication: 'reasonCode',
      orderedOn: 'authoredOn',
      timingTiming: 'occurrenceTiming',
      timingPeriod: 'occurrencePeriod',
      timingDateTime: 'occurrenceDateTime',
    }),
    toNote('notes'),
    requestStatus,
    orderIntent,
  ],
  DeviceUseStatement: [rename({ bodySiteCodeableConcept: 'bodySite' }), toNote('notes')],
  CommunicationRequest: [
    rename({
      encounter: 'context',
      requestedOn: 'authoredOn',
      scheduledDateTime: 'occurrenceDateTime',
      scheduledPeriod: 'occurrencePeriod',
      reason: 'reasonCode',
    }),
    requestStatus,
    // R4 has no intent of it: what was only proposed stays in the status as sent.
    (node) => {
      delete node['intent'];
    },
  ],
  EpisodeOfCare: [
    (node) => {
      const conditions = listIn(node, 'condition');
      delete node['condition'];
      append(
        node,
        'diagnosis',
        conditions.map((condition) => ({ condition })),
      );
    },
  ],
  Specimen: [rename({ treatment: 'processing' })],
  SubstanceIngredient: [rename({ substance: 'substanceReference' })],
  ExplanationOfBenefit: [rename({ organization: 'insurer', requestProvider: 'provider' })],
  ClaimResponse: [rename({ organization: 'insurer' })],
  ClaimDiagnosis: [rename({ diagnosis: 'diagnosisCodeableConcept' })],
  PatientLink: [recode('type', { replace: 'replaced-by' })],
  VisionPrescriptionDispense: [toNote('notes')],
};
