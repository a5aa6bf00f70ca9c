import type { JsonObject } from '../../json/index.ts';
import { ourExtensions } from '../../model/index.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { measured, named, notes, unsaid } from '../text/members.ts';
import { saysNothing, type TextRecord } from '../text/record.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { rowsOf } from '../text/table.ts';
import { readTextDate } from '../text/text-date.ts';
import {
  bloodPressure,
  isVitalSignName,
  measurement,
  vitalSignCategory,
  vitalSignCode,
} from '../text/vital-sign.ts';
import { prose } from './prose.ts';

/**
 * VA's vital signs → Observation. The table of the latest of each kind repeats what follows it, unless the request was for a
 * range of dates: a row becomes a record only where nothing that follows is the same.
 */
export const vaVitalSigns: SectionReader = {
  titles: ['VA VITALS AND READINGS'],
  loinc: '8716-3',
  hasTables: true,
  grammar: {
    start: ['Vital Sign'],
    keys: ['Measurement', 'Location', 'Date/Time Collected'],
    words: ['Comments'],
    prose,
  },
  read({ records, tables }, report) {
    const told = new Set<string>();
    for (const record of records) {
      const values = ['Vital Sign', 'Measurement', 'Date/Time Collected'].map((key) => record.text(key));
      const [name, value, date] = values;
      told.add(dateKey(date));
      report.emit(
        vitalSign(report.subject, name, value, date, {
          performer: listOf([named(record.text('Location'))]),
          note: notes(record.text('Comments')),
        }),
        record,
      );
    }
    for (const { line, cells, columns } of rowsOf(tables)) {
      const values = columns.map((column) => cells[column]);
      const [name, value, date] = values;
      if (saysNothing(value ?? '') || told.has(dateKey(date))) report.layout([line]);
      else if (readTextDate(date ?? '').value === undefined) continue;
      else report.emit(vitalSign(report.subject, name, value, date, {}), [line]);
    }
  },
};

/** A moment, however it is written: summaries cut and pad what the details have. */
function dateKey(date: string | undefined): string {
  const { value, recorded } = readTextDate(date ?? '');
  return recorded ?? value ?? '';
}

function vitalSign(
  subject: JsonObject,
  name: string | undefined,
  value: string | undefined,
  date: string | undefined,
  more: JsonObject,
): JsonObject & { resourceType: string } {
  return {
    resourceType: 'Observation',
    ...unsaid('status'),
    category: [vitalSignCategory],
    code: vitalSignCode(name),
    subject,
    ...(date === undefined ? {} : pointMembers('effectiveDateTime', readTextDate(date))),
    ...measurement(value),
    ...filled(more),
  };
}

/** Names of the value, in the records of each type of measurement. */
const valueKeys = [
  'Heart Rate',
  'Body Weight',
  'Body temperature',
  'Pain Level',
  'Blood sugar count',
  'INR value',
  'Pulse Oximetry',
  'Oxygen Setting',
  'Body Height',
];

const cholesterolKeys = ['Total cholesterol', 'HDL', 'LDL', 'Triglycerides'];

/** What a person measured → Observation; what it is a measurement of decides whether it is a vital sign. */
export const selfReportedVitalSigns: SectionReader = {
  titles: ['SELF REPORTED VITALS AND READINGS', 'VITALS AND READINGS'],
  isSelfReported: true,
  loinc: '8716-3',
  grammar: {
    start: ['Measurement Type'],
    keys: [
      'Date',
      'Time',
      'Systolic',
      'Diastolic',
      'Measure',
      'Method',
      'Target range',
      'Location',
      'Provider',
      ...valueKeys,
      ...cholesterolKeys,
    ],
    words: ['Comments'],
    prose,
  },
  read: eachRecord((record, report) => {
    const type = record.text('Measurement Type');
    const unit = record.text('Measure');
    const method = record.text('Method');
    const target = record.text('Target range');
    const valueKey = valueKeys.find((key) => record.fields.some((field) => field.key === key));
    const value = valueKey && record.text(valueKey);
    const parts = cholesterolKeys.flatMap((key) => {
      const part = record.text(key);
      return part === undefined ? [] : [{ code: { text: key }, ...measured(part, undefined) }];
    });
    const [systolic, diastolic] = [record.text('Systolic'), record.text('Diastolic')];
    const time = timeOf(record);
    report.emit(
      {
        resourceType: 'Observation',
        ...filled({ extension: listOf([time.filler]) }),
        ...unsaid('status'),
        ...filled({ category: isVitalSignName(type) ? [vitalSignCategory] : undefined }),
        code: vitalSignCode(type),
        subject: report.subject,
        ...time.effective,
        performer: [
          report.subject,
          ...(listOf([named(record.text('Provider')), named(record.text('Location'))]) ?? []),
        ],
        ...measured(value, unit),
        ...filled({
          note: notes(record.text('Comments')),
          method: method && { text: method },
          referenceRange: target && [{ text: target }],
          ...(parts.length > 0 ? { component: parts } : bloodPressure(systolic, diastolic)),
        }),
      },
      record,
    );
  }),
};

/** Date and time of day; `2359` stands where the person gave no time, and is kept as sent and not as a time. */
function timeOf(record: TextRecord): { effective: JsonObject; filler: JsonObject | undefined } {
  const [date, time] = [record.text('Date'), record.text('Time')];
  if (date === undefined || saysNothing(date)) return { effective: {}, filler: sent(time) };
  const isFiller = time === '2359';
  const whole = readTextDate(`${date} @ ${time ?? ''}`);
  const isWhole = time !== undefined && !isFiller && whole.unreadable === undefined;
  return {
    effective: pointMembers('effectiveDateTime', isWhole ? whole : readTextDate(date)),
    filler: isWhole ? undefined : sent(time),
  };
}

function sent(time: string | undefined): JsonObject | undefined {
  return valued(ourExtensions.asSent, 'valueString', time === undefined ? undefined : `Time: ${time}`);
}
