import { lookUp, ourExtensions } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { aside, named, notes, unsaid } from '../text/members.ts';
import { saysNothing } from '../text/record.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { rowsOf } from '../text/table.ts';
import { readTextDate } from '../text/text-date.ts';
import { prose } from './prose.ts';

const future = 'FUTURE APPOINTMENTS';

const statuses: Readonly<Record<string, string>> = {
  future: 'booked',
  cancelled: 'cancelled',
  'appointment kept': 'fulfilled',
  'appointment not kept': 'noshow',
};

function statusOf(word: string): string | undefined {
  if (word.startsWith('cancel')) return 'cancelled';
  return /^no-?show/.test(word) ? 'noshow' : lookUp(statuses, word);
}

/**
 * An appointment → Appointment. R4 wants both ends as instants: the report has the beginning, and no zone. The status word
 * counts; where it says nothing ("NOT APPLICABLE"), a future appointment is one that is booked.
 */
export const appointments: SectionReader = {
  titles: ['VA APPOINTMENTS'],
  grammar: {
    start: ['Date/Time'],
    keys: ['Location', 'Status', 'Clinic', 'Phone Number', 'Type'],
    words: ['Note'],
    groups: [future, 'PAST APPOINTMENTS'],
    prose,
  },
  read: eachRecord((record, report) => {
    const word = record.text('Status');
    const says = word === undefined || /^not applicable$/i.test(word) ? undefined : word;
    const status =
      says === undefined ? (record.group === future ? 'booked' : undefined) : statusOf(says.toLowerCase());
    const [clinic, place, type] = ['Clinic', 'Location', 'Type'].map((key) => record.text(key));
    const { value, recorded, unreadable } = readTextDate(record.text('Date/Time') ?? '');
    const start = recorded ?? value;
    report.emit(
      {
        resourceType: 'Appointment',
        ...filled({
          extension: listOf([
            valued(ourExtensions.asSent, 'valueString', word === undefined ? undefined : `Status: ${word}`),
          ]),
        }),
        ...(status === undefined ? unsaid('status') : { status }),
        ...filled({
          appointmentType: type && { text: type },
          description: clinic,
        }),
        _start: {
          extension: [
            start !== undefined
              ? { url: ourExtensions.timeAsRecorded, valueString: start }
              : unreadable === undefined || unreadable === ''
                ? absent('unknown')
                : { url: ourExtensions.dateNotRead, valueString: unreadable },
          ],
        },
        _end: { extension: [absent('unknown')] },
        ...filled({ comment: notes(record.text('Note'))[0]?.['text'] }),
        participant: [
          { actor: report.subject, ...unsaid('status') },
          ...(listOf([place && { actor: { display: place }, ...unsaid('status') }]) ?? []),
        ],
      },
      record,
    );
  }),
};

/**
 * A reminder that an examination or vaccination is due → a ServiceRequest that nobody has made yet (`proposal`): R4 has
 * nothing nearer. `DUE NOW` is no date, and is kept as sent.
 */
export const reminders: SectionReader = {
  titles: ['VA WELLNESS REMINDERS'],
  hasTables: true,
  grammar: { start: [], prose },
  read({ tables }, report) {
    for (const { line, cells } of rowsOf(tables)) {
      const [name, due, last, place] = ['Wellness Reminder', 'Due Date', 'Last Completed', 'Location'].map(
        (column) => (cells[column] === undefined || saysNothing(cells[column]) ? undefined : cells[column]),
      );
      const { value } = readTextDate(due ?? '');
      if (due === undefined) {
        // Nothing is due: that it was done, or is watched for, is all the row says.
        report.emit(
          {
            resourceType: 'Observation',
            ...unsaid('status'),
            category: [aside],
            code: { text: `Wellness reminder: ${name ?? ''}` },
            subject: report.subject,
            ...filled({
              performer: listOf([named(place)]),
              note: notes(last && `Last Completed: ${last}`),
            }),
          },
          [line],
        );
        continue;
      }
      report.emit(
        {
          resourceType: 'ServiceRequest',
          ...filled({
            extension: listOf([
              valued(
                ourExtensions.asSent,
                'valueString',
                due === undefined || value !== undefined ? undefined : `Due Date: ${due}`,
              ),
            ]),
          }),
          status: 'unknown',
          intent: 'proposal',
          ...filled({ code: name && { text: `Wellness reminder: ${name}` } }),
          subject: report.subject,
          ...filled({
            occurrenceDateTime: value,
            locationReference: listOf([place && { display: place }]),
            note: notes(last && `Last Completed: ${last}`),
          }),
        },
        [line],
      );
    }
  },
};
