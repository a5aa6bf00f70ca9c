import { isObject, type JsonObject } from '../../../json/index.ts';
import { terminology } from './code-systems.ts';
import { absent } from '../../absent.ts';
import {
  append,
  becomes,
  coded,
  contextToEncounter,
  inEach,
  listIn,
  objectIn,
  objectsIn,
  recode,
  rename,
  takeObject,
  takeText,
  toConcept,
  toDenial,
  toNote,
  truthOf,
  unwrap,
  type Rule,
  type RuleTools,
  type Rules,
} from './rule.ts';

/** STU3 says what became of a goal and how it goes in one status; R4 in two. What R4 has no word for keeps its own. */
const goalStatus: Rule = (node) => {
  const status = node['status'];
  if (typeof status !== 'string' || node['lifecycleStatus'] !== undefined) return;
  const under = `${terminology}goal-achievement`;
  const states: Readonly<Record<string, { lifecycle: string; achievement: JsonObject }>> = {
    'in-progress': { lifecycle: 'active', achievement: coded(under, 'in-progress') },
    'on-target': { lifecycle: 'active', achievement: { text: 'on-target' } },
    'ahead-of-target': { lifecycle: 'active', achievement: { text: 'ahead-of-target' } },
    'behind-target': { lifecycle: 'active', achievement: { text: 'behind-target' } },
    sustaining: { lifecycle: 'active', achievement: coded(under, 'sustaining') },
    achieved: { lifecycle: 'completed', achievement: coded(under, 'achieved') },
  };
  const state = Object.hasOwn(states, status) ? states[status] : undefined;
  delete node['status'];
  node['lifecycleStatus'] = state?.lifecycle ?? status;
  if (state) node['achievementStatus'] = state.achievement;
};

/** Relations of STU3 that R4 has a member for; the others are kept. */
const related: Rule = (node) => {
  const members: Readonly<Record<string, string>> = {
    'has-member': 'hasMember',
    'derived-from': 'derivedFrom',
  };
  const rest = objectsIn(node, 'related').filter((relation) => {
    const { type } = relation;
    const member = typeof type === 'string' && Object.hasOwn(members, type) ? members[type] : undefined;
    if (member === undefined || relation['target'] === undefined) return true;
    append(node, member, [relation['target']]);
    return false;
  });
  delete node['related'];
  if (rest.length > 0) node['related'] = rest;
};

const explanation: Rule = (node) => {
  const given = objectIn(node, 'explanation');
  if (given === undefined) return;
  append(node, 'reasonCode', listIn(given, 'reason'));
  const [refusal, ...more] = listIn(given, 'reasonNotGiven');
  if (refusal !== undefined && node['statusReason'] === undefined) node['statusReason'] = refusal;
  delete given['reason'];
  if (more.length > 0) given['reasonNotGiven'] = more;
  else delete given['reasonNotGiven'];
  if (Object.keys(given).length === 0) delete node['explanation'];
};

/** A reason why something was not done says so only where it was not done; R4 gives a reason for any status. */
const notDoneReason = rename({ notDoneReason: 'statusReason' });

/** When the document was made belongs to each of its attachments in R4, where they do not say it themselves. */
const documentCreated: Rule = (node) => {
  const { created } = node;
  const attachments = inEach(objectsIn(node, 'content'), 'attachment');
  if (typeof created !== 'string' || attachments.length === 0) return;
  if (attachments.some((attachment) => attachment['creation'] !== undefined)) return;
  for (const attachment of attachments) attachment['creation'] = created;
  delete node['created'];
};

const relatedReference: Rule = (node) => {
  const items = objectsIn(node, 'related');
  if (items.length === 0) return;
  node['related'] = items.map((item) => {
    const { ref, identifier, ...rest } = item;
    return { ...(isObject(ref) ? ref : rest), ...(identifier !== undefined && { identifier }) };
  });
};

const udi: Rule = (node) => {
  const { udi: sent } = node;
  if (!isObject(sent)) return;
  const { name, ...carrier } = sent;
  delete node['udi'];
  if (Object.keys(carrier).length > 0) append(node, 'udiCarrier', [carrier]);
  if (name !== undefined) append(node, 'deviceName', [{ name, type: 'udi-label-name' }]);
};

const deviceVersion: Rule = (node) => {
  const { version } = node;
  if (typeof version === 'string') node['version'] = [{ value: version }];
};

/** R4's member for who wrote a plan is single, with the others beside it. */
const planAuthors: Rule = (node) => {
  const [first, ...others] = listIn(node, 'author');
  if (first === undefined) return;
  node['author'] = first;
  append(node, 'contributor', others);
};

const gender = toConcept('gender', 'http://hl7.org/fhir/administrative-gender');

const studyIdentifiers: Rule = (node) => {
  const uid = takeText(node, 'uid');
  const accession = takeObject(node, 'accession');
  if (uid !== undefined)
    append(node, 'identifier', [
      { system: 'urn:dicom:uid', value: uid.startsWith('urn:') ? uid : `urn:oid:${uid}` },
    ]);
  if (accession) append(node, 'identifier', [{ type: coded(`${terminology}v2-0203`, 'ACSN'), ...accession }]);
};

const sopClass: Rule = (node) => {
  const { sopClass: uid } = node;
  if (typeof uid === 'string') node['sopClass'] = { system: 'urn:ietf:rfc:3986', code: uid };
};

/** STU3 to R4, for what a record says of health (HL7's R3 to R4 maps). */
export const stu3Clinical: Rules = {
  AllergyIntolerance: [
    toConcept('clinicalStatus', `${terminology}allergyintolerance-clinical`),
    toConcept('verificationStatus', `${terminology}allergyintolerance-verification`),
    rename({ assertedDate: 'recordedDate' }),
    unstatedAllergyStatus,
    statusOfError,
  ],
  Condition: [
    toConcept('clinicalStatus', `${terminology}condition-clinical`),
    verification(`${terminology}condition-ver-status`),
    rename({ assertedDate: 'recordedDate' }),
    contextToEncounter,
    abatement,
    statusOfAbated,
    statusOfError,
  ],
  Observation: [contextToEncounter, toNote('comment'), related],
  DiagnosticReport: [
    contextToEncounter,
    unwrap('performer', 'actor'),
    rename({ image: 'media', codedDiagnosis: 'conclusionCode' }),
  ],
  DocumentReference: [rename({ class: 'category', indexed: 'date' }), documentCreated],
  DocumentReferenceContext: [relatedReference],
  Immunization: [
    rename({ date: 'occurrenceDateTime', practitioner: 'performer', vaccinationProtocol: 'protocolApplied' }),
    explanation,
    toDenial('notGiven', 'not-done'),
  ],
  ImmunizationPractitioner: [rename({ role: 'function' })],
  ImmunizationVaccinationProtocol: [
    rename({ doseSequence: 'doseNumberPositiveInt', seriesDoses: 'seriesDosesPositiveInt' }),
  ],
  ImmunizationRecommendationRecommendation: [rename({ doseNumber: 'doseNumberPositiveInt' })],
  Procedure: [
    contextToEncounter,
    notDoneReason,
    recode('status', { suspended: 'on-hold', aborted: 'stopped' }),
    toDenial('notDone', 'not-done'),
  ],
  ProcedurePerformer: [rename({ role: 'function' })],
  Encounter: [rename({ reason: 'reasonCode', incomingReferral: 'basedOn' })],
  EncounterDiagnosis: [rename({ role: 'use' })],
  CarePlan: [
    contextToEncounter,
    planAuthors,
    recode('status', { suspended: 'on-hold', cancelled: 'revoked' }),
  ],
  CarePlanActivityDetail: [rename({ prohibited: 'doNotPerform' })],
  CareTeam: [contextToEncounter],
  Goal: [goalStatus],
  Device: [udi, deviceVersion, rename({ model: 'modelNumber' })],
  FamilyMemberHistory: [notTaken, gender, rename({ gender: 'sex', notDoneReason: 'dataAbsentReason' })],
  ImagingStudy: [
    contextToEncounter,
    studyIdentifiers,
    studyStatus,
    rename({ modalityList: 'modality', patient: 'subject', reason: 'reasonCode' }),
  ],
  ImagingStudySeries: [dicomUid, seriesPerformers],
  ImagingStudySeriesInstance: [sopClass, dicomUid],
  RiskAssessment: [contextToEncounter, rename({ reasonCodeableConcept: 'reasonCode' }), toNote('comment')],
  DetectedIssue: [rename({ category: 'code', date: 'identifiedDateTime' })],
  Composition: [rename({ class: 'category' })],
  Sequence: [becomes('MolecularSequence')],
  AuditEventAgent: [whoOrWhat('who', 'userId')],
  AuditEventSource: [whoOrWhat('observer', 'identifier')],
  AuditEventEntity: [whoOrWhat('what', 'identifier')],
  AuditEventEntityDetail: [rename({ value: 'valueBase64Binary' })],
  MessageHeader: [rename({ event: 'eventCoding' })],
};

/** R4 names in one Reference whom STU3 names by a reference and an identifier. */
function whoOrWhat(name: string, identifier: string): Rule {
  return (node) => {
    const reference = takeObject(node, 'reference');
    const number = takeObject(node, identifier);
    if (reference || number) node[name] = { ...reference, ...(number && { identifier: number }) };
  };
}

/** R4 demands a clinical status of every allergy that is no error (ait-1): of one that states none, that it does not. */
export function unstatedAllergyStatus(node: JsonObject): void {
  if (!isEnteredInError(node)) node['clinicalStatus'] ??= { extension: [absent('unknown')] };
}

/** R4 calls a condition that has abated inactive (con-4): of one that states no status besides, it is said. */
function statusOfAbated(node: JsonObject): void {
  const isAbated = Object.keys(node).some(
    (name) => /^abatement[A-Z]/.test(name) && name !== 'abatementBoolean',
  );
  if (isAbated) node['clinicalStatus'] ??= coded(`${terminology}condition-clinical`, 'inactive');
}

/** A history that was not taken: R4 can only say why, so that it was not is a modifier. */
function notTaken(node: JsonObject, { keepModifier }: RuleTools): void {
  if (truthOf(node['notDone']) !== false) keepModifier(node, 'notDone');
  delete node['notDone'];
}

function isEnteredInError(node: JsonObject): boolean {
  const codings = objectsIn(objectIn(node, 'verificationStatus') ?? {}, 'coding');
  return codings.some(({ code }) => code === 'entered-in-error');
}

/** R4 allows no clinical status beside an entry in error (con-5, ait-2). */
function statusOfError(node: JsonObject, { keep }: RuleTools): void {
  if (!isEnteredInError(node) || node['clinicalStatus'] === undefined) return;
  keep(node, 'clinicalStatus');
  delete node['clinicalStatus'];
}

/** What is online is available, in R4's word; R4 has no word for what is kept elsewhere. */
function studyStatus(node: JsonObject): void {
  if (node['availability'] !== 'ONLINE' || node['status'] !== undefined) return;
  delete node['availability'];
  node['status'] = 'available';
}

function seriesPerformers(node: JsonObject): void {
  const performers = objectsIn(node, 'performer');
  if (performers.length > 0) node['performer'] = performers.map((actor) => ({ actor }));
}

/** R4 has the number alone. */
function dicomUid(node: JsonObject): void {
  const { uid } = node;
  if (typeof uid === 'string') node['uid'] = uid.replace(/^urn:oid:/, '');
}

/** R4 has no status for a condition whose verification is unknown; the word stays. */
function verification(system: string): Rule {
  return (node, tools) => {
    if (node['verificationStatus'] === 'unknown') node['verificationStatus'] = { text: 'unknown' };
    else toConcept('verificationStatus', system)(node, tools);
  };
}

/** Before R4 a condition could be over without a date; R4 says it in words. */
function abatement(node: JsonObject): void {
  if (truthOf(node['abatementBoolean']) !== true) return;
  delete node['abatementBoolean'];
  node['abatementString'] ??= 'abated';
}
