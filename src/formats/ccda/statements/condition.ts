import type { JsonObject } from '../../../json/index.ts';
import { lookUp, ourExtensions, saysNone } from '../../../model/index.ts';
import type { XmlElement } from '../../xml/element.ts';
import { encapsulatedText } from '../concept.ts';
import { filled, listOf, valued } from '../../json-parts.ts';
import type { Mapper } from '../mapper.ts';
import type { Mapping } from '../mapping.ts';
import { absent } from '../../absent.ts';
import { codeOf, hasTemplate, statusOf } from '../statement.ts';
import { dated, endedUnknown, pointOf, readTime } from '../time.ts';
import {
  authorshipOf,
  conceptOfCode,
  namedConcept,
  nestedWith,
  noInformation,
  notesOf,
  snomedCoding,
  withReason,
} from './shared.ts';

const clinicalSystem = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const verificationSystem = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const categorySystem = 'http://terminology.hl7.org/CodeSystem/condition-category';

/** Values of a status observation (C-CDA on FHIR, "ProblemStatus → clinicalStatus"; the last two from CCD R1). */
export const clinicalStatusOf: Readonly<Record<string, string>> = {
  '55561003': 'active',
  '73425007': 'inactive',
  '413322009': 'resolved',
  '246455001': 'recurrence',
  '263855007': 'relapse',
  '277022003': 'remission',
  '90734009': 'active',
  '7087005': 'active',
};

/** Status of the concern, where no status observation says more (same map). */
const statusOfConcern: Readonly<Record<string, string>> = {
  active: 'active',
  aborted: 'inactive',
  completed: 'inactive',
  suspended: 'inactive',
};

/** Values that stand for "problem" as such: negated, they say that there is none. */
const anyProblem = ['55607006', '404684003', '64572001'];

/** Acts that hold the diagnoses of an encounter (C-CDA, and by LOINC code). */
const diagnosisActs = [
  '2.16.840.1.113883.10.20.22.4.80',
  '2.16.840.1.113883.10.20.22.4.33',
  '2.16.840.1.113883.10.20.22.4.34',
];

/** Problem Observation and its kin → Condition (C-CDA on FHIR, "Problems"). */
export const condition: Mapper = {
  map(mapping) {
    const { element, wrapper } = mapping;
    const status = clinicalStatus(mapping);
    const isWrong = [element, wrapper].some((statement) => statement && statusOf(statement) === 'nullified');
    if (statusOf(element) === 'completed') mapping.take(element.at('statusCode'));
    const nothing = noInformation(mapping, 'problem');
    const isNone = mapping.negated && nothing === undefined && isAnyProblem(mapping);
    const { who, when } = authorshipOf(mapping);
    const onset = onsetOf(mapping);
    const abatement = abatementOf(mapping, status);
    return {
      resourceType: 'Condition',
      extension: listOf([mapping.concern(), assertedDate(mapping), ...conflictOf(mapping)]),
      ...filled({
        clinicalStatus:
          nothing !== undefined ||
          isWrong ||
          (mapping.negated && Object.keys(abatement).length === 0) ||
          status === undefined
            ? undefined
            : conceptOfCode(clinicalSystem, status),
        verificationStatus: isWrong
          ? conceptOfCode(verificationSystem, 'entered-in-error')
          : mapping.negated && !isNone
            ? conceptOfCode(verificationSystem, 'refuted')
            : isBrokenOff(element)
              ? conceptOfCode(verificationSystem, 'unconfirmed')
              : undefined,
        category: categoriesOf(mapping),
        severity: severityOf(mapping),
        code: withReason(
          isNone ? noKnownProblems(mapping) : namedConcept(mapping, element.at('value')),
          nothing,
        ),
        bodySite: mapping.concepts(element.all('targetSiteCode')),
      }),
      subject: mapping.document.subject,
      ...onset,
      ...abatement,
      ...filled({
        ...mapping.dated('recordedDate', when),
        recorder: who,
        note: notesOf(mapping, mapping.included),
      }),
    };
  },
  adopt(resource, children) {
    const evidence = children.filter(({ type }) => type === 'SPRT');
    if (evidence.length > 0)
      resource['evidence'] = [{ detail: evidence.map(({ reference }) => ({ reference })) }];
    return evidence;
  },
};

/** An observation that was broken off or cancelled has not confirmed what it was to. */
export function isBrokenOff(statement: XmlElement): boolean {
  return ['aborted', 'cancelled'].includes(statusOf(statement) ?? '');
}

/** True where no one problem is denied, but problems as such: by a code for any, or by nothing but words that say none. */
function isAnyProblem(mapping: Mapping): boolean {
  const { element } = mapping;
  const value = element.at('value');
  const code = value?.attribute('code');
  if (code !== undefined && !anyProblem.includes(code)) return false;
  if (value?.at('translation')?.attribute('code') !== undefined) return false;
  const display = code === undefined ? value?.attribute('displayName') : undefined;
  const { narrative } = mapping.document;
  const written = ['originalText', 'text'].flatMap((name) => {
    const part = name === 'text' ? element.at('text') : value?.at(name);
    return (part && encapsulatedText(part, narrative)) ?? [];
  });
  const words = [display, value && !value.at('originalText') ? value.text() : undefined, ...written].filter(
    (word) => word !== undefined,
  );
  return words.every(saysNoneOfAll);
}

/** Words that name no problem: "No known active problems" says nothing but these; "Thyroid disorder" says more. */
const ofNoProblem = new Set(
  (
    'no none not denies denied patient has have any known active current significant medical health clinical other past ' +
    'problem problems condition conditions diagnosis diagnoses disorder disorders disease diseases finding findings ' +
    'concern concerns issue issues disability history list on file recorded reported noted identified documented at ' +
    'this time present assertion of and or the to report'
  ).split(' '),
);

/** Words that deny problems as such, or only name the kind. */
function saysNoneOfAll(words: string): boolean {
  return words
    .toLowerCase()
    .split(/[^a-z]+/)
    .every((word) => word === '' || ofNoProblem.has(word));
}

/** "No known problems" (C-CDA on FHIR, "No known problems"); the value it was negated from is kept as sent. */
function noKnownProblems(mapping: Mapping): JsonObject {
  const value = mapping.element.at('value');
  const words = mapping.words(value?.at('originalText')) ?? mapping.words(mapping.element.at('text'));
  // Words that lead to the inner half of "No known problems" would say the opposite.
  const text = words !== undefined && saysNone({ name: words, codes: [] }) ? words : undefined;
  return filled({ coding: [snomedCoding('160245001', 'No current problems or disability')], text });
}

function clinicalStatus(mapping: Mapping): string | undefined {
  const statement = nestedWith(mapping, {
    code: '33999-4',
    templates: ['2.16.840.1.113883.10.20.22.4.6', '2.16.840.1.113883.10.20.1.50'],
  });
  const value = statement?.at('value');
  const stated = lookUp(clinicalStatusOf, value?.attribute('code')) ?? wordStatus(value);
  if (statement && stated !== undefined) mapping.include(statement);
  const concern = lookUp(statusOfConcern, mapping.wrapper && statusOf(mapping.wrapper));
  const high = mapping.element.at('effectiveTime', 'high');
  const isOver = hasEnded(mapping, high) || (endedUnknown(high) && !isContradicted(mapping));
  const status = stated ?? concern;
  return isOver && (status === undefined || ['active', 'recurrence', 'relapse'].includes(status))
    ? 'resolved'
    : status;
}

/** True for an end that had passed when the document was written; one of the same day, month or year may be to come. */
function hasEnded(mapping: Mapping, high: XmlElement | undefined): boolean {
  const end = readTime(high?.attribute('value') ?? '').value;
  const { date } = mapping.document;
  if (end === undefined) return false;
  const length = Math.min(end.length, 10, date?.length ?? 10);
  return date === undefined || end.slice(0, length) < date.slice(0, length);
}

/** A status written as a word in place of a code. */
function wordStatus(value: XmlElement | undefined): string | undefined {
  const word = (value?.attribute('displayName') ?? value?.text() ?? '').toLowerCase();
  return ['active', 'inactive', 'resolved'].find((known) => known === word);
}

/**
 * An end that is not known, of what is said to be active: by its status, or by the concern alone. The official map reads every
 * unknown end as resolved; twelve vendors write it of what still goes on, and nobody should lose an active cancer by it.
 */
function isContradicted(mapping: Mapping): boolean {
  const { element, wrapper } = mapping;
  if (!endedUnknown(element.at('effectiveTime', 'high'))) return false;
  const stated = mapping.included.find((statement) => codeOf(statement) === '33999-4');
  if (stated) return clinicalStatusOf[stated.at('value')?.attribute('code') ?? ''] === 'active';
  return wrapper !== undefined && statusOf(wrapper) === 'active';
}

function conflictOf(mapping: Mapping): (JsonObject | undefined)[] {
  return isContradicted(mapping)
    ? [valued(ourExtensions.asSent, 'valueString', 'effectiveTime/high nullFlavor="UNK"')]
    : [];
}

function onsetOf(mapping: Mapping): JsonObject {
  const time = mapping.element.at('effectiveTime');
  const date = mapping.dated('onsetDateTime', pointOf(time) ?? time?.at('low'));
  if (Object.keys(date).length > 0) return date;
  const age = nestedWith(mapping, {
    code: '445518008',
    templates: ['2.16.840.1.113883.10.20.22.4.31', '2.16.840.1.113883.10.20.1.38'],
  });
  const onsetAge = age && mapping.quantity(age.at('value'));
  if (onsetAge === undefined) return {};
  mapping.include(age);
  return { onsetAge };
}

function abatementOf(mapping: Mapping, status: string | undefined): JsonObject {
  const high = mapping.element.at('effectiveTime', 'high');
  const isOpen = status === undefined || ['active', 'recurrence', 'relapse'].includes(status);
  if (high?.attribute('value') !== undefined && (!isOpen || isUnreadable(high)))
    return mapping.dated('abatementDateTime', high);
  const isOver = endedUnknown(high) && ['resolved', 'inactive', 'remission'].includes(status ?? '');
  return isOver ? { _abatementDateTime: { extension: [absent('unknown')] } } : {};
}

function isUnreadable(time: XmlElement): boolean {
  return readTime(time.attribute('value') ?? '').unreadable !== undefined;
}

/** The date of diagnosis act, `condition-assertedDate`. */
function assertedDate(mapping: Mapping): JsonObject | undefined {
  const act = nestedWith(mapping, { code: '77975-1', templates: ['2.16.840.1.113883.10.20.22.4.502'] });
  const time = act?.at('effectiveTime');
  const date = mapping.dated('valueDateTime', pointOf(time) ?? time?.at('low'));
  if (act === undefined || Object.keys(date).length === 0) return undefined;
  mapping.include(act);
  mapping.take(act.at('code'), act.at('statusCode'));
  return { url: 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate', ...date };
}

/** By section, and the kind of problem as the source codes it. */
function categoriesOf(mapping: Mapping): JsonObject[] | undefined {
  const { element, wrapper, section } = mapping;
  const loinc = section.element?.at('code')?.attribute('code');
  const isDiagnosis = wrapper !== undefined && hasTemplate(wrapper, ...diagnosisActs);
  const isConcern = wrapper !== undefined && ['75310-3', '281694009'].includes(codeOf(wrapper) ?? '');
  const category =
    isDiagnosis || section.kind === 'encounters'
      ? 'encounter-diagnosis'
      : isConcern || section.kind === 'health-concerns'
        ? 'health-concern'
        : loinc === '11450-4'
          ? 'problem-list-item'
          : undefined;
  const kind = mapping.concept(element.at('code'));
  const system =
    category === 'health-concern'
      ? 'http://hl7.org/fhir/us/core/CodeSystem/condition-category'
      : categorySystem;
  const found = [category === undefined ? undefined : conceptOfCode(system, category), kind];
  return found.filter((concept) => concept !== undefined);
}

export function severityOf(mapping: Mapping): JsonObject | undefined {
  const statement = nestedWith(mapping, {
    code: 'SEV',
    templates: ['2.16.840.1.113883.10.20.22.4.8', '2.16.840.1.113883.10.20.1.55'],
  });
  const severity = statement && mapping.concept(statement.at('value'));
  if (severity !== undefined) mapping.include(statement);
  return severity;
}

/** "At risk for: Malignant neoplastic disease": a Risk Concern Act with what it refers to. */
function riskOf(mapping: Mapping): string | undefined {
  if (!hasTemplate(mapping.element, '2.16.840.1.113883.10.20.22.4.136')) return undefined;
  const name = mapping.element.at('code')?.attribute('displayName');
  const dangers = mapping
    .facts()
    .filter(({ statement }) => hasTemplate(statement, '2.16.840.1.113883.10.20.22.4.4'))
    .flatMap(({ statement }) => statement.at('value')?.attribute('displayName') ?? []);
  return name === undefined || dangers.length === 0 ? undefined : `${name}: ${dangers.join('; ')}`;
}

/** A concern without a problem of its own inside (Health Concern Act, Risk Concern Act) → Condition. */
export const concern: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const status = lookUp(statusOfConcern, statusOf(element));
    if (status !== undefined) mapping.take(element.at('statusCode'));
    const time = element.at('effectiveTime');
    const { who, when } = authorshipOf(mapping);
    const kind = mapping.concept(element.at('code'));
    const text = mapping.words(element.at('text')) ?? riskOf(mapping);
    const end = dated('abatementDateTime', time?.at('high'));
    const category = conceptOfCode(
      'http://hl7.org/fhir/us/core/CodeSystem/condition-category',
      'health-concern',
    );
    const hasEnd = Object.keys(end).length > 0 && status !== 'active';
    if (hasEnd) mapping.take(time?.at('high'));
    return {
      resourceType: 'Condition',
      ...filled({
        clinicalStatus:
          mapping.negated || status === undefined ? undefined : conceptOfCode(clinicalSystem, status),
        // "No known health concerns" is denied by its own words, and would be turned round by a second denial.
        verificationStatus:
          mapping.negated && !saysNone({ name: text, codes: [] })
            ? conceptOfCode(verificationSystem, 'refuted')
            : undefined,
        category: [category],
        code: text === undefined ? kind : { ...kind, text },
      }),
      subject: mapping.document.subject,
      ...mapping.dated('onsetDateTime', pointOf(time) ?? time?.at('low')),
      ...(hasEnd && status !== undefined ? end : {}),
      ...filled({ ...mapping.dated('recordedDate', when), recorder: who, note: notesOf(mapping) }),
    };
  },
};
