import { ourExtensions } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { unsaid } from '../text/members.ts';
import { readTextDate } from '../text/text-date.ts';
import type { VaGovSection } from './section.ts';
import { oneRecord } from './titled.ts';

const upcoming = 'Upcoming Appointments';

/** An appointment → Appointment; the heading says whether it is still to come. */
export const appointments: VaGovSection = ({ lines }, report) => {
  const groupAt = (index: number): string | undefined =>
    lines
      .slice(0, index + 1)
      .map(({ text }) => /^- (Upcoming Appointments|Past Appointments):/.exec(text)?.[1])
      .findLast((group) => group !== undefined);
  const starts = lines.flatMap(({ text }, index) => (text.startsWith('Date: ') ? [index] : []));
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
