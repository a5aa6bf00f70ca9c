import type { JsonObject } from '../../json/index.ts';
import { lookUp, ourExtensions, type Reading } from '../../model/index.ts';
import { filled, filledOrNone, listOf, numberOf, valued } from '../json-parts.ts';
import { named, notes, quantity, wordedOrAbsent } from '../text/members.ts';
import type { EpicExport } from './export.ts';
import { pointed, type EpicRow } from './row.ts';

/** Words of `ORDER_STATUS_C_NAME` and `ACT_ORDER_C_NAME` for an order that is over. */
const ended: Readonly<Record<string, string>> = {
  discontinued: 'stopped',
  'discontinued medication': 'stopped',
  completed: 'completed',
  'completed medication': 'completed',
  canceled: 'cancelled',
  cancelled: 'cancelled',
  'canceled medication': 'cancelled',
  'cancelled medication': 'cancelled',
};

const namingColumns = [
  'DESCRIPTION',
  'MEDICATION_ID_MEDICATION_NAME',
  'DISPLAY_NAME',
  'AMB_MED_DISP_NAME',
] as const;

/** `ORDER_MED` with `ORDER_MED_SIG` and `CLARITY_MEDICATION` → MedicationRequest. */
export async function* readMedications(epic: EpicExport): AsyncGenerator<Reading> {
  const names = await epic.named('CLARITY_MEDICATION', 'MEDICATION_ID', (row) =>
    row.text('NAME', 'MEDICATION_ID_MEDICATION_NAME', 'GENERIC_NAME'),
  );
  const instructions = await epic.joined('ORDER_MED_SIG', 'ORDER_ID', (row) => row.text('SIG_TEXT'));
  for await (const row of epic.rows('ORDER_MED')) {
    const id = row.text('ORDER_MED_ID');
    const name = row.text(...namingColumns) ?? names.take(row.text('MEDICATION_ID'))[0];
    row.keep('MEDICATION_ID');
    const isReported =
      /^historical/i.test(row.text('ORDER_CLASS_C_NAME') ?? '') ||
      row.text('PROVIDER_TYPE_C_NAME')?.toLowerCase() === 'documenting';
    row.keep('ORDER_CLASS_C_NAME', 'PROVIDER_TYPE_C_NAME');
    const remaining = row.text('REFILLS_REMAINING');
    const reason = row.text('RSN_FOR_DISCON_C_NAME');
    yield epic.entry(
      {
        resourceType: 'MedicationRequest',
        ...filled({
          extension: listOf([
            remaining === undefined || !/^\d+$/.test(remaining)
              ? valued(ourExtensions.asSent, 'valueString', remaining && `REFILLS_REMAINING: ${remaining}`)
              : { url: ourExtensions.refillsRemaining, valueUnsignedInt: Number(remaining) },
          ]),
          identifier: id === undefined ? undefined : [{ type: { text: 'ORDER_MED_ID' }, value: id }],
        }),
        status: statusOf(row, reason),
        ...filled({ statusReason: reason && { text: reason } }),
        intent: isReported ? 'plan' : 'order',
        ...(isReported && { reportedBoolean: true }),
        medicationCodeableConcept: wordedOrAbsent(name),
        subject: epic.subject,
        ...filled({ encounter: epic.encounter(row.text('PAT_ENC_CSN_ID')) }),
        ...pointed('authoredOn', row.localTime('ORDER_INST') ?? row.day('ORDERING_DATE')),
        ...filled({
          requester: named(row.text('AUTHRZING_PROV_ID_PROV_NAME', 'MED_PRESC_PROV_ID_PROV_NAME')),
          recorder: named(row.text('ORD_CREATR_USER_ID_NAME')),
          note: notes(row.text('MED_COMMENTS')),
          dosageInstruction: listOf([dosage(row, instructions.take(id))]),
          dispenseRequest: dispense(row),
        }),
      },
      row,
    );
  }
}

/**
 * What is over is over by any of its columns. An order that nothing ended is active by Epic's documentation; one that states
 * an end is not called so here: the export has no date of its own to tell whether that end has come.
 */
function statusOf(row: EpicRow, reason: string | undefined): string {
  const words = [row.text('ORDER_STATUS_C_NAME'), row.text('ACT_ORDER_C_NAME')];
  const isPending = row.isYes('IS_PENDING_ORD_YN');
  const isDiscontinued = row.text('DISCON_TIME') !== undefined || reason !== undefined;
  row.keep('ORDER_STATUS_C_NAME', 'ACT_ORDER_C_NAME', 'DISCON_TIME');
  if (!isPending) row.keep('IS_PENDING_ORD_YN');
  const [over] = words.flatMap((word) => lookUp(ended, word?.toLowerCase()) ?? []);
  if (over !== undefined) return over;
  if (isDiscontinued) return 'stopped';
  if (isPending) return 'draft';
  const hasEnd = row.text('END_DATE', 'ORDER_END_TIME') !== undefined;
  row.keep('END_DATE', 'ORDER_END_TIME');
  const isActive = words.some((word) => /^active\b/i.test(word ?? ''));
  return isActive && !hasEnd ? 'active' : 'unknown';
}

function dosage(row: EpicRow, words: readonly string[]): JsonObject | undefined {
  const often = row.text('HV_DISCR_FREQ_ID_FREQ_NAME');
  const route = row.text('MED_ROUTE_C_NAME');
  const amount = numberOf(row.text('HV_DISCRETE_DOSE'));
  const unit = row.text('HV_DOSE_UNIT_C_NAME');
  if (amount === undefined) row.keep('HV_DISCRETE_DOSE', 'HV_DOSE_UNIT_C_NAME');
  return filledOrNone({
    text: words.length > 0 ? words.join('\n') : undefined,
    timing: filledOrNone({
      repeat: filledOrNone({
        boundsPeriod: filledOrNone({
          ...pointed('start', row.day('START_DATE')),
          ...pointed('end', row.day('END_DATE')),
        }),
      }),
      code: often && { text: often },
    }),
    route: route && { text: route },
    doseAndRate: amount === undefined ? undefined : [{ doseQuantity: quantity(amount, unit) }],
  });
}

/** `QUANTITY` is written as `90 tablet`. */
function dispense(row: EpicRow): JsonObject | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(?:\s+([^\d\s].*))?$/.exec(row.text('QUANTITY') ?? '') ?? [];
  const amount = numberOf(digits);
  if (amount === undefined) row.keep('QUANTITY');
  const refills = row.text('REFILLS');
  const isCounted = /^\d+$/.test(refills ?? '');
  if (!isCounted) row.keep('REFILLS');
  return filledOrNone({
    numberOfRepeatsAllowed: isCounted ? Number(refills) : undefined,
    quantity: amount === undefined ? undefined : quantity(amount, unit),
    performer: named(row.text('PHARMACY_ID_PHARMACY_NAME')),
  });
}
