import type { JsonObject } from '../../json/index.ts';
import type { Reading } from '../../model/index.ts';
import { filled, listOf } from '../json-parts.ts';
import { aside, measured, named, notes, unsaid } from '../text/members.ts';
import { isVitalSignName, measurement, vitalSignCategory, vitalSignCode } from '../text/vital-sign.ts';
import type { EpicExport } from './export.ts';
import { Joined } from './joined.ts';
import { pointed, type EpicRow } from './row.ts';

/** What `V_EHI_FLO_MEAS_VALUE` says of a reading. */
interface FlowsheetValue {
  value: string | undefined;
  unit: string | undefined;
  type: string | undefined;
}

const nothing: FlowsheetValue = { value: undefined, unit: undefined, type: undefined };

/** `VALUE_TYPE_C_NAME` of what can only be a vital sign. */
const vitalTypes = /^(blood pressure|temperature|(patient )?(height|weight))$/i;

/** Names of rows that mean a vital sign, beside those that every format knows. */
const vitalNames = /^(bp|resp|respirations|temp|spo2|pulse ox|bmi)$/i;

/** Words of Epic's documentation for units → words that have a code. */
const units: Readonly<Record<string, string>> = { '°F': 'F', inches: 'in' };

/**
 * `IP_FLWSHT_MEAS` and `V_EHI_FLO_MEAS_VALUE` → Observation: vital signs, and everything else that flowsheets hold (answers
 * to questions, scores, what is calculated).
 */
export async function* readFlowsheets(epic: EpicExport): AsyncGenerator<Reading> {
  const values = new Joined<FlowsheetValue>('V_EHI_FLO_MEAS_VALUE');
  for await (const row of epic.rows('V_EHI_FLO_MEAS_VALUE')) {
    values.add(placeOf(row), {
      value: row.text('MEAS_VALUE_EXTERNAL'),
      unit: row.text('UNITS'),
      type: row.text('VALUE_TYPE_C_NAME'),
    });
  }
  epic.mustBePlaced(values);
  // Whose they are, of one person, is known.
  for await (const _ of epic.rows('IP_FLWSHT_REC'));
  for await (const row of epic.rows('IP_FLWSHT_MEAS')) {
    const [{ value, unit, type } = nothing] = values.take(placeOf(row));
    const name = row.text('FLO_MEAS_ID_DISP_NAME');
    const isVital = vitalTypes.test(type ?? '') || vitalNames.test(name ?? '') || isVitalSignName(name);
    yield epic.entry(
      {
        resourceType: 'Observation',
        ...statusOf(row),
        category: [isVital ? vitalSignCategory : aside],
        code: codeOf(name, type),
        subject: epic.subject,
        ...pointed('effectiveDateTime', row.localTime('RECORDED_TIME')),
        ...filled({ performer: listOf([named(row.text('TAKEN_USER_ID_NAME'))]) }),
        ...valueOf(value, unit, type),
        ...filled({ note: notes(row.text('MEAS_COMMENT')) }),
      },
      row,
    );
  }
}

/** A reading is accepted or not yet; a row that says neither states no status. */
function statusOf(row: EpicRow): JsonObject {
  const accepted = row.text('ISACCEPTED_YN');
  return accepted === undefined ? unsaid('status') : { status: accepted === 'Y' ? 'final' : 'preliminary' };
}

/** The two columns that a reading and its value have in common. */
function placeOf(row: EpicRow): string {
  return `${row.text('FSD_ID') ?? ''} ${row.text('LINE') ?? ''}`;
}

function codeOf(name: string | undefined, type: string | undefined): JsonObject {
  return /^blood pressure$/i.test(type ?? '')
    ? { ...vitalSignCode('blood pressure'), text: name ?? 'Blood Pressure' }
    : vitalSignCode(name);
}

/** A blood pressure is written `142/74`; its unit is not. */
function valueOf(value: string | undefined, unit: string | undefined, type: string | undefined): JsonObject {
  if (/^blood pressure$/i.test(type ?? '') && /^\d+\/\d+$/.test(value ?? '')) return measurement(value);
  return measured(value, unit === undefined ? undefined : (units[unit] ?? unit));
}
