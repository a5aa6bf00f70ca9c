import type { JsonObject } from '../../json/index.ts';
import { lookUp, type Reading, type Resource } from '../../model/index.ts';
import { filled, filledOrNone, listOf, numberOf } from '../json-parts.ts';
import { coded, measured, named, notes, quantity, wordedOrAbsent } from '../text/members.ts';
import { textAttachment } from '../text-attachment.ts';
import type { EpicExport } from './export.ts';
import type { Joined } from './joined.ts';
import { pointed, type EpicRow } from './row.ts';

/** `RESULT_STATUS_C_NAME` and `LAB_STATUS_C_NAME` → status of an Observation; other words are `unknown`, as sent. */
const statuses: Readonly<Record<string, string>> = {
  preliminary: 'preliminary',
  'preliminary result': 'preliminary',
  incomplete: 'preliminary',
  'in progress': 'registered',
  'in process': 'registered',
  final: 'final',
  'final result': 'final',
  corrected: 'corrected',
  edited: 'amended',
  'edited result': 'amended',
  'edited result - final': 'amended',
};

const interpretation = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';

/** `RESULT_FLAG_C_NAME` → HL7 v3 ObservationInterpretation; other words stay words. */
const flags: Readonly<Record<string, string>> = {
  normal: 'N',
  high: 'H',
  low: 'L',
  abnormal: 'A',
  'high panic': 'HH',
  'low panic': 'LL',
};

/** Words of `ORDER_STATUS_C_NAME` for an order that is over, in R4's request-status. */
const orderStatuses: Readonly<Record<string, string>> = {
  completed: 'completed',
  canceled: 'revoked',
  cancelled: 'revoked',
  discontinued: 'revoked',
};

/** `ORDER_RESULTS`, then `ORDER_PROC` with `ORDER_NARRATIVE` and `ORDER_IMPRESSION`. */
export async function* readOrders(epic: EpicExport): AsyncGenerator<Reading> {
  const loinc = await epic.named('LNC_DB_MAIN', 'RECORD_ID', (row) => row.text('LNC_CODE'));
  const results = new Map<string, JsonObject[]>();
  for await (const row of epic.rows('ORDER_RESULTS')) {
    const order = row.text('ORDER_PROC_ID') ?? '';
    const id = epic.id(`result line ${row.line}`, 'Observation');
    yield epic.entry(observation(row, epic, loinc), row, id);
    const reference = { reference: `Observation/${id}` };
    const known = results.get(order);
    if (known === undefined) results.set(order, [reference]);
    else known.push(reference);
  }
  const narratives = await linesOf(epic, 'ORDER_NARRATIVE', 'NARRATIVE');
  const impressions = await linesOf(epic, 'ORDER_IMPRESSION', 'IMPRESSION');
  for await (const row of epic.rows('ORDER_PROC')) {
    const order = row.text('ORDER_PROC_ID') ?? '';
    const found = {
      results: results.get(order),
      narrative: textOf(narratives.take(order)),
      impression: textOf(impressions.take(order)),
    };
    const hasResult = Object.values(found).some((part) => part !== undefined);
    yield epic.entry(hasResult ? report(row, epic, found) : request(row, epic), row);
  }
}

interface TextLine {
  number: number;
  text: string;
}

/** The lines of texts that orders brought. */
function linesOf(epic: EpicExport, table: string, column: string): Promise<Joined<TextLine>> {
  return epic.joined(table, 'ORDER_PROC_ID', (row) => ({
    number: Number(row.text('LINE') ?? 0),
    text: row.text(column) ?? '',
  }));
}

/** A text of its lines, by their numbers; undefined without any. */
function textOf(lines: readonly TextLine[]): string | undefined {
  if (lines.length === 0) return undefined;
  const inOrder = lines.toSorted((one, other) => one.number - other.number);
  return inOrder.map(({ text }) => text).join('\n');
}

function observation(row: EpicRow, epic: EpicExport, loinc: Joined<string>): Resource {
  row.text('LINE');
  const code = loinc.take(row.text('COMPON_LNC_ID'))[0];
  if (code === undefined) row.keep('COMPON_LNC_ID');
  // The same as a number, and 9999999 for what is none.
  if (row.text('ORD_VALUE') !== undefined) row.text('ORD_NUM_VALUE');
  const unit = row.text('REFERENCE_UNIT', 'REF_UNIT_UOM_ID_UNIT_NAME');
  const flag = row.text('RESULT_FLAG_C_NAME');
  const flagCode = lookUp(flags, flag?.toLowerCase());
  return {
    resourceType: 'Observation',
    status: statusOf(row, 'RESULT_STATUS_C_NAME', 'LAB_STATUS_C_NAME'),
    code: {
      ...filled({ coding: listOf([code && { system: 'http://loinc.org', code }]) }),
      ...wordedOrAbsent(row.text('COMPONENT_ID_NAME')),
    },
    subject: epic.subject,
    ...filled({ encounter: epic.encounter(row.text('PAT_ENC_CSN_ID')) }),
    ...pointed('effectiveDateTime', row.localTime('COMP_OBS_INST_TM') ?? row.day('RESULT_DATE')),
    ...filled({ performer: listOf([named(row.text('RESULTING_LAB_ID_LLB_NAME'))]) }),
    ...measured(row.text('ORD_VALUE') ?? row.text('ORD_NUM_VALUE'), unit),
    ...filled({
      interpretation:
        flag === undefined || flag === '(NONE)'
          ? undefined
          : [{ ...(flagCode !== undefined && coded(interpretation, flagCode)), text: flag }],
      note: notes(row.text('COMPONENT_COMMENT')),
      referenceRange: listOf([range(row, unit)]),
    }),
  };
}

/** The words of a range stand in the place of its numbers (`REF_NORMAL_VALS`). */
function range(row: EpicRow, unit: string | undefined): JsonObject | undefined {
  const [low, high] = ['REFERENCE_LOW', 'REFERENCE_HIGH'].map((column) => {
    const value = numberOf(row.text(column));
    if (value === undefined) row.keep(column);
    return value === undefined ? undefined : quantity(value, unit);
  });
  return filledOrNone({ low, high, text: row.text('REF_NORMAL_VALS') });
}

function statusOf(row: EpicRow, ...columns: readonly string[]): string {
  const words = columns.map((column) => row.text(column));
  const read = words.map((word) => lookUp(statuses, word?.toLowerCase()));
  const status = read.find((one) => one !== undefined);
  row.keep(...columns.filter((_, index) => read[index] === undefined || read[index] !== status));
  return status ?? 'unknown';
}

/** What an order brought. */
interface OrderResult {
  results: JsonObject[] | undefined;
  narrative: string | undefined;
  impression: string | undefined;
}

/** What an order brought, as one report. */
function report(row: EpicRow, epic: EpicExport, { results, narrative, impression }: OrderResult): Resource {
  return {
    resourceType: 'DiagnosticReport',
    status: statusOf(row, 'LAB_STATUS_C_NAME', 'RADIOLOGY_STATUS_C_NAME'),
    ...about(row, epic),
    ...pointed(
      'effectiveDateTime',
      row.localTime('RESULT_TIME', 'PROC_START_TIME') ?? row.day('ORDERING_DATE'),
    ),
    ...filled({
      resultsInterpreter: listOf([named(row.text('RSLTS_INTERPRETER'))]),
      result: results,
      conclusion: impression,
      presentedForm: narrative === undefined ? undefined : [textAttachment(narrative)],
    }),
  };
}

/** An order that brought nothing the tables tell of. */
function request(row: EpicRow, epic: EpicExport): Resource {
  const status = row.text('ORDER_STATUS_C_NAME');
  row.keep('ORDER_STATUS_C_NAME');
  return {
    resourceType: 'ServiceRequest',
    status: row.isYes('IS_PENDING_ORD_YN')
      ? 'draft'
      : (lookUp(orderStatuses, status?.toLowerCase()) ?? 'unknown'),
    intent: 'order',
    ...about(row, epic),
    ...pointed('authoredOn', row.localTime('ORDER_INST') ?? row.day('ORDERING_DATE')),
    ...filled({ requester: named(row.text('AUTHRZING_PROV_ID_PROV_NAME')) }),
  };
}

function about(row: EpicRow, epic: EpicExport): JsonObject {
  const type = row.text('ORDER_TYPE_C_NAME');
  return filled({
    category: listOf([type && { text: type }]),
    code: wordedOrAbsent(row.text('DISPLAY_NAME', 'DESCRIPTION', 'PROC_ID_PROC_NAME')),
    subject: epic.subject,
    encounter: epic.encounter(row.text('PAT_ENC_CSN_ID')),
  });
}
