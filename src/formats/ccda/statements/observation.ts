import type { JsonObject } from '../../../json/index.ts';
import type { XmlElement } from '../../xml/element.ts';
import { filled, listOf } from '../../json-parts.ts';
import { adoptInto, type Mapper } from '../mapper.ts';
import type { Mapping } from '../mapping.ts';
import { codeOf, hasTemplate, statusOf, templatesOf } from '../statement.ts';
import { dated, pointOf, readTime } from '../time.ts';
import {
  authorExtension,
  conceptOfCode,
  notesOf,
  performersOf,
  requiredConcept,
  statusMember,
} from './shared.ts';
import { referenceRangesOf, valueOf } from './value.ts';

const categorySystem = 'http://terminology.hl7.org/CodeSystem/observation-category';
const usCore = 'http://hl7.org/fhir/us/core/CodeSystem/us-core-category';

/** CDA status → Observation and DiagnosticReport status (C-CDA on FHIR, "Results"). */
export const resultStatus: Readonly<Record<string, string>> = {
  completed: 'final',
  active: 'registered',
  held: 'registered',
  suspended: 'registered',
  new: 'registered',
  aborted: 'cancelled',
  cancelled: 'cancelled',
  nullified: 'entered-in-error',
};

/** What the section says of an observation's kind. A result's own category is only what the source states. */
const categoryOfSection: Readonly<Record<string, JsonObject>> = {
  'vital-signs': conceptOfCode(categorySystem, 'vital-signs'),
  'social-history': conceptOfCode(categorySystem, 'social-history'),
  'functional-status': conceptOfCode(usCore, 'functional-status'),
  'mental-status': conceptOfCode(usCore, 'cognitive-status'),
};

/** An observation that is no result: it stands in another section, or explains another statement. */
const aside = conceptOfCode('urn:x-bluebutton:observation-category', 'clinical-statement');

/** Result, Vital Sign, Social History and any other observation that was made → Observation (C-CDA on FHIR, "Results"). */
export const observation: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const [value, ...more] = element.all('value');
    const observed = valueOf(mapping, value);
    const specimen = specimenOf(mapping, element);
    return {
      resourceType: 'Observation',
      ...(specimen && { contained: [specimen] }),
      extension: listOf([authorExtension(mapping), observed.extension]),
      ...statusMember(mapping, 'status', resultStatus, 'unknown'),
      ...filled({ category: categoriesOf(mapping) }),
      code: asserted(mapping, requiredConcept(mapping, element.at('code'))),
      subject: mapping.document.subject,
      ...filled({
        ...mapping.dateOrPeriod('effective', element.at('effectiveTime')),
        performer: listOf(performersOf(mapping)),
        ...observed.members,
        interpretation: mapping.concepts(element.all('interpretationCode').filter(saysSomething)),
        note: notesOf(mapping),
        bodySite: mapping.concept(element.at('targetSiteCode')),
        method: mapping.concept(element.at('methodCode')),
        specimen: specimen && { reference: '#specimen' },
        referenceRange: referenceRangesOf(mapping, element),
        component: listOf(more.map((part) => furtherValue(mapping, part))),
      }),
    };
  },
  adopt: adoptInto(
    'hasMember',
    ({ type, resourceType }) => type === 'COMP' && resourceType === 'Observation',
  ),
};

/** What an observation coded ASSERTION asserts, by its template (C-CDA on FHIR, "Social History"; C-CDA 2.1). */
const assertedByTemplate: Readonly<Record<string, readonly [string, string]>> = {
  '2.16.840.1.113883.10.20.22.4.78': ['72166-2', 'Tobacco smoking status'],
  '2.16.840.1.113883.10.20.22.4.511': ['72166-2', 'Tobacco smoking status'],
  '2.16.840.1.113883.10.20.22.4.85': ['11367-0', 'History of tobacco use'],
  '2.16.840.1.113883.10.20.15.3.8': ['82810-3', 'Pregnancy status'],
};

function asserted(mapping: Mapping, code: JsonObject): JsonObject {
  if (codeOf(mapping.element) !== 'ASSERTION') return code;
  const known = templatesOf(mapping.element).find((root) => Object.hasOwn(assertedByTemplate, root));
  const [loinc, display] = (known === undefined ? undefined : assertedByTemplate[known]) ?? [];
  const codings = Array.isArray(code['coding']) ? code['coding'] : [];
  return loinc === undefined
    ? code
    : { ...code, coding: [{ system: 'http://loinc.org', code: loinc, display: display ?? '' }, ...codings] };
}

/** An observation may have several values: each after the first is a component of the same code. */
function furtherValue(mapping: Mapping, value: XmlElement): JsonObject | undefined {
  const { members } = valueOf(mapping, value);
  if (Object.keys(members).length === 0) return undefined;
  return { code: requiredConcept(mapping, mapping.element.at('code')), ...members };
}

function saysSomething(code: XmlElement): boolean {
  return (
    code.attribute('code') !== undefined ||
    code.at('originalText') !== undefined ||
    code.at('translation') !== undefined
  );
}

function categoriesOf(mapping: Mapping): JsonObject['category'] {
  const stated = mapping.concepts(mapping.element.all('sdtc:category')) ?? [];
  const { kind, element } = mapping.section;
  const isOwn = mapping.element.parent?.name === 'entry' || mapping.element.parent?.name === 'component';
  const ofSection = element && isOwn ? categoryOfSection[kind] : undefined;
  if (ofSection) return [ofSection, ...stated];
  if (stated.length > 0) return stated;
  return kind === 'results' && isOwn ? undefined : [aside];
}

/** The specimen of an observation or organizer, contained in its resource. */
export function specimenOf(mapping: Mapping, statement: XmlElement): JsonObject | undefined {
  const role = statement.at('specimen', 'specimenRole');
  const entity = role?.at('specimenPlayingEntity');
  if (role === undefined) return undefined;
  const type = mapping.concept(entity?.at('code'));
  const name = entity?.at('name')?.text();
  const text = mapping.words(entity?.at('desc'));
  if (name !== undefined) mapping.take(entity?.at('name'));
  const ids = role.all('id');
  const identifier = idsOf(mapping, ids);
  const found = filled({
    identifier,
    type: name === undefined ? type : { ...type, text: type?.['text'] ?? name },
    note: text === undefined ? undefined : [{ text }],
  });
  return Object.keys(found).length === 0
    ? undefined
    : { resourceType: 'Specimen', id: 'specimen', ...found, subject: mapping.document.subject };
}

function idsOf(mapping: Mapping, ids: readonly XmlElement[]): JsonObject['identifier'] {
  const role = ids[0]?.parent;
  return role === undefined ? undefined : mapping.identifiers(role);
}

/** Result Organizer → DiagnosticReport (C-CDA on FHIR, "Results"). */
export const report: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const specimen = collected(mapping, specimenOf(mapping, element));
    return {
      resourceType: 'DiagnosticReport',
      ...(specimen && { contained: [specimen] }),
      extension: listOf([authorExtension(mapping)]),
      ...statusMember(mapping, 'status', resultStatus, 'unknown'),
      ...filled({ category: mapping.concepts(element.all('sdtc:category')) }),
      code: requiredConcept(mapping, element.at('code')),
      subject: mapping.document.subject,
      ...filled({
        ...effectiveOf(mapping),
        performer: listOf(performersOf(mapping)),
        specimen: specimen && [{ reference: '#specimen' }],
      }),
    };
  },
  adopt: adoptInto('result', ({ type, resourceType }) => type === 'COMP' && resourceType === 'Observation'),
};

/** When a group was observed: its own time, else from the first to the last of its parts (C-CDA on FHIR, "Results"). */
function effectiveOf(mapping: Mapping): JsonObject {
  const { element } = mapping;
  const own = mapping.dateOrPeriod('effective', element.at('effectiveTime'));
  if (Object.keys(own).length > 0) return own;
  const times = element
    .all('component', 'observation', 'effectiveTime')
    .flatMap((time) => pointOf(time) ?? time.at('low') ?? [])
    .filter((time) => readTime(time.attribute('value') ?? '').value !== undefined)
    .toSorted((a, b) => ((a.attribute('value') ?? '') < (b.attribute('value') ?? '') ? -1 : 1));
  const [first, last] = [times[0], times.at(-1)];
  if (first?.attribute('value') === last?.attribute('value')) return dated('effectiveDateTime', first);
  return { effectivePeriod: { ...dated('start', first), ...dated('end', last) } };
}

/** How the specimen of an organizer was taken (Specimen Collection Procedure, and any procedure of C32 in its place). */
function collected(mapping: Mapping, specimen: JsonObject | undefined): JsonObject | undefined {
  const procedures = mapping
    .facts()
    .filter(({ statement, type }) => statement.name === 'procedure' && type === 'COMP')
    .map(({ statement }) => statement);
  const [procedure] = procedures;
  const isCollection =
    procedure !== undefined &&
    (hasTemplate(procedure, '2.16.840.1.113883.10.20.22.4.415') || codeOf(procedure) === '17636008');
  if (!isCollection) return specimen;
  mapping.include(procedure);
  const own = specimen ?? { resourceType: 'Specimen', id: 'specimen', subject: mapping.document.subject };
  const collection = filled({
    ...mapping.dateOrPeriod('collected', procedure.at('effectiveTime')),
    method: mapping.concept(procedure.at('code')),
    bodySite: mapping.concept(procedure.at('targetSiteCode')),
  });
  return { ...own, ...filled({ collection }) };
}

/** Any other organizer → an Observation that groups others. */
export const group: Mapper = {
  map(mapping) {
    const { element, section } = mapping;
    const isVitals = section.kind === 'vital-signs';
    const own = requiredConcept(mapping, element.at('code'));
    const codings = Array.isArray(own['coding']) ? own['coding'] : [];
    const panel = { system: 'http://loinc.org', code: '85353-1' };
    return {
      resourceType: 'Observation',
      extension: listOf([authorExtension(mapping)]),
      ...(isVitals && statusOf(element) === undefined
        ? { status: 'final' }
        : statusMember(mapping, 'status', resultStatus, 'unknown')),
      category: categoriesOf(mapping) ?? [aside],
      code: isVitals ? { ...own, coding: [panel, ...codings] } : own,
      subject: mapping.document.subject,
      ...filled({
        ...effectiveOf(mapping),
        performer: listOf(performersOf(mapping)),
        note: notesOf(mapping),
      }),
    };
  },
  adopt: adoptInto(
    'hasMember',
    ({ type, resourceType }) => type === 'COMP' && resourceType === 'Observation',
  ),
};
