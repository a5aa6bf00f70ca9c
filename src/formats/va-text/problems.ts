import type { JsonObject } from '../../json/index.ts';
import { lookUp } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, filledOrNone, listOf } from '../json-parts.ts';
import { aside, coded, named, notes, unsaid } from '../text/members.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { prose } from './prose.ts';

const clinicalStatus = 'http://terminology.hl7.org/CodeSystem/condition-clinical';

const codeSystems: Readonly<Record<string, string>> = {
  'ICD-9-CM': 'http://hl7.org/fhir/sid/icd-9-cm',
  'ICD-10-CM': 'http://hl7.org/fhir/sid/icd-10-cm',
  'ICD-9': 'http://hl7.org/fhir/sid/icd-9-cm',
  'ICD-10': 'http://hl7.org/fhir/sid/icd-10-cm',
  SCT: 'http://snomed.info/sct',
};

/** A problem of VA's list → Condition. */
export const vaProblems: SectionReader = {
  titles: ['VA PROBLEM LIST'],
  loinc: '11450-4',
  grammar: {
    start: ['Problem'],
    keys: ['Date/Time Entered', 'Location', 'Status', 'Provider'],
    words: ['Comments'],
    prose,
  },
  read: eachRecord((record, report) => {
    const status = record.text('Status');
    const isCoded = ['active', 'inactive'].includes(status?.toLowerCase() ?? '');
    report.emit(
      {
        resourceType: 'Condition',
        ...filled({
          clinicalStatus:
            status === undefined
              ? { extension: [absent('unknown')] }
              : isCoded
                ? coded(clinicalStatus, status.toLowerCase())
                : { text: status },
        }),
        category: [coded('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item')],
        code: problemConcept(record.text('Problem')),
        subject: report.subject,
        ...record.date('recordedDate', 'Date/Time Entered'),
        ...filled({ recorder: named(record.text('Provider')), note: notes(record.text('Comments')) }),
      },
      record,
    );
  }),
};

/** From v12.10 a problem's name ends with its code: `Chronic PTSD (ICD-9-CM 309.81)`. */
export function problemConcept(name: string | undefined): JsonObject {
  if (name === undefined) return { extension: [absent('unknown')] };
  const coding = [...name.matchAll(/\((ICD-9-CM|ICD-10-CM|ICD-9|ICD-10|SCT)[ -]([A-Z0-9.]+?)\.?\)/g)].map(
    (found) => ({
      system: lookUp(codeSystems, found[1]),
      code: found[2],
    }),
  );
  return { ...filled({ coding: listOf(coding) }), text: name };
}

/**
 * A medical event a person reports: an illness, an injury or an operation, and the report does not say which. So it is an
 * Observation that an event took place, and neither a Condition nor a Procedure.
 */
export const medicalEvents: SectionReader = {
  titles: ['SELF REPORTED MEDICAL EVENTS', 'MEDICAL EVENTS'],
  isSelfReported: true,
  grammar: {
    start: ['Medical Event'],
    keys: ['Start Date', 'Stop Date'],
    words: ['Response', 'Comments'],
    prose,
  },
  read: eachRecord((record, report) => {
    const event = record.text('Medical Event');
    const response = record.text('Response');
    report.emit(
      {
        resourceType: 'Observation',
        ...unsaid('status'),
        category: [aside],
        code: { text: 'Medical event' },
        subject: report.subject,
        ...filled({
          effectivePeriod: filledOrNone({
            ...record.date('start', 'Start Date'),
            ...record.date('end', 'Stop Date'),
          }),
          performer: [report.subject],
          valueString: event,
          note: notes(response && `Response: ${response}`, record.text('Comments')),
        }),
      },
      record,
    );
  }),
};
