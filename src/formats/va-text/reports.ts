import type { JsonObject } from '../../json/index.ts';
import { filled, filledOrNone, listOf } from '../json-parts.ts';
import { textAttachment } from '../text-attachment.ts';
import { coded, named, unsaid, wordedOrAbsent } from '../text/members.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { prose } from './prose.ts';

const serviceSection = 'http://terminology.hl7.org/CodeSystem/v2-0074';

/** A pathology report → DiagnosticReport with its text. */
export const vaPathology: SectionReader = {
  titles: ['VA PATHOLOGY REPORTS'],
  loinc: '30954-2',
  grammar: {
    start: ['Type of Report'],
    keys: ['Specimen', 'Date Obtained', 'Performing Location', 'Date Completed'],
    body: true,
    prose,
  },
  read: eachRecord((record, report) => {
    report.emit(
      {
        resourceType: 'DiagnosticReport',
        ...unsaid('status'),
        category: [coded(serviceSection, 'PAT')],
        code: wordedOrAbsent(record.text('Type of Report')),
        subject: report.subject,
        ...record.date('effectiveDateTime', 'Date Obtained'),
        ...record.instant('issued', 'Date Completed'),
        ...filled({
          performer: listOf([named(record.text('Performing Location'))]),
          specimen: listOf([named(record.text('Specimen'))]),
          presentedForm: formOf(record.bodyText()),
        }),
      },
      record,
    );
  }),
};

/** A radiology report → DiagnosticReport with its text. */
export const vaRadiology: SectionReader = {
  titles: ['VA RADIOLOGY REPORTS'],
  loinc: '30954-2',
  grammar: {
    start: ['Procedure/Test Name'],
    keys: [
      'Date/Time Exam Performed',
      'Ordering Location',
      'Requesting Provider',
      'Performing Location',
      'Radiologist',
    ],
    words: ['Reasons for Study', 'Clinical History'],
    body: true,
    prose,
  },
  read: eachRecord((record, report) => {
    report.emit(
      {
        resourceType: 'DiagnosticReport',
        ...unsaid('status'),
        category: [coded(serviceSection, 'RAD')],
        code: wordedOrAbsent(record.text('Procedure/Test Name')),
        subject: report.subject,
        ...record.date('effectiveDateTime', 'Date/Time Exam Performed'),
        ...filled({
          performer: listOf([named(record.text('Performing Location'))]),
          resultsInterpreter: listOf([named(record.text('Radiologist'))]),
          presentedForm: formOf(record.bodyText()),
        }),
      },
      record,
    );
  }),
};

/** An electrocardiogram: that it was made, when and where. */
export const vaElectrocardiograms: SectionReader = {
  titles: ['VA ELECTROCARDIOGRAM (EKG) REPORTS'],
  grammar: {
    start: ['Procedure/Test Name'],
    keys: ['Date/Time Exam Performed', 'Ordering Location'],
    body: true,
    prose,
  },
  read: eachRecord((record, report) => {
    report.emit(
      {
        resourceType: 'DiagnosticReport',
        ...unsaid('status'),
        category: [coded(serviceSection, 'EC')],
        code: wordedOrAbsent(record.text('Procedure/Test Name')),
        subject: report.subject,
        ...record.date('effectiveDateTime', 'Date/Time Exam Performed'),
        ...filled({ presentedForm: formOf(record.bodyText()) }),
      },
      record,
    );
  }),
};

function formOf(text: string): JsonObject[] | undefined {
  return text === '' ? undefined : [textAttachment(text)];
}

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
