import type { JsonObject } from '../../json/index.ts';
import { filled, listOf } from '../json-parts.ts';
import { coded, observationCategory, unsaid, wordedOrAbsent } from '../text/members.ts';
import type { SectionReader } from '../text/section-reader.ts';
import type { TableRow, TextTable } from '../text/table.ts';
import { readTextDate } from '../text/text-date.ts';
import { pointMembers } from '../point-in-time.ts';

/**
 * What the Department of Defense has on a person's service: each row of its tables → Observation of social history, its
 * columns as components. What the codes in them mean stands below the tables, in the section's own words.
 */
export const militaryService: SectionReader = {
  titles: ['DOD MILITARY SERVICE INFORMATION', 'MILITARY SERVICE'],
  hasTables: true,
  grammar: { start: [], prose: /^./ },
  read({ tables, section }, report) {
    for (const table of tables) {
      for (const row of table.rows) report.emit(serviceRow(table, row, report.subject), [row.line]);
    }
    // The translations of codes explain all rows, and state nothing of the person.
    const from = section.lines.findIndex(({ text }) => /^Translations of Codes/i.test(text.trim()));
    if (from >= 0) report.layout(section.lines.slice(from));
  },
};

function serviceRow(
  { title, columns }: TextTable,
  { cells }: TableRow,
  subject: JsonObject,
): JsonObject & { resourceType: string } {
  const dates = ['Begin Date', 'End Date'].map((column) => cells[column]);
  const [begin, end] = dates;
  const period = {
    ...(begin === undefined ? {} : pointMembers('start', readTextDate(begin))),
    ...(end === undefined ? {} : pointMembers('end', readTextDate(end))),
  };
  return {
    resourceType: 'Observation',
    ...unsaid('status'),
    category: [coded(observationCategory, 'social-history')],
    code: wordedOrAbsent(title ?? 'Military service'),
    subject,
    ...filled({
      effectivePeriod: period,
      component: listOf(
        columns
          .filter((column) => !['Begin Date', 'End Date'].includes(column))
          .flatMap((column) => {
            const cell = cells[column];
            return cell === undefined ? [] : [{ code: { text: column }, valueString: cell }];
          }),
      ),
    }),
  };
}
