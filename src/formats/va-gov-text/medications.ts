import { lookUp, ourExtensions } from '../../model/index.ts';
import { filled, filledOrNone, listOf, numberOf } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { named, notes, quantity, unsaid, wordedOrAbsent } from '../text/members.ts';
import type { TextRecord } from '../text/record.ts';
import type { TextReport } from '../text/report.ts';
import { readTextDate } from '../text/text-date.ts';
import type { VaGovSection } from './section.ts';
import { oneRecord } from './titled.ts';

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
  const starts = lines.flatMap(({ text }, index) => (text.startsWith('Title: ') ? [index] : []));
  report.layout(lines.slice(0, starts[0] ?? lines.length));
  for (const [position, start] of starts.entries()) {
    const own = lines.slice(start, starts[position + 1]);
    // A line with a dash and no key is advice to everyone, and ends the value before it.
    const items = own
      .filter(({ text }) => !text.startsWith('- ') || isItem(text))
      .map((line) => ({ ...line, text: line.text.replace(/^- /, '') }));
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
    report.layout(own.filter(({ number, text }) => numbers.has(number) || text.startsWith('- ')));
    record.text('Note');
    const isPrescription = own.some(({ text }) => text.startsWith('About your prescription'));
    if (isPrescription) emitPrescription(record, report);
    else emitOnRecord(record, report);
  }
};

/** `- Status: Active`, and not a sentence to everyone that has a colon in it. */
function isItem(text: string): boolean {
  const key = /^- ([^:]{1,60}):(?!:)/.exec(text)?.[1];
  return key !== undefined && key.split(' ').length <= 7 && !/^(This|A|You|If|Non-VA)\b/.test(key);
}

function emitPrescription(record: TextRecord, report: TextReport): void {
  const status = record.text('Status');
  const code = lookUp(prescriptionStatuses, status?.toLowerCase());
  const number = record.text('Prescription number');
  // "Not filled yet" is no date, and stays as sent.
  const filledOn = record.read('Last filled on', (text) => {
    const date = readTextDate(text);
    return date.unreadable === undefined ? date : undefined;
  });
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
            : { url: ourExtensions.lastFilled, ...pointMembers('valueDateTime', filledOn) },
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
