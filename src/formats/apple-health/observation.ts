import type { JsonObject } from '../../json/index.ts';
import { ourExtensions, type Entry } from '../../model/index.ts';
import { derivedEntry, derivedId } from '../derived-entry.ts';
import type { DocumentIdentity } from '../format.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { coded, observationCategory, patientReported, unsaid } from '../text/members.ts';
import { wordsOf } from './identifier-words.ts';
import { readMoment, type Moment } from './moment.ts';

/** The system of Apple's identifiers, as the libraries that turn HealthKit into FHIR name it. */
export const healthKit = 'http://developer.apple.com/documentation/healthkit';

/** What an Observation says, in terms of the export. */
export interface ObservationParts {
  line: number;
  pointer: string;
  /** What tells it from others at the same place, where the place alone does not. */
  key?: string;
  code: JsonObject;
  category: 'vital-signs' | 'activity' | undefined;
  effective: JsonObject;
  issued?: string | undefined;
  /** The app or device that wrote it, as it calls itself. */
  source: string | undefined;
  /** True for what the person typed in. */
  isUserEntered: boolean;
  /** True where the source denies what the code names. */
  isDenied?: boolean;
  /** `value[x]`. */
  value?: JsonObject;
  method?: string;
  components?: readonly JsonObject[];
  /** What the export says beyond all elements of an Observation. */
  asSent?: readonly string[];
}

/** An Observation as an entry. `subject` is the person, where the export tells of one. */
export function observationEntry(
  parts: ObservationParts,
  identity: DocumentIdentity,
  subject: JsonObject | undefined,
): Entry {
  const { line, pointer, category } = parts;
  return derivedEntry(
    {
      resourceType: 'Observation',
      id: derivedId(identity, parts.key ?? pointer, 'Observation'),
      ...(parts.isUserEntered && { meta: { security: [patientReported] } }),
      ...filled({
        extension: listOf(
          (parts.asSent ?? []).map((text) => valued(ourExtensions.asSent, 'valueString', text)),
        ),
        modifierExtension:
          parts.isDenied === true ? [{ url: ourExtensions.negated, valueBoolean: true }] : undefined,
      }),
      ...unsaid('status'),
      ...filled({
        category: category && [coded(observationCategory, category)],
        code: parts.code,
        subject,
        ...parts.effective,
        issued: parts.issued,
        performer: parts.isUserEntered ? listOf([subject]) : undefined,
        ...parts.value,
        method: parts.method === undefined ? undefined : { text: parts.method },
        device: parts.source === undefined ? undefined : { display: parts.source },
        component: listOf(parts.components ?? []),
      }),
    },
    { ...identity, line, pointer },
  );
}

/** A concept of one of Apple's identifiers, and of the LOINC code that means the same. */
export function appleConcept(identifier: string, loinc?: string, text = wordsOf(identifier)): JsonObject {
  return {
    coding: [
      ...(loinc === undefined ? [] : [{ system: 'http://loinc.org', code: loinc }]),
      { system: healthKit, code: identifier, display: wordsOf(identifier) },
    ],
    text,
  };
}

const statistics = 'http://terminology.hl7.org/CodeSystem/observation-statistics';

/** A statistic of several readings as the code of a component (HL7 observation-statistics). */
export function statistic(code: string, text: string): JsonObject {
  return { coding: [{ system: statistics, code }], text };
}

/** A component whose value this tool computed; its name says so too. */
export function computedComponent(code: JsonObject, value: JsonObject): JsonObject {
  return { extension: [{ url: ourExtensions.computed, valueBoolean: true }], code, ...value };
}

/** An end that `effectiveOf` has no place for, as sent: it is no date, or before the start. */
export function unplacedEnd(start: Moment | undefined, endDate: string | undefined): string[] {
  if (endDate === undefined || endDate === '') return [];
  const end = readMoment(endDate);
  const isPlaced = start !== undefined && end !== undefined && end.instant >= start.instant;
  return isPlaced ? [] : [`endDate: ${endDate}`];
}

/** When it was: a moment, or from one to another. An end before its start is no end. */
export function effectiveOf(start: Moment, end: Moment | undefined): JsonObject {
  if (end === undefined || end.value === start.value || end.instant < start.instant)
    return pointMembers('effectiveDateTime', start);
  return { effectivePeriod: { ...pointMembers('start', start), ...pointMembers('end', end) } };
}
