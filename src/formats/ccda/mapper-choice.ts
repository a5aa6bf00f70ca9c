import type { XmlElement } from '../xml/element.ts';
import type { Mapper } from './mapper.ts';
import type { SectionScope } from './section-scope.ts';
import {
  codeOf,
  effectiveMood,
  hasTemplate,
  isAside,
  isNegated,
  isReaction,
  moodOf,
  nestedStatements,
  otherSubject,
  participantsOf,
  statementsAround,
  type NestedStatement,
} from './statement.ts';
import { allergy } from './statements/allergy.ts';
import { careTeam } from './statements/care-team.ts';
import { concern, condition } from './statements/condition.ts';
import { coverage } from './statements/coverage.ts';
import { deviceRequest, deviceUse } from './statements/device.ts';
import { media, note } from './statements/document-reference.ts';
import { appointment, encounter, isAppointment } from './statements/encounter.ts';
import { familyHistory, familyObservation } from './statements/family-history.ts';
import { goal } from './statements/goal.ts';
import { dispense, immunization, medication, medicationSupply } from './statements/medication.ts';
import { group, observation, report } from './statements/observation.ts';
import { basic, procedure, serviceRequest } from './statements/procedure.ts';
import { materialOf } from './statements/medicine.ts';
import { plannedImmunization } from './statements/planned-immunization.ts';

const ccda = '2.16.840.1.113883.10.20.22.4.';
const ccd = '2.16.840.1.113883.10.20.1.';
const c83 = '2.16.840.1.113883.3.88.11.83.';
const ihe = '1.3.6.1.4.1.19376.1.5.3.1.4.';

const templates = {
  allergy: [`${ccda}7`, '2.16.840.1.113883.10.20.24.3.90', `${ccd}18`, `${ihe}6`],
  problem: [`${ccda}4`, `${ccda}68`, `${ccda}73`, `${ccd}28`, `${ihe}5`],
  concernAct: [`${ccda}30`, `${ccda}3`, `${ccd}27`, `${ihe}5.1`, `${ihe}5.2`, `${ihe}5.3`],
  diagnosisAct: [`${ccda}80`, `${ccda}33`, `${ccda}34`, `${ccda}65`, `${ccda}51`],
  medicationAct: [`${ccda}35`, `${ccda}36`],
  healthConcern: [`${ccda}132`, `${ccda}136`],
  // Without the `4`: a slip of HL7's own sample of 1.1 that exports repeat.
  coverageAct: [`${ccda}60`, '2.16.840.1.113883.10.20.22.60', `${ccd}20`, `${ihe}17`],
  policy: [`${ccda}61`, '2.16.840.1.113883.10.20.22.61', `${ccd}26`, `${ihe}18`],
  procedureAct: [`${ccda}12`],
  procedureObservation: [`${ccda}13`],
  note: [`${ccda}202`],
  immunization: [`${ccda}52`, `${ccda}120`, `${c83}13`, `${ihe}12`],
  familyHistory: [`${ccda}45`, `${ccd}23`, `${ihe}15`],
  familyObservation: [`${ccda}46`, `${ccd}22`, `${ihe}13.3`],
  careTeam: [`${ccda}500`],
  resultOrganizer: [`${ccda}1`],
  resultObservation: [`${ccda}2`],
  riskConcern: [`${ccda}136`],
  medication: [`${ccda}16`],
  vitalsOrganizer: [`${ccda}26`, `${ccd}35`, `${ihe}13.1`],
  deviceSupply: [`${ccda}50`, `${ccda}43`],
  reference: [`${ccda}122`],
} as const;

/** The mapper for a statement: by its templates, else by what it is, its mood, and the section it stands in. */
export function mapperFor(statement: XmlElement, section: SectionScope): Mapper {
  // Whatever is not an event has not happened: intended, requested, proposed, promised, booked, expected, a goal, a risk.
  const isPlanned = effectiveMood(statement) !== 'EVN';
  if (isAboutRelative(statement)) return statement.name === 'observation' ? familyObservation : basic;
  switch (statement.name) {
    case 'observation':
      return observationMapper(statement, section, isPlanned);
    case 'substanceAdministration':
      if (!isImmunization(statement, section)) return medication;
      return isPlanned ? plannedImmunization : immunization;
    case 'supply':
      return supplyMapper(statement, isPlanned);
    case 'procedure':
      return isPlanned ? serviceRequest : procedure;
    case 'encounter':
      return isAppointment(statement) ? appointment : encounter;
    case 'organizer':
      return isPlanned ? serviceRequest : organizerMapper(statement, section);
    case 'act':
      return actMapper(statement, section, isPlanned);
    case 'observationMedia':
      return media;
    default:
      return basic;
  }
}

/** A problem, medicine or measurement of a relative is none of the patient's, and stands in no drawer of theirs. */
function isAboutRelative(statement: XmlElement): boolean {
  const isHistory = statementsAround(statement).some((around) => around.name === 'organizer');
  return !isHistory && statement.name !== 'organizer' && otherSubject(statement) !== undefined;
}

function observationMapper(statement: XmlElement, section: SectionScope, isPlanned: boolean): Mapper {
  if (effectiveMood(statement) === 'GOL') return goal;
  if (isPlanned) return serviceRequest;
  if (isAside(statement)) return observation;
  if (hasTemplate(statement, ...templates.procedureObservation)) return procedure;
  if (section.kind === 'family-history' && isTopmost(statement)) return familyObservation;
  if (!isOwn(statement) || isRisk(statement)) return observation;
  if (hasTemplate(statement, ...templates.allergy)) return allergy;
  if (hasTemplate(statement, ...templates.familyObservation)) return familyObservation;
  if (hasTemplate(statement, ...templates.problem))
    return isAllergy(statement, section) ? allergy : condition;
  if (!isTopmost(statement) || isReaction(linked(statement))) return observation;
  const isResult =
    hasTemplate(statement, ...templates.resultObservation) ||
    statement.at('value')?.attribute('unit') !== undefined;
  if (section.kind === 'procedures' && !isResult) return procedure;
  if (isAllergy(statement, section)) return allergy;
  const isProblem = section.kind === 'problems' && namesProblem(statement);
  return isProblem ? condition : observation;
}

function linked(statement: XmlElement): NestedStatement {
  const link = statement.parent ?? statement;
  return { statement, link, type: link.attribute('typeCode')?.toUpperCase() ?? '' };
}

/** CCD R1 gives allergies and problems one template: what is consumed, or the section, tells them apart. */
function isAllergy(statement: XmlElement, section: SectionScope): boolean {
  return (
    section.kind === 'allergies' && (participantsOf(statement, 'CSM').length > 0 || isTopmost(statement))
  );
}

/**
 * True for a statement that stands for itself, or as a diagnosis of an encounter: a problem inside a vaccination or a planned
 * procedure is its reaction or reason, and not a problem of the person's list.
 */
function isOwn(statement: XmlElement): boolean {
  const around = statement.parent?.parent;
  const isInEncounter = around?.name === 'encounter' || around?.name === 'section';
  const tracks = [...templates.concernAct, ...templates.diagnosisAct, ...templates.healthConcern];
  const isTracked = around?.name === 'act' && (hasTemplate(around, ...tracks) || codeOf(around) === 'CONC');
  return isInEncounter || isTracked || isTopmost(statement) || statement.parent?.name === 'component';
}

/** A problem that a Risk Concern Act is about is one that may come, and not one that is there. */
function isRisk(statement: XmlElement): boolean {
  const [around] = statementsAround(statement);
  return around !== undefined && hasTemplate(around, ...templates.riskConcern);
}

/** Kinds of problem (C-CDA Problem Type, SNOMED CT and LOINC), as the code of an observation. */
const problemTypes = [
  'ASSERTION',
  '55607006',
  '282291009',
  '404684003',
  '409586006',
  '418799008',
  '64572001',
  '248536006',
  '373930000',
  '75326-9',
  '29308-4',
  '75321-0',
  '75322-8',
  '75325-1',
  '75318-6',
  '75323-6',
  '75275-8',
];

/** True for an observation without a template that names a problem: its code is a kind of problem, or none. */
function namesProblem(statement: XmlElement): boolean {
  const code = codeOf(statement);
  const value = statement.at('value');
  const isNamed =
    value?.attribute('code') !== undefined ||
    value?.at('originalText') !== undefined ||
    value?.attribute('displayName') !== undefined;
  return isNamed && (code === undefined || problemTypes.includes(code));
}

/** True for a statement directly in an entry, or in an act that only tracks it there. */
function isTopmost(statement: XmlElement): boolean {
  const around = statement.parent?.parent;
  return statement.parent?.name === 'entry' || (around?.name === 'act' && around.parent?.name === 'entry');
}

function isImmunization(statement: XmlElement, section: SectionScope): boolean {
  if (hasTemplate(statement, ...templates.immunization)) return true;
  return section.kind === 'immunizations' && !hasTemplate(statement, ...templates.medication);
}

function supplyMapper(statement: XmlElement, isPlanned: boolean): Mapper {
  const isInside = statement.parent?.parent?.name === 'substanceAdministration';
  const isMedicine =
    materialOf(statement.at('product')) !== undefined && !hasTemplate(statement, ...templates.deviceSupply);
  if (isInside || isMedicine) return isPlanned ? medicationSupply : dispense;
  return isPlanned ? deviceRequest : deviceUse;
}

function organizerMapper(statement: XmlElement, section: SectionScope): Mapper {
  if (
    hasTemplate(statement, ...templates.familyHistory) ||
    (section.kind === 'family-history' && statement.at('subject'))
  )
    return familyHistory;
  if (hasTemplate(statement, ...templates.careTeam)) return careTeam;
  if (hasTemplate(statement, ...templates.vitalsOrganizer)) return group;
  return hasTemplate(statement, ...templates.resultOrganizer) || section.kind === 'results' ? report : group;
}

function actMapper(statement: XmlElement, section: SectionScope, isPlanned: boolean): Mapper {
  if (hasTemplate(statement, ...templates.policy)) return coverage;
  if (hasTemplate(statement, ...templates.note)) return note;
  if (hasTemplate(statement, ...templates.healthConcern)) return concern;
  if (isPlanned) return serviceRequest;
  const isDone =
    hasTemplate(statement, ...templates.procedureAct) ||
    (section.kind === 'procedures' && isTopmost(statement));
  return isDone && codeOf(statement) !== undefined ? procedure : basic;
}

/**
 * The statements that an act only wraps: the problem or allergy of a concern, the diagnoses of a diagnosis act, the medicine
 * of an admission or discharge act, the policies of a coverage act. Empty for an act that says something itself.
 */
export function wrappedBy(act: XmlElement, section: SectionScope): NestedStatement[] {
  if (act.name !== 'act') return [];
  const nested = nestedStatements(act);
  if (
    hasTemplate(act, ...templates.medicationAct) ||
    (section.kind === 'medications' && moodOf(act) === 'EVN')
  )
    return nested.filter(({ statement }) => statement.name === 'substanceAdministration');
  if (
    hasTemplate(act, ...templates.coverageAct) ||
    (section.kind === 'payers' && act.parent?.name === 'entry' && !hasTemplate(act, ...templates.policy))
  )
    return nested.filter(
      ({ statement, type }) => statement.name === 'act' && type !== 'REFR' && !isComment(statement),
    );
  const observations = nested.filter(({ statement }) => statement.name === 'observation');
  const known = observations.filter(
    ({ statement }) =>
      hasTemplate(statement, ...templates.problem, ...templates.allergy) && !isAside(statement),
  );
  if (hasTemplate(act, ...templates.healthConcern))
    return hasTemplate(act, ...templates.riskConcern) ? [] : known;
  const isTracking =
    hasTemplate(act, ...templates.concernAct, ...templates.diagnosisAct) ||
    codeOf(act) === 'CONC' ||
    (['allergies', 'problems'].includes(section.kind) && act.parent?.name === 'entry');
  if (!isTracking) return [];
  return known.length > 0
    ? known
    : observations.filter((one) => one.type !== 'REFR' && !isAside(one.statement) && !isReaction(one));
}

function isComment(statement: XmlElement): boolean {
  return codeOf(statement) === '48767-8';
}

/** True for a statement that is nothing but an id: it points to one elsewhere in the document. */
export function isOnlyId(statement: XmlElement): boolean {
  const isSilent = statement
    .elements()
    .every((part) => ['templateId', 'id', 'statusCode'].includes(part.name) || isNothing(part));
  return isSilent && !isNegated(statement) && statement.at('id') !== undefined;
}

/** True for an element that says nothing but why it is empty. */
function isNothing(element: XmlElement): boolean {
  return [...element.descendants()].every(
    (part) =>
      part.ownText() === '' &&
      [...part.attributes.keys()].every((name) => name === 'nullFlavor' || name === 'xsi:type'),
  );
}

/** True for an act that only points to a statement elsewhere in the document (Entry Reference). */
export function isEntryReference(statement: XmlElement): boolean {
  return hasTemplate(statement, ...templates.reference);
}
