import { isObject, type JsonObject, type JsonValue } from '../../../json/index.ts';
import { otherReleaseUrl } from '../../../model/index.ts';
import { terminology } from './code-systems.ts';
import {
  append,
  coded,
  inEach,
  listIn,
  objectIn,
  objectsIn,
  recode,
  rename,
  renameIn,
  takeObject,
  takeText,
  toNote,
  truthOf,
  wordsOf,
  type Rule,
  type RuleTools,
  type Rules,
} from './rule.ts';
import { toPerformer, toSubject } from './dstu2-orders.ts';

/** One status in DSTU2 says both whether an allergy is active and whether it is sure; each word is about one of them. */
const allergyStatus: Rule = (node, { keep }) => {
  const words = listIn(node, 'status').filter((word) => typeof word === 'string');
  // Of several the one that takes the allergy back counts.
  const status = ['entered-in-error', 'refuted'].find((word) => words.includes(word)) ?? words[0];
  if (status === undefined) return;
  if (words.length > 1) keep(node, 'status');
  node['status'] = status;
  const isClinical = ['active', 'inactive', 'resolved'].includes(status);
  renameIn(node, { status: isClinical ? 'clinicalStatus' : 'verificationStatus' });
};

/** Classes of encounter that HL7's ActCode has the same of; the others keep their own code. */
const actCodes: Readonly<Record<string, string>> = {
  inpatient: 'IMP',
  ambulatory: 'AMB',
  emergency: 'EMER',
  home: 'HH',
  field: 'FLD',
  virtual: 'VR',
};

const encounterClass: Rule = (node) => {
  const { class: code } = node;
  if (typeof code !== 'string') return;
  node['class'] = Object.hasOwn(actCodes, code)
    ? { system: `${terminology}v3-ActCode`, code: actCodes[code], display: code }
    : { system: 'http://hl7.org/fhir/encounter-class', code };
};

/** DSTU2 keeps the diagnoses of admission and discharge with the hospitalization; they are the encounter's since. */
const encounterDiagnoses: Rule = (node) => {
  const stay = objectIn(node, 'hospitalization');
  if (stay === undefined) return;
  for (const [name, code] of [
    ['admittingDiagnosis', 'AD'],
    ['dischargeDiagnosis', 'DD'],
  ] as const) {
    const use = coded(`${terminology}diagnosis-role`, code);
    append(
      node,
      'diagnosis',
      listIn(stay, name).map((condition) => ({ condition, use })),
    );
    delete stay[name];
  }
};

/** Who gave a vaccine and who ordered it (HL7 v2 table 0443). */
const vaccinators: Rule = (node) => {
  for (const [name, code] of [
    ['performer', 'AP'],
    ['requester', 'OP'],
  ] as const) {
    const actor = takeObject(node, name);
    if (actor) append(node, 'practitioner', [{ actor, role: coded(`${terminology}v2-0443`, code) }]);
  }
};

/** `reported` says that it is not from who gave the vaccine. */
const primarySource: Rule = (node) => {
  const reported = truthOf(node['reported']);
  if (reported === undefined) return;
  delete node['reported'];
  node['primarySource'] = !reported;
};

const goal: Rule = (node, { keep }) => {
  const { description } = node;
  if (typeof description === 'string') node['description'] = { text: description };
  const due = { dueDate: takeText(node, 'targetDate'), dueDuration: takeObject(node, 'targetQuantity') };
  const target = Object.fromEntries(Object.entries(due).filter(([, value]) => value !== undefined));
  if (Object.keys(target).length > 0) node['target'] = target;
  const outcomes = objectsIn(node, 'outcome');
  append(node, 'outcomeCode', inEach(outcomes, 'resultCodeableConcept'));
  append(node, 'outcomeReference', inEach(outcomes, 'resultReference'));
  const told = outcomes.every((one) => one['resultCodeableConcept'] ?? one['resultReference']);
  if (!told) keep(node, 'outcome');
  delete node['outcome'];
  const reason = objectIn(node, 'statusReason');
  if (reason === undefined) return;
  keep(node, 'statusReason');
  node['statusReason'] = wordsOf(reason);
};

const device: Rule = (node) => {
  const { udi } = node;
  if (typeof udi === 'string') node['udi'] = { carrierHRF: udi };
  renameIn(node, { expiry: 'expirationDate' });
};

/** Names of one kind of DSTU2 are one name since; what was said beside each of them is said beside the one. */
const familyName: Rule = (node) => {
  const { family } = node;
  if (Array.isArray(family)) node['family'] = family.filter((part) => typeof part === 'string').join(' ');
  const beside = objectsIn(node, '_family').flatMap((one) => listIn(one, 'extension'));
  if (node['_family'] === undefined) return;
  delete node['_family'];
  if (beside.length > 0) node['_family'] = { extension: beside };
};

/** How sure it is that a substance caused a reaction has an extension of HL7's since STU3. */
const certainty: Rule = (node) => {
  const code = takeText(node, 'certainty');
  if (code === undefined) return;
  const system = `${terminology}reaction-event-certainty`;
  append(node, 'extension', [
    {
      url: 'http://hl7.org/fhir/StructureDefinition/allergyintolerance-certainty',
      valueCodeableConcept: coded(system, code),
    },
  ]);
};

/** DSTU2 asks in groups of questions and groups; since STU3 both are items. */
const questionnaireGroup: Rule = (node) => {
  const group = takeObject(node, 'group');
  if (group === undefined) return;
  const type = node['resourceType'] === 'Questionnaire' ? 'Questionnaire' : 'QuestionnaireResponse';
  const item = asItem(group, `${type}.group`);
  node['item'] = item['linkId'] === undefined && item['text'] === undefined ? item['item'] : [item];
};

/** A group, question or answer as an item; `path` is where it stood. */
function asItem(node: JsonObject, path: string): JsonObject {
  const { title, ...all } = node;
  const { group: _, question: _questions, answer: _answers, ...rest } = all;
  const items = [
    ...objectsIn(node, 'group').map((one) => asItem(one, `${path}.group`)),
    ...objectsIn(node, 'question').map((one) => asItem(one, `${path}.question`)),
  ];
  const answers = listIn(node, 'answer').map((one): JsonValue => {
    if (!isObject(one)) return one;
    const { group: _inside, ...value } = one;
    const nested = objectsIn(one, 'group').map((inside) => asItem(inside, `${path}.answer.group`));
    return { ...value, ...(nested.length > 0 && { item: nested }) };
  });
  const text = rest['text'] ?? title;
  const isTitled = title !== undefined && rest['text'] !== undefined;
  const kept = { url: otherReleaseUrl('1.0', `${path}.title`), valueString: title };
  return {
    ...rest,
    ...(isTitled && { extension: [...listIn(rest, 'extension'), kept] }),
    ...(text !== undefined && { text }),
    ...(answers.length > 0 && { answer: answers }),
    ...(items.length > 0 && { item: items }),
  };
}

function entityAddress(node: JsonObject): void {
  const [reference, display] = [takeText(node, 'reference'), takeText(node, 'display')];
  if (reference !== undefined || display !== undefined)
    node['whatReference'] = {
      ...(reference !== undefined && { reference }),
      ...(display !== undefined && { display }),
    };
}

/** A plan that is only proposed says so by its intent since STU3. */
function proposedPlan(node: JsonObject): void {
  if (node['status'] !== 'proposed') return;
  node['status'] = 'draft';
  node['intent'] = 'proposal';
}

/** A message that failed or was rejected was not delivered; which of them it was is kept. */
function undelivered(node: JsonObject, { keep }: RuleTools): void {
  if (node['status'] !== 'rejected' && node['status'] !== 'failed') return;
  keep(node, 'status');
  node['status'] = 'not-done';
}

/** DSTU2 to STU3's shapes, for what a record says of health (HL7's R2 to R3 maps); the rules from STU3 to R4 follow. */
export const dstu2Clinical: Rules = {
  HumanName: [familyName],
  TimingRepeat: [
    rename({ boundsQuantity: 'boundsDuration', durationUnits: 'durationUnit', periodUnits: 'periodUnit' }),
  ],
  AllergyIntolerance: [
    allergyStatus,
    rename({
      substance: 'code',
      recordedDate: 'assertedDate',
      reporter: 'asserter',
      onset: 'onsetDateTime',
      lastOccurence: 'lastOccurrence',
    }),
    recode('criticality', { CRITL: 'low', CRITH: 'high', CRITU: 'unable-to-assess' }),
  ],
  AllergyIntoleranceReaction: [certainty],
  Condition: [
    toSubject,
    rename({ dateRecorded: 'assertedDate', onsetQuantity: 'onsetAge', abatementQuantity: 'abatementAge' }),
    recode('clinicalStatus', { relapse: 'recurrence' }),
    toNote('notes'),
  ],
  Observation: [rename({ encounter: 'context', comments: 'comment' })],
  ObservationReferenceRange: [rename({ meaning: 'type' })],
  DiagnosticReport: [rename({ encounter: 'context', request: 'basedOn' }), toPerformer('performer')],
  Immunization: [vaccinators, primarySource, rename({ wasNotGiven: 'notGiven' })],
  Procedure: [
    rename({
      encounter: 'context',
      notPerformed: 'notDone',
      reasonNotPerformed: 'notDoneReason',
      reasonCodeableConcept: 'reasonCode',
      request: 'basedOn',
      notes: 'note',
      used: 'usedReference',
    }),
  ],
  Encounter: [
    rename({ patient: 'subject', indication: 'reasonReference' }),
    encounterClass,
    encounterDiagnoses,
  ],
  CarePlan: [rename({ support: 'supportingInfo' }), proposedPlan],
  CarePlanActivity: [rename({ actionResulting: 'outcomeReference' })],
  Goal: [goal, rename({ author: 'expressedBy' })],
  Device: [device, recode('status', { available: 'active', 'not-available': 'inactive' })],
  FamilyMemberHistory: [rename({ ageQuantity: 'ageAge', deceasedQuantity: 'deceasedAge' })],
  FamilyMemberHistoryCondition: [rename({ onsetQuantity: 'onsetAge' })],
  Patient: [rename({ careProvider: 'generalPractitioner' })],
  Appointment: [rename({ type: 'appointmentType' })],
  Communication: [
    rename({ encounter: 'context', reason: 'reasonCode', requestDetail: 'basedOn' }),
    undelivered,
  ],
  EpisodeOfCare: [rename({ careTeam: 'team' })],
  List: [toNote('note')],
  BodySite: [rename({ modifier: 'qualifier' })],
  ImagingStudy: [rename({ order: 'basedOn', procedure: 'procedureReference' })],
  ProvenanceAgent: [rename({ actor: 'whoReference' })],
  ProvenanceEntity: [entityAddress],
  QuestionnaireResponse: [questionnaireGroup, rename({ encounter: 'context' })],
  Questionnaire: [questionnaireGroup],
  RiskAssessment: [rename({ encounter: 'context', date: 'occurrenceDateTime' })],
};
