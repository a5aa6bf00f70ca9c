import type { JsonObject } from '../../json/index.ts';
import type { Reading } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, filledOrNone } from '../json-parts.ts';
import { isOnCalendar } from '../point-in-time.ts';
import { coded, named, notes, wordedOrAbsent } from '../text/members.ts';
import type { EpicExport } from './export.ts';
import { pointed, type EpicRow } from './row.ts';

const clinical = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const verification = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';

/** `PROBLEM_LIST`, named by `CLARITY_EDG` → Condition. The documented tables have no codes of diagnoses. */
export async function* readProblems(epic: EpicExport): AsyncGenerator<Reading> {
  const names = await epic.named('CLARITY_EDG', 'DX_ID', (row) => row.text('DX_NAME', 'DX_ID_DX_NAME'));
  const listed = await epic.listed('PAT_PROBLEM_LIST', 'PROBLEM_LIST_ID');
  for await (const row of epic.rows('PROBLEM_LIST')) {
    listed.delete(row.text('PROBLEM_LIST_ID') ?? '');
    const diagnosis = row.text('DX_ID_DX_NAME') ?? names.take(row.text('DX_ID'))[0];
    row.keep('DX_ID');
    const shown = row.text('DESCRIPTION');
    yield epic.entry(
      {
        resourceType: 'Condition',
        ...statusOf(row),
        category: [coded('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item')],
        code: wordedOrAbsent(shown ?? diagnosis),
        subject: epic.subject,
        ...onset(row),
        ...filled({
          recorder: named(row.text('ENTRY_USER_ID_NAME')),
          note: notes(
            row.text('PROBLEM_CMT'),
            shown !== undefined && diagnosis !== undefined && shown !== diagnosis
              ? `Diagnosis: ${diagnosis}`
              : undefined,
          ),
        }),
      },
      row,
    );
  }
  epic.tellMissing(listed, 'PAT_PROBLEM_LIST');
}

/** Active, resolved or deleted, by Epic's documentation. R4 lets only what is over have an end (con-4). */
function statusOf(row: EpicRow): JsonObject {
  const word = row.text('PROBLEM_STATUS_C_NAME');
  if (word !== undefined && /delete|error/i.test(word))
    return { verificationStatus: { ...coded(verification, 'entered-in-error'), text: word } };
  if (word?.toLowerCase() === 'resolved')
    return {
      clinicalStatus: coded(clinical, 'resolved'),
      ...pointed('abatementDateTime', row.day('RESOLVED_DATE')),
    };
  const clinicalStatus =
    word === undefined
      ? { extension: [absent('unknown')] }
      : word.toLowerCase() === 'active'
        ? coded(clinical, 'active')
        : { text: word };
  return { clinicalStatus };
}

/**
 * When it was "noted/onset": the first and the last day it could have been. A whole year or month is that year or month
 * (Epic: 2012 is written as 1/1/2012 and 12/31/2012); without a last day the first one is the day.
 */
function onset(row: EpicRow): JsonObject {
  const first = row.day('NOTED_DATE');
  const last = row.day('NOTED_END_DATE');
  const [from, to] = [first?.value, last?.value];
  if (to === undefined || from === undefined || from === to) {
    if (last?.unreadable !== undefined || from === undefined) row.keep('NOTED_END_DATE');
    return pointed('onsetDateTime', first);
  }
  const span = wholeOf(from, to);
  if (span !== undefined) return { onsetDateTime: span };
  return filled({ onsetPeriod: filledOrNone({ start: from, end: to }) });
}

function wholeOf(from: string, to: string): string | undefined {
  const [year = '', month = '', day] = to.split('-');
  if (from === `${year}-01-01` && to === `${year}-12-31`) return year;
  const isLastDay = day !== undefined && !isOnCalendar(year, month, String(Number(day) + 1));
  return from === `${year}-${month}-01` && isLastDay ? `${year}-${month}` : undefined;
}
