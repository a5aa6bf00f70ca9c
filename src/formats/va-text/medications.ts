import type { JsonObject } from '../../json/index.ts';
import { lookUp, ourExtensions } from '../../model/index.ts';
import { filled, filledOrNone, listOf, numberOf, valued } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { readTextDate } from '../text/text-date.ts';
import { named, notes, quantity, unsaid, wordedOrAbsent } from '../text/members.ts';
import { eachRecord, type SectionReader } from '../text/section-reader.ts';
import { prose } from './prose.ts';

/**
 * VA pharmacy status → MedicationRequest.status. An expired prescription can no longer be refilled: as an order it is over.
 * A suspended one is an active one whose next refill waits for its day. Every other word, and "Deleted", is `unknown`.
 */
const statuses: Readonly<Record<string, string>> = {
  active: 'active',
  submitted: 'active',
  'refill in process': 'active',
  'active: refill in process': 'active',
  'active: submitted': 'active',
  'active: on hold': 'on-hold',
  'active: suspended': 'active',
  'active: parked': 'active',
  suspended: 'active',
  hold: 'on-hold',
  'on hold': 'on-hold',
  'provider hold': 'on-hold',
  discontinued: 'stopped',
  'discontinued by provider': 'stopped',
  'discontinued (edit)': 'stopped',
  expired: 'completed',
};

/** A prescription of VA's pharmacies → MedicationRequest. The pharmacy's own word for its state is the reason for the status. */
export const vaMedications: SectionReader = {
  titles: ['VA MEDICATION HISTORY'],
  loinc: '10160-0',
  grammar: {
    start: ['Medication'],
    keys: [
      'Status',
      'Refills Remaining',
      'Last Filled On',
      'Initially Ordered On',
      'Quantity',
      'Days Supply',
      'Pharmacy',
      'Prescription Number',
    ],
    words: ['Instructions'],
    prose,
  },
  read: eachRecord((record, report) => {
    const name = record.text('Medication');
    const instructions = record.text('Instructions');
    const status = record.text('Status');
    const code = lookUp(statuses, status?.toLowerCase());
    const number = record.text('Prescription Number');
    const refills = record.text('Refills Remaining');
    const filledOn = record.text('Last Filled On');
    report.emit(
      {
        resourceType: 'MedicationRequest',
        ...filled({
          extension: listOf([
            refillsRemaining(refills),
            filledOn === undefined
              ? undefined
              : { url: ourExtensions.lastFilled, ...pointMembers('valueDateTime', readTextDate(filledOn)) },
          ]),
          identifier: listOf([number && { type: { text: 'Prescription Number' }, value: number }]),
        }),
        ...(status === undefined ? unsaid('status') : { status: code ?? 'unknown' }),
        ...filled({
          statusReason: status === undefined || status.toLowerCase() === code ? undefined : { text: status },
        }),
        intent: 'order',
        medicationCodeableConcept: wordedOrAbsent(name),
        subject: report.subject,
        ...record.date('authoredOn', 'Initially Ordered On'),
        ...filled({
          dosageInstruction: listOf([instructions && { text: instructions }]),
          dispenseRequest: filledOrNone({
            quantity: record.read('Quantity', amount),
            expectedSupplyDuration: record.read('Days Supply', days),
            performer: named(record.text('Pharmacy')),
          }),
        }),
      },
      record,
    );
  }),
};

function refillsRemaining(text: string | undefined): JsonObject | undefined {
  if (text === undefined) return undefined;
  return /^\d+$/.test(text)
    ? { url: ourExtensions.refillsRemaining, valueUnsignedInt: Number(text) }
    : valued(ourExtensions.asSent, 'valueString', `Refills Remaining: ${text}`);
}

function amount(text: string): JsonObject | undefined {
  const value = numberOf(text);
  return value === undefined ? undefined : quantity(value, undefined);
}

function days(text: string): JsonObject | undefined {
  const value = numberOf(text);
  return value === undefined
    ? undefined
    : { value, unit: 'days', system: 'http://unitsofmeasure.org', code: 'd' };
}

/** What a person takes by their own account → MedicationStatement. Whether it is still taken is not said, unless it ended. */
export const selfReportedMedications: SectionReader = {
  titles: ['SELF REPORTED MEDICATIONS AND SUPPLEMENTS', 'MEDICATIONS AND SUPPLEMENTS'],
  isSelfReported: true,
  loinc: '10160-0',
  grammar: {
    start: ['Category'],
    keys: [
      'Drug Name',
      'Prescription Number',
      'Strength',
      'Dose',
      'Frequency',
      'Start Date',
      'Stop Date',
      'Pharmacy Name',
      'Pharmacy Phone',
    ],
    words: ['Reason for taking', 'Comments'],
    prose,
  },
  read: eachRecord((record, report) => {
    const category = record.text('Category');
    const number = record.text('Prescription Number');
    const dosage = ['Strength', 'Dose', 'Frequency'].flatMap((key) => {
      const value = record.text(key);
      return value === undefined ? [] : [`${key}: ${value}`];
    });
    const reason = record.text('Reason for taking');
    report.emit(
      {
        resourceType: 'MedicationStatement',
        ...filled({
          identifier: listOf([number && { type: { text: 'Prescription Number' }, value: number }]),
        }),
        status: 'unknown',
        ...filled({ category: category && { text: category } }),
        medicationCodeableConcept: wordedOrAbsent(record.text('Drug Name')),
        subject: report.subject,
        ...filled({
          effectivePeriod: filledOrNone({
            ...record.date('start', 'Start Date'),
            ...record.date('end', 'Stop Date'),
          }),
        }),
        informationSource: report.subject,
        ...filled({
          reasonCode: listOf([reason && { text: reason }]),
          note: notes(record.text('Comments')),
          dosage: listOf([dosage.length > 0 ? { text: dosage.join('; ') } : undefined]),
        }),
      },
      record,
    );
  }),
};
