import type { JsonObject } from '../../json/index.ts';
import { filled, filledOrNone, listOf } from '../json-parts.ts';
import { textAttachment } from '../text-attachment.ts';
import { coded, named, unsaid, wordedOrAbsent } from '../text/members.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { prose } from './prose.ts';

/** A kind of report with a text: how its keys are called, and its code of HL7 v2 table 0074. */
interface ReportKeys {
  titles: readonly string[];
  loinc?: string;
  category: string;
  name: string;
  date: string;
  words?: readonly string[];
}

/** A report with a text → DiagnosticReport. */
function textReports({ titles, loinc, category, name, date, words }: ReportKeys): SectionReader {
  return {
    titles,
    ...(loinc !== undefined && { loinc }),
    grammar: {
      start: [name],
      keys: [
        date,
        'Specimen',
        'Ordering Location',
        'Requesting Provider',
        'Performing Location',
        'Date Completed',
        'Radiologist',
      ],
      ...(words && { words }),
      body: true,
      prose,
    },
    read: eachRecord((record, report) => {
      const text = record.bodyText();
      report.emit(
        {
          resourceType: 'DiagnosticReport',
          ...unsaid('status'),
          category: [coded('http://terminology.hl7.org/CodeSystem/v2-0074', category)],
          code: wordedOrAbsent(record.text(name)),
          subject: report.subject,
          ...record.date('effectiveDateTime', date),
          ...record.instant('issued', 'Date Completed'),
          ...filled({
            performer: listOf([named(record.text('Performing Location'))]),
            resultsInterpreter: listOf([named(record.text('Radiologist'))]),
            specimen: listOf([named(record.text('Specimen'))]),
            presentedForm: text === '' ? undefined : [textAttachment(text)],
          }),
        },
        record,
      );
    }),
  };
}

export const vaPathology = textReports({
  titles: ['VA PATHOLOGY REPORTS'],
  loinc: '30954-2',
  category: 'PAT',
  name: 'Type of Report',
  date: 'Date Obtained',
});

export const vaRadiology = textReports({
  titles: ['VA RADIOLOGY REPORTS'],
  loinc: '30954-2',
  category: 'RAD',
  name: 'Procedure/Test Name',
  date: 'Date/Time Exam Performed',
  words: ['Reasons for Study', 'Clinical History'],
});

/** Electrocardiograms: that they were made, when and where. */
export const vaElectrocardiograms = textReports({
  titles: ['VA ELECTROCARDIOGRAM (EKG) REPORTS'],
  category: 'EC',
  name: 'Procedure/Test Name',
  date: 'Date/Time Exam Performed',
});

const actCode = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const participationType = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';

/** A stay in hospital → Encounter, and its discharge summary → DocumentReference. */
export const vaAdmissions: SectionReader = {
  titles: ['VA ADMISSIONS AND DISCHARGES'],
  loinc: '46240-8',
  grammar: {
    start: ['Admission Date'],
    keys: ['Location', 'Admitting Physician', 'Discharge Date', 'Discharge Physician'],
    body: true,
    prose,
  },
  read: eachRecord((record, report) => {
    const place = named(record.text('Location'));
    const doctor = record.text('Discharge Physician');
    const end = record.date('end', 'Discharge Date');
    const period = filledOrNone({ ...record.date('start', 'Admission Date'), ...end });
    const encounter = report.emit(
      {
        resourceType: 'Encounter',
        ...(end['end'] === undefined ? unsaid('status') : { status: 'finished' }),
        class: { system: actCode, code: 'IMP', display: 'inpatient encounter' },
        subject: report.subject,
        ...filled({
          participant: listOf([
            participant('ADM', record.text('Admitting Physician')),
            participant('DIS', doctor),
          ]),
          period,
          location: place && [{ location: place }],
        }),
      },
      record,
    );
    const text = record.bodyText();
    if (text === '') return;
    report.emit(
      {
        resourceType: 'DocumentReference',
        status: 'current',
        type: { text: 'Discharge summary' },
        subject: report.subject,
        ...filled({ custodian: place }),
        content: [{ attachment: textAttachment(text) }],
        context: filled({ encounter: [{ reference: encounter }], period }),
      },
      record.lines,
    );
  }),
};

function participant(code: string, name: string | undefined): JsonObject | undefined {
  return name === undefined
    ? undefined
    : { type: [coded(participationType, code)], individual: { display: name } };
}

/** A note of VA's clinicians → DocumentReference with its text. */
export const vaNotes: SectionReader = {
  titles: ['VA NOTES'],
  grammar: {
    start: ['Date/Time'],
    keys: ['Note Title', 'Location', 'Signed By', 'Co-signed By', 'Date/Time Signed'],
    body: true,
    prose,
  },
  read: eachRecord((record, report) => {
    const written = filledOrNone(record.date('start', 'Date/Time'));
    const text = record.bodyText();
    report.emit(
      {
        resourceType: 'DocumentReference',
        status: 'current',
        type: wordedOrAbsent(record.text('Note Title')),
        category: [
          coded('http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category', 'clinical-note'),
        ],
        subject: report.subject,
        ...record.instant('date', 'Date/Time Signed'),
        ...filled({
          // Whoever signed need not have written it; the text says who did.
          authenticator: named(record.text('Signed By')),
          custodian: named(record.text('Location')),
        }),
        content: [{ attachment: text === '' ? { contentType: 'text/plain' } : textAttachment(text) }],
        ...filled({ context: written && { period: written } }),
      },
      record,
    );
  }),
};
