import type { JsonObject } from '../../json/index.ts';
import { lookUp, ourExtensions } from '../../model/index.ts';
import { filled, listOf, numberOf, present, valued } from '../json-parts.ts';
import { textAttachment } from '../text-attachment.ts';
import { readRecords, type Grammar } from '../text/grammar.ts';
import { isBlank } from '../text/lines.ts';
import {
  coded,
  measured,
  named,
  notes,
  observationCategory,
  unsaid,
  wordedOrAbsent,
} from '../text/members.ts';
import type { TextRecord } from '../text/record.ts';
import type { TextReport } from '../text/report.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { prose } from './prose.ts';

const laboratory = coded(observationCategory, 'laboratory');

/** The tests of one specimen. */
const testGrammar: Grammar = {
  start: ['Test Name'],
  keys: ['Result', 'Units', 'Reference Range', 'Performing Location', 'Status'],
  words: ['Interpretation', 'Comments'],
  prose,
};

const statuses: Readonly<Record<string, string>> = {
  final: 'final',
  pending: 'registered',
  preliminary: 'preliminary',
  corrected: 'corrected',
  amended: 'amended',
  cancelled: 'cancelled',
};

/** Words after a result, lower case → v3-ObservationInterpretation. */
const flags: Readonly<Record<string, string>> = {
  'critical high': 'HH',
  'critical low': 'LL',
  high: 'H',
  low: 'L',
  abnormal: 'A',
  h: 'H',
  l: 'L',
  hh: 'HH',
  ll: 'LL',
};

/**
 * VA's laboratory results: a block per specimen → DiagnosticReport, each test in it → Observation. Microbiology has no tests
 * but a text, which is kept as the report's own form.
 */
export const vaLaboratory: SectionReader = {
  titles: ['VA LABORATORY RESULTS'],
  loinc: '30954-2',
  grammar: {
    start: ['Lab Test'],
    keys: [
      'Lab Type',
      'Ordering Provider',
      'Ordering Location',
      'Specimen',
      'Collection Sample',
      'Date/Time Collected',
      'Collected Location',
      'Performing Location',
      'Date/Time Completed',
    ],
    body: true,
    bodyKeys: ['Test Name'],
    prose,
  },
  read: eachRecord((record, report) => {
    const { tests, aside } = testsIn(record);
    const collected = record.date('effectiveDateTime', 'Date/Time Collected');
    const specimen = named(
      present([record.text('Specimen'), record.text('Collection Sample')]).join(', ') || undefined,
    );
    const status = statusOfAll(tests);
    const result = tests.map((test) => report.emit(testResult(test, report, { collected, specimen }), test));
    const kind = record.text('Lab Type');
    report.emit(
      {
        resourceType: 'DiagnosticReport',
        ...filled({
          extension: listOf(aside.map((text) => valued(ourExtensions.asSent, 'valueString', text))),
        }),
        ...(status === undefined ? unsaid('status') : { status }),
        category: [
          coded('http://terminology.hl7.org/CodeSystem/v2-0074', 'LAB'),
          ...(kind ? [{ text: kind }] : []),
        ],
        code: wordedOrAbsent(record.text('Lab Test')),
        subject: report.subject,
        ...collected,
        ...record.instant('issued', 'Date/Time Completed'),
        ...filled({
          performer: listOf([named(record.text('Performing Location'))]),
          specimen: listOf([specimen]),
          result: listOf(result.map((reference) => ({ reference }))),
          presentedForm:
            result.length === 0 && record.bodyText() !== '' ? [textAttachment(record.bodyText())] : undefined,
        }),
      },
      record,
    );
  }),
};

/** The tests of a block, and what is said of the whole specimen: comments below a rule of full width, and lines around tests. */
function testsIn({ body }: TextRecord): { tests: TextRecord[]; aside: string[] } {
  const isWide = /^\s*-{60,}\s*$/;
  const from = body.findIndex(
    ({ text }, index) =>
      /^\s*Comments:/.test(text) &&
      isWide.test(body.slice(0, index).findLast((line) => !isBlank(line.text))?.text ?? ''),
  );
  const { head, records, loose } = readRecords(from < 0 ? body : body.slice(0, from), testGrammar);
  if (records.length === 0) return { tests: [], aside: [] };
  const around = [...loose, ...head.lines].filter(({ text }) => !prose.test(text.trim()));
  const comment = (from < 0 ? [] : body.slice(from))
    .filter(({ text }) => !isBlank(text) && !/^\s*[=-]{20,}\s*$/.test(text))
    .map(({ text }) => text.trim());
  const words = comment.slice(0, endOf(comment)).join('\n');
  return {
    tests: records,
    aside: [
      ...around.map(({ text }) => text.trim()),
      ...(/^Comments:(\s*--)?$/.test(words) ? [] : [words]),
    ].filter((text) => text !== ''),
  };
}

/** Where a comment ends: before the words to everyone that follow the last specimen. */
function endOf(lines: readonly string[]): number {
  const end = lines.findIndex((line) => prose.test(line));
  return end < 0 ? lines.length : end;
}

function testResult(
  test: TextRecord,
  report: TextReport,
  { collected, specimen }: { collected: JsonObject; specimen: JsonObject | undefined },
): JsonObject & { resourceType: string } {
  const [value, flag] = resultAndFlag(test.text('Result'));
  const status = test.read('Status', (text) => lookUp(statuses, text.toLowerCase()));
  const range = test.text('Reference Range');
  const unit = test.text('Units');
  const result = measured(value, unit);
  return {
    resourceType: 'Observation',
    ...(status === undefined ? unsaid('status') : { status }),
    category: [laboratory],
    code: wordedOrAbsent(test.text('Test Name')),
    subject: report.subject,
    ...collected,
    ...filled({ performer: listOf([named(test.text('Performing Location'))]) }),
    ...result,
    ...(value === undefined && {
      dataAbsentReason: coded(
        'http://terminology.hl7.org/CodeSystem/data-absent-reason',
        status === 'registered' ? 'temp-unknown' : 'unknown',
      ),
    }),
    ...filled({
      interpretation:
        flag === undefined
          ? undefined
          : [
              {
                ...coded(
                  'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
                  lookUp(flags, flag.toLowerCase()) ?? '',
                ),
                text: flag,
              },
            ],
      note: notes(
        test.text('Interpretation'),
        test.text('Comments'),
        result['valueQuantity'] === undefined && unit !== undefined ? `Units: ${unit}` : undefined,
      ),
      specimen,
      referenceRange: range === undefined ? undefined : [rangeOf(range)],
    }),
  };
}

/** The value of a result and the words the laboratory puts after it: `6.5 Critical High`. */
function resultAndFlag(text: string | undefined): [string | undefined, string | undefined] {
  const [, value, flag] = /^([<>]?=?\s*-?[\d.]+)\s+([A-Za-z ]+)$/.exec(text ?? '') ?? [];
  return lookUp(flags, flag?.toLowerCase()) === undefined ? [text, undefined] : [value, flag];
}

/** `(3.5-5.0)` with its bounds; any other range is words. */
function rangeOf(text: string): JsonObject {
  const words = text.replace(/^\((.*)\)$/, '$1');
  const [, from, to] = /^(\d*\.?\d+)\s*-\s*(\d*\.?\d+)$/.exec(words) ?? [];
  const [low, high] = [numberOf(from), numberOf(to)];
  return filled({
    low: low === undefined ? undefined : { value: low },
    high: high === undefined ? undefined : { value: high },
    text: words,
  });
}

/** A report is as far as its tests are: final when all are. */
function statusOfAll(tests: readonly TextRecord[]): string | undefined {
  const words = new Set(
    tests.flatMap(({ fields }) =>
      fields.filter(({ key }) => key === 'Status').map(({ value }) => value.toLowerCase()),
    ),
  );
  const [only] = words;
  if (words.size === 1) return lookUp(statuses, only);
  return words.size > 1 ? 'partial' : undefined;
}

/** A test a person reports: its result in the person's words. */
export const selfReportedLabs: SectionReader = {
  titles: ['SELF REPORTED LABS AND TESTS', 'LABS AND TESTS'],
  isSelfReported: true,
  loinc: '30954-2',
  grammar: {
    start: ['Test Name'],
    keys: ['Date', 'Location performed', 'Provider'],
    words: ['Results', 'Comments'],
    prose,
  },
  read: eachRecord((record, report) => {
    report.emit(
      {
        resourceType: 'Observation',
        ...unsaid('status'),
        code: wordedOrAbsent(record.text('Test Name')),
        subject: report.subject,
        ...record.date('effectiveDateTime', 'Date'),
        ...filled({
          performer: listOf([named(record.text('Provider')), named(record.text('Location performed'))]),
          valueString: record.text('Results'),
          note: notes(record.text('Comments')),
        }),
      },
      record,
    );
  }),
};
