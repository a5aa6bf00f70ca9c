import type { JsonObject } from '../../json/index.ts';
import { lookUp, ourExtensions } from '../../model/index.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { textAttachment } from '../text-attachment.ts';
import { isBlank, type Line } from '../text/lines.ts';
import { coded, named, notes, observationCategory, unsaid, wordedOrAbsent } from '../text/members.ts';
import type { TextRecord } from '../text/record.ts';
import type { TextReport } from '../text/report.ts';
import { readTextDate } from '../text/text-date.ts';
import { measurement } from '../text/vital-sign.ts';
import type { VaGovSection } from './section.ts';
import { oneRecord, textOf, titledRecords } from './titled.ts';

const testStatuses: Readonly<Record<string, string>> = {
  final: 'final',
  preliminary: 'preliminary',
  pending: 'registered',
  corrected: 'corrected',
  amended: 'amended',
};

const flags: Readonly<Record<string, string>> = {
  high: 'H',
  low: 'L',
  'critical high': 'HH',
  'critical low': 'LL',
  abnormal: 'A',
};

/** A test or study → DiagnosticReport, with each result as an Observation, or the results as the report's own form. */
export const labs: VaGovSection = ({ lines }, report) => {
  const { before, records } = titledRecords(lines, /^(Details about this test|Date:|Location:|Provider:)/);
  report.layout(before);
  for (const { title, heading, lines: own } of records) {
    const cut = own.findIndex(({ text }) => /^\s*Results:?\s*$/.test(text));
    const details = cut < 0 ? own : own.slice(0, cut);
    const results = cut < 0 ? [] : own.slice(cut + 1);
    const { record, loose } = oneRecord(details, {
      keys: [
        'Site or sample tested',
        'Sample tested',
        'Sample from',
        'Imaging location',
        'Imaging provider',
        'Ordered by',
        'Ordering location',
        'Collecting location',
        'Lab location',
        'Location',
        'Date completed',
        'Date',
        'Provider',
      ],
      words: ['Reason for test', 'Clinical history', 'Provider notes'],
    });
    report.layout(
      loose.filter(({ text }) => /^\s*(Details about this test:?|Provider notes)\s*$/.test(text)),
    );
    record.lines.unshift(...heading);
    const [, name, dated] = /^(.*) on (.*?)$/.exec(title ?? '') ?? [];
    const completed = record.text('Date completed') ?? record.text('Date') ?? dated;
    const effective =
      completed === undefined ? {} : pointMembers('effectiveDateTime', readTextDate(completed));
    const specimen = named(
      record.text('Site or sample tested') ?? record.text('Sample tested') ?? record.text('Sample from'),
    );
    const tests = testsIn(results);
    const references = tests.map((test) =>
      report.emit(testResult(test, effective, specimen, report), test.record),
    );
    const text = textOf(results);
    const comments = record.text('Provider notes');
    if (cut >= 0) record.lines.push(...own.slice(cut));
    report.emit(
      {
        resourceType: 'DiagnosticReport',
        ...filled({
          extension: listOf([
            valued(ourExtensions.asSent, 'valueString', comments && `Provider notes: ${comments}`),
          ]),
        }),
        ...unsaid('status'),
        code: wordedOrAbsent(name ?? title),
        subject: report.subject,
        ...effective,
        ...filled({
          specimen: listOf([specimen]),
          result: listOf(references.map((reference) => ({ reference }))),
          presentedForm: tests.length === 0 && text !== '' ? [textAttachment(text)] : undefined,
        }),
      },
      record,
    );
  }
};

interface Test {
  name: string | undefined;
  record: TextRecord;
}

const testKeys = /^\s*(Result|Reference range|Standard range|Status|Staus|Lab comments):/;

/** The tests among results: the name of each stands in the line before its keys; a test that is pending has no result. */
function testsIn(lines: readonly Line[]): Test[] {
  const begins = lines.flatMap(({ text }, index) => {
    const next = lines[index + 1]?.text ?? '';
    return !isBlank(text) &&
      !testKeys.test(text) &&
      /^\s*(Result|Status|Staus|Reference range|Standard range):/.test(next)
      ? [index]
      : [];
  });
  return begins.map((begin, index) => {
    const own = lines.slice(begin, begins[index + 1]);
    const { record } = oneRecord(own.slice(1), {
      keys: ['Result', 'Reference range', 'Standard range', 'Status', 'Staus'],
      words: ['Lab comments'],
    });
    record.lines.unshift(...own.slice(0, 1));
    return { name: own[0]?.text.trim(), record };
  });
}

function testResult(
  { name, record }: Test,
  effective: JsonObject,
  specimen: JsonObject | undefined,
  report: TextReport,
): JsonObject & { resourceType: string } {
  const result = record.text('Result');
  const [, value = result, word] = /^(\S.*?)\s*\(([A-Za-z ]+)\)$/.exec(result ?? '') ?? [];
  const flag = lookUp(flags, word?.toLowerCase());
  const range = record.text('Reference range') ?? record.text('Standard range');
  const status = lookUp(testStatuses, (record.text('Status') ?? record.text('Staus'))?.toLowerCase());
  return {
    resourceType: 'Observation',
    ...(status === undefined ? unsaid('status') : { status }),
    category: [coded(observationCategory, 'laboratory')],
    code: wordedOrAbsent(name),
    subject: report.subject,
    ...effective,
    ...measurement(flag === undefined ? result : value),
    ...(result === undefined && {
      dataAbsentReason: coded('http://terminology.hl7.org/CodeSystem/data-absent-reason', 'unknown'),
    }),
    ...filled({
      interpretation:
        flag === undefined
          ? undefined
          : [
              {
                ...coded('http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', flag),
                text: word,
              },
            ],
      note: notes(record.text('Lab comments')),
      specimen,
      referenceRange: range === undefined ? undefined : [{ text: range }],
    }),
  };
}
