import type { JsonObject } from '../../json/index.ts';
import { lookUp, type Reading } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, filledOrNone, listOf } from '../json-parts.ts';
import { named } from '../text/members.ts';
import type { EpicExport } from './export.ts';
import { pointed, type EpicRow } from './row.ts';

/** `APPT_STATUS_C_NAME` and `CALCULATED_ENC_STAT_C_NAME` → R4 EncounterStatus; other words are `unknown`, as sent. */
const statuses: Readonly<Record<string, string>> = {
  scheduled: 'planned',
  arrived: 'arrived',
  completed: 'finished',
  canceled: 'cancelled',
  cancelled: 'cancelled',
  'no show': 'cancelled',
  complete: 'finished',
  possible: 'planned',
};

/** `ADT_PAT_CLASS_C_NAME` → HL7 v3-ActCode. */
const classes: Readonly<Record<string, string>> = {
  inpatient: 'IMP',
  emergency: 'EMER',
  observation: 'OBSENC',
  outpatient: 'AMB',
};

/** `PAT_ENC` → Encounter: every contact that Epic keeps, also calls and those about papers. */
export async function* readEncounters(epic: EpicExport): AsyncGenerator<Reading> {
  for await (const row of epic.rows('PAT_ENC')) {
    const csn = row.text('PAT_ENC_CSN_ID');
    if (csn !== undefined) epic.encounters.add(csn);
    row.text('PAT_ENC_DATE_REAL');
    const provider = row.text('VISIT_PROV_ID_PROV_NAME');
    const department = row.text('DEPARTMENT_ID_EXTERNAL_NAME');
    const type = row.text('HOSP_ADMSN_TYPE_C_NAME');
    yield epic.entry(
      {
        resourceType: 'Encounter',
        ...filled({
          identifier: csn === undefined ? undefined : [{ type: { text: 'PAT_ENC_CSN_ID' }, value: csn }],
        }),
        status: statusOf(row),
        class: classOf(row),
        ...filled({ type: listOf([type && { text: type }]) }),
        subject: epic.subject,
        ...filled({
          participant: listOf([provider && { individual: { display: provider } }]),
          period: filledOrNone({
            ...pointed('start', row.localTime('HOSP_ADMSN_TIME') ?? row.day('CONTACT_DATE')),
            ...pointed('end', row.localTime('HOSP_DISCHRG_TIME')),
          }),
          location: listOf([department && { location: { display: department } }]),
          serviceProvider: named(row.text('PRIMARY_LOC_ID_LOC_NAME')),
        }),
      },
      row,
      csn === undefined ? undefined : epic.id(`encounter ${csn}`, 'Encounter'),
    );
  }
}

function statusOf(row: EpicRow): string {
  const appointment = row.text('APPT_STATUS_C_NAME');
  const contact = row.text('CALCULATED_ENC_STAT_C_NAME');
  row.keep('APPT_STATUS_C_NAME', 'CALCULATED_ENC_STAT_C_NAME');
  const word = (appointment ?? contact)?.toLowerCase();
  return lookUp(statuses, word) ?? 'unknown';
}

function classOf(row: EpicRow): JsonObject {
  const word = row.text('ADT_PAT_CLASS_C_NAME');
  const code = lookUp(classes, word?.toLowerCase());
  if (code !== undefined)
    return { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code, ...filled({ display: word }) };
  return { extension: [absent('unknown')], ...filled({ display: word }) };
}
