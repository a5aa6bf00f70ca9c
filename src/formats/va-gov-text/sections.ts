import type { JsonObject } from '../../json/index.ts';
import { lookUp, ourExtensions } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, filledOrNone, listOf, numberOf, valued } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { textAttachment } from '../text-attachment.ts';
import { isBlank, type Line } from '../text/lines.ts';
import {
  coded,
  named,
  notes,
  observationCategory,
  quantity,
  unsaid,
  wordedOrAbsent,
} from '../text/members.ts';
import { saysNothing, type TextRecord } from '../text/record.ts';
import type { ReportSection, TextReport } from '../text/report.ts';
import { readTextDate } from '../text/text-date.ts';
import { measurement, vitalSignCategory, vitalSignCode } from '../text/vital-sign.ts';
import { oneRecord, titledRecords } from './titled.ts';

/** Reads the lines of one section; the section has begun. */
export type VaGovSection = (section: ReportSection, report: TextReport) => void;

const loinc: Readonly<Record<string, string>> = {
  'lab and test results': '30954-2',
  vaccines: '11369-6',
  allergies: '48765-2',
  'health conditions': '11450-4',
  vitals: '8716-3',
  medications: '10160-0',
};

/** LOINC code of document sections of a kind, by its title in lower case. */
export function loincOf(title: string): string | undefined {
  return lookUp(loinc, title.toLowerCase());
}

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

/** The tests among results: the name of each stands in the line before its result. */
function testsIn(lines: readonly Line[]): Test[] {
  const starts = lines.flatMap(({ text }, index) => (/^\s*Result:/.test(text) ? [index] : []));
  const begins = starts.map((start) => {
    const above = lines[start - 1]?.text ?? '';
    return isBlank(above) || /^\s*(Reference range|Standard range|Status|Staus|Lab comments):/.test(above)
      ? start
      : start - 1;
  });
  return begins.map((begin, index) => {
    const own = lines.slice(begin, begins[index + 1]);
    const isNamed = begin !== starts[index];
    const { record } = oneRecord(isNamed ? own.slice(1) : own, {
      keys: ['Result', 'Reference range', 'Standard range', 'Status', 'Staus'],
      words: ['Lab comments'],
    });
    if (isNamed) record.lines.unshift(...own.slice(0, 1));
    return { name: isNamed ? own[0]?.text.trim() : undefined, record };
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

function textOf(lines: readonly Line[]): string {
  return lines
    .map(({ text }) => text.trimEnd())
    .join('\n')
    .replaceAll(/^\s*\n|\s+$/g, '');
}

/** A note or discharge summary → DocumentReference with its text. */
export const careNotes: VaGovSection = ({ lines }, report) => {
  const { before, records } = titledRecords(lines, /^Details$/);
  report.layout(before);
  for (const { title, heading, lines: own } of records) {
    const cut = own.findIndex(({ text }) => /^\s*(Notes|Summary)\s*$/.test(text));
    const { record, loose } = oneRecord(cut < 0 ? own : own.slice(0, cut), {
      keys: [
        'Date',
        'Date entered',
        'Location',
        'Written by',
        'Signed by',
        'Date signed',
        'Date admitted',
        'Date discharged',
        'Discharged by',
        'Admitted by',
      ],
    });
    report.layout(loose.filter(({ text }) => /^\s*Details\s*$/.test(text)));
    record.lines.unshift(...heading);
    if (cut >= 0) record.lines.push(...own.slice(cut));
    const text = cut < 0 ? '' : textOf(own.slice(cut + 1));
    const period = filledOrNone({
      ...record.date('start', 'Date admitted'),
      ...record.date('start', 'Date'),
      ...record.date('end', 'Date discharged'),
    });
    report.emit(
      {
        resourceType: 'DocumentReference',
        status: 'current',
        type: wordedOrAbsent(title),
        category: [
          coded('http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category', 'clinical-note'),
        ],
        subject: report.subject,
        ...record.instant('date', 'Date signed'),
        ...filled({
          author: listOf([named(record.text('Written by')), named(record.text('Discharged by'))]),
          authenticator: named(record.text('Signed by')),
          custodian: named(record.text('Location')),
        }),
        content: [{ attachment: text === '' ? { contentType: 'text/plain' } : textAttachment(text) }],
        ...filled({ context: period && { period } }),
      },
      record,
    );
  }
};

export const vaccines: VaGovSection = ({ lines }, report) => {
  const { before, records } = titledRecords(lines, /^Date received:/);
  report.layout(before);
  for (const { title, heading, lines: own } of records) {
    const { record } = oneRecord(withKey(own, 'Provider notes'), {
      keys: ['Date received', 'Location', 'Type and dosage'],
      words: ['Provider notes', 'Reaction'],
    });
    record.lines.unshift(...heading);
    const given = record.date('occurrenceDateTime', 'Date received');
    report.emit(
      {
        resourceType: 'Immunization',
        status: 'completed',
        vaccineCode: wordedOrAbsent(title),
        patient: report.subject,
        ...(Object.keys(given).length > 0 ? given : unsaid('occurrenceDateTime')),
        ...filled({
          location: named(record.text('Location')),
          note: notes(record.text('Provider notes')),
        }),
      },
      record,
    );
  }
};

/** A heading whose words stand in the lines below it, as a key with those words. */
function withKey(lines: readonly Line[], heading: string): Line[] {
  return lines.map((line) => (line.text.trim() === heading ? { ...line, text: `${heading}:` } : line));
}

const allergyCategories: Readonly<Record<string, string>> = {
  medication: 'medication',
  medications: 'medication',
  drug: 'medication',
  food: 'food',
  environment: 'environment',
  environmental: 'environment',
};

export const allergies: VaGovSection = ({ lines }, report) => {
  const { before, records } = titledRecords(lines, /^Date entered:/);
  report.layout(before);
  for (const { title, heading, lines: own } of records) {
    const { record } = oneRecord(own, {
      keys: ['Date entered', 'Type of allergy', 'Location', 'Observed or historical', 'Recorded by'],
      words: ['Signs and symptoms', 'Provider notes'],
    });
    record.lines.unshift(...heading);
    const types = (record.text('Type of allergy') ?? '').split(/,\s*/).filter((type) => type !== '');
    const category = types.flatMap((type) => lookUp(allergyCategories, type.toLowerCase()) ?? []);
    const others = types.filter((type) => lookUp(allergyCategories, type.toLowerCase()) === undefined);
    const symptoms = (record.text('Signs and symptoms') ?? '').split(/,\s*/).filter((word) => word !== '');
    report.emit(
      {
        resourceType: 'AllergyIntolerance',
        ...filled({
          extension: listOf(
            others.map((type) => valued(ourExtensions.asSent, 'valueString', `Type of allergy: ${type}`)),
          ),
        }),
        clinicalStatus: { extension: [absent('unknown')] },
        ...filled({ category: listOf(category) }),
        code: wordedOrAbsent(title),
        patient: report.subject,
        ...record.date('recordedDate', 'Date entered'),
        ...filled({
          note: notes(record.text('Provider notes')),
          reaction: listOf([
            symptoms.length > 0 ? { manifestation: symptoms.map((text) => ({ text })) } : undefined,
          ]),
        }),
      },
      record,
    );
  }
};

export const conditions: VaGovSection = ({ lines }, report) => {
  const { before, records } = titledRecords(lines, /^Date( entered)?:/);
  report.layout(before);
  for (const { title, heading, lines: own } of records) {
    const { record } = oneRecord(withKey(own, 'Provider Notes'), {
      keys: [
        'Date',
        'Date entered',
        'Provider',
        'Status of health condition',
        'Location',
        'SNOMED Clinical term',
      ],
      words: ['Provider Notes', 'Provider notes'],
    });
    record.lines.unshift(...heading);
    const status = record.text('Status of health condition');
    const isCoded = ['active', 'inactive', 'resolved'].includes(status?.toLowerCase() ?? '');
    const term = record.text('SNOMED Clinical term');
    report.emit(
      {
        resourceType: 'Condition',
        ...filled({
          extension: listOf([
            valued(
              ourExtensions.asSent,
              'valueString',
              term === undefined || term === title ? undefined : `SNOMED Clinical term: ${term}`,
            ),
          ]),
          clinicalStatus:
            status === undefined
              ? { extension: [absent('unknown')] }
              : isCoded
                ? coded('http://terminology.hl7.org/CodeSystem/condition-clinical', status.toLowerCase())
                : { text: status },
        }),
        category: [coded('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item')],
        code: wordedOrAbsent(title),
        subject: report.subject,
        ...record.date('recordedDate', 'Date'),
        ...record.date('recordedDate', 'Date entered'),
        ...filled({
          recorder: named(record.text('Provider')),
          note: notes(record.text('Provider Notes') ?? record.text('Provider notes')),
        }),
      },
      record,
    );
  }
};

/** Readings of one kind under its title; each begins with its date. Some kinds have an empty title: they stay without a name. */
export const vitals: VaGovSection = ({ lines }, report) => {
  const { before, records } = titledRecords(lines, /^[A-Z][a-z]+ \d{1,2}, \d{4}/);
  report.layout(before);
  for (const { title, heading, lines: own } of records) {
    report.layout(heading);
    const name = title?.replaceAll('_', ' ');
    const dates = own.flatMap(({ text }, index) => {
      const next = own.slice(index + 1).find((line) => !isBlank(line.text));
      return /^\s*Result:/.test(next?.text ?? '') && !isBlank(text) ? [index] : [];
    });
    for (const [position, begin] of dates.entries()) {
      const reading = own.slice(begin + 1, dates[position + 1]);
      const { record } = oneRecord(reading, {
        keys: ['Result', 'Location'],
        words: ['Provider Notes', 'Provider notes'],
      });
      record.lines.unshift(...own.slice(begin, begin + 1));
      report.emit(
        {
          resourceType: 'Observation',
          ...unsaid('status'),
          category: [vitalSignCategory],
          code: vitalSignCode(name),
          subject: report.subject,
          ...pointMembers('effectiveDateTime', readTextDate(own[begin]?.text ?? '')),
          ...filled({ performer: listOf([named(record.text('Location'))]) }),
          ...measurement(record.text('Result')),
          ...filled({ note: notes(record.text('Provider Notes') ?? record.text('Provider notes')) }),
        },
        record,
      );
    }
  }
};

const prescriptionStatuses: Readonly<Record<string, string>> = {
  active: 'active',
  'active: refill in process': 'active',
  'active: submitted': 'active',
  'active: parked': 'active',
  'active: suspended': 'active',
  'active: on hold': 'on-hold',
  discontinued: 'stopped',
  expired: 'completed',
};

/** A prescription of VA → MedicationRequest; a medicine that VA only has on record → MedicationStatement. */
export const medications: VaGovSection = ({ lines }, report) => {
  const starts = lines.flatMap(({ text }, index) => (/^Title: /.test(text) ? [index] : []));
  report.layout(lines.slice(0, starts[0] ?? lines.length));
  for (const [position, start] of starts.entries()) {
    const own = lines.slice(start, starts[position + 1]);
    const items = own.map((line) => ({ ...line, text: line.text.replace(/^- /, '') }));
    const { record, loose } = oneRecord(items, {
      keys: [
        'Title',
        'Last filled on',
        'Status',
        'Refills left',
        'Request refills by this prescription expiration date',
        'Prescription number',
        'Prescribed on',
        'Prescribed by',
        'Facility',
        'Pharmacy phone number',
        'Quantity',
        'When you started taking this medication',
        'Documented by',
        'Documented at this facility',
      ],
      words: ['Instructions', 'Reason for use', 'Provider notes', 'Note'],
    });
    // The reader made lines of its own where it took the dashes away: account is kept of the report's.
    const numbers = new Set([...record.lines, ...loose].map(({ number }) => number));
    report.layout(own.filter(({ number }) => numbers.has(number)));
    record.text('Note');
    const isPrescription = own.some(({ text }) => /^About your prescription/.test(text));
    if (isPrescription) emitPrescription(record, report);
    else emitOnRecord(record, report);
  }
};

function emitPrescription(record: TextRecord, report: TextReport): void {
  const status = record.text('Status');
  const code = lookUp(prescriptionStatuses, status?.toLowerCase());
  const [number, filledOn] = [record.text('Prescription number'), record.text('Last filled on')];
  const reason = record.text('Reason for use');
  const instructions = record.text('Instructions');
  const refills = record.text('Refills left');
  const amount = numberOf(record.text('Quantity'));
  const expires = record.text('Request refills by this prescription expiration date');
  report.emit(
    {
      resourceType: 'MedicationRequest',
      ...filled({
        extension: listOf([
          refills !== undefined && /^\d+$/.test(refills)
            ? { url: ourExtensions.refillsRemaining, valueUnsignedInt: Number(refills) }
            : undefined,
          filledOn === undefined
            ? undefined
            : { url: ourExtensions.lastFilled, ...pointMembers('valueDateTime', readTextDate(filledOn)) },
        ]),
        identifier: listOf([number && { type: { text: 'Prescription number' }, value: number }]),
      }),
      ...(status === undefined ? unsaid('status') : { status: code ?? 'unknown' }),
      ...filled({
        statusReason: status === undefined || status.toLowerCase() === code ? undefined : { text: status },
      }),
      intent: 'order',
      medicationCodeableConcept: wordedOrAbsent(record.text('Title')),
      subject: report.subject,
      ...record.date('authoredOn', 'Prescribed on'),
      ...filled({
        requester: named(record.text('Prescribed by')),
        reasonCode: listOf([reason && { text: reason }]),
        dosageInstruction: listOf([instructions && { text: instructions }]),
        dispenseRequest: filledOrNone({
          validityPeriod:
            expires === undefined ? undefined : filledOrNone(pointMembers('end', readTextDate(expires))),
          quantity: amount === undefined ? undefined : quantity(amount, undefined),
          performer: named(record.text('Facility')),
        }),
      }),
    },
    record,
  );
}

function emitOnRecord(record: TextRecord, report: TextReport): void {
  const status = record.text('Status');
  const reason = record.text('Reason for use');
  const instructions = record.text('Instructions');
  const started = record.text('When you started taking this medication');
  const code = status?.toLowerCase() === 'active' ? 'active' : 'unknown';
  report.emit(
    {
      resourceType: 'MedicationStatement',
      status: code,
      ...filled({
        statusReason: listOf([
          status === undefined || status.toLowerCase() === code ? undefined : { text: status },
        ]),
      }),
      medicationCodeableConcept: wordedOrAbsent(record.text('Title')),
      subject: report.subject,
      ...filled({
        effectivePeriod:
          started === undefined ? undefined : filledOrNone(pointMembers('start', readTextDate(started))),
        informationSource: named(record.text('Documented by')),
        reasonCode: listOf([reason && { text: reason }]),
        note: notes(record.text('Provider notes')),
        dosage: listOf([instructions && { text: instructions }]),
      }),
    },
    record,
  );
}

const upcoming = 'Upcoming Appointments';

/** An appointment → Appointment; the heading says whether it is still to come. */
export const appointments: VaGovSection = ({ lines }, report) => {
  const groupAt = (index: number): string | undefined =>
    lines
      .slice(0, index + 1)
      .map(({ text }) => /^- (Upcoming Appointments|Past Appointments):/.exec(text)?.[1])
      .findLast((group) => group !== undefined);
  const starts = lines.flatMap(({ text }, index) => (/^Date: /.test(text) ? [index] : []));
  report.layout(lines.slice(0, starts[0] ?? lines.length));
  for (const [position, start] of starts.entries()) {
    const own = lines.slice(start, starts[position + 1]);
    report.layout(
      own.filter(({ text }) => /^(- (Upcoming|Past) Appointments:|Showing \d+ appointments)/.test(text)),
    );
    const { record } = oneRecord(
      own.filter(({ text }) => !/^(- (Upcoming|Past) Appointments:|Showing \d+ appointments)/.test(text)),
      {
        keys: ['Date', 'Appointment type', 'Status', 'Phone', 'What', 'Clinic', 'Location', 'Clinic phone'],
        lists: ['Provider', 'Who', 'Where to attend'],
        words: ['Details you shared with your provider'],
      },
    );
    const date = record.text('Date');
    const { value, recorded } = readTextDate(date ?? '');
    const begins = value?.includes('T') === true ? value : (recorded ?? value);
    const status = record.text('Status');
    const isCancelled = /cancel/i.test(status ?? '');
    const type = record.text('Appointment type');
    const place = record.text('Location');
    report.emit(
      {
        resourceType: 'Appointment',
        ...filled({
          extension: listOf([
            valued(
              ourExtensions.asSent,
              'valueString',
              status === undefined ? undefined : `Status: ${status}`,
            ),
            valued(
              ourExtensions.asSent,
              'valueString',
              begins === undefined && date !== undefined ? `Date: ${date}` : undefined,
            ),
          ]),
        }),
        ...(isCancelled
          ? { status: 'cancelled' }
          : groupAt(start) === upcoming
            ? { status: 'booked' }
            : unsaid('status')),
        ...filled({ appointmentType: type && { text: type }, description: record.text('Clinic') }),
        _start: {
          extension: [
            begins === undefined
              ? absent('unknown')
              : { url: ourExtensions.timeAsRecorded, valueString: begins },
          ],
        },
        _end: { extension: [absent('unknown')] },
        participant: [
          { actor: report.subject, ...unsaid('status') },
          ...(listOf([place && { actor: { display: place }, ...unsaid('status') }]) ?? []),
        ],
      },
      record,
    );
  }
};

/** The account, and the places that treat the person → Organization. */
export const account: VaGovSection = ({ lines }, report) => {
  const cut = lines.findIndex(({ text }) => /^\s*VA Treatment Facilities:?\s*$/i.test(text));
  const { record } = oneRecord(cut < 0 ? lines : lines.slice(0, cut), {
    keys: [
      'Authentication status',
      'Authentication date',
      'Authentication facility name',
      'Authentication facility ID',
    ],
  });
  report.layout(lines.slice(0, cut < 0 ? lines.length : cut + 1));
  report.sayOfReport(record.left().filter((text) => !/^Source:/.test(text)));
  if (cut < 0) return;
  const rest = lines.slice(cut + 1);
  for (const [index, line] of rest.entries()) {
    const next = rest[index + 1];
    const [, type] = /^\s+Type:\s*(.*)$/.exec(next?.text ?? '') ?? [];
    if (type === undefined || next === undefined) continue;
    report.emit(
      {
        resourceType: 'Organization',
        ...filled({
          type: saysNothing(type) ? undefined : [{ text: type.trim() }],
          name: line.text.trim().replace(/:$/, ''),
        }),
      },
      [line, next],
    );
  }
};
