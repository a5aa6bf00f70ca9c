import type { Reading } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { coded } from '../text/members.ts';
import type { EpicExport } from './export.ts';
import { epicRecordName } from './format.ts';
import { UnreadableTable } from './table.ts';

/** A drawer of the record that Epic's tables say more of than is read. */
export interface UnreadDrawer {
  title: string;
  /** LOINC code of the section that speaks of it. */
  loinc: string;
  /** The tables that hold it, where this tool reads none of them. */
  tables?: readonly string[];
}

export const drawers = {
  allergies: { title: 'Allergies', loinc: '48765-2' },
  problems: { title: 'Problems', loinc: '11450-4' },
  medications: { title: 'Medications', loinc: '10160-0' },
  immunizations: { title: 'Immunizations', loinc: '11369-6' },
  results: { title: 'Results', loinc: '30954-2' },
  vitalSigns: { title: 'Vital signs', loinc: '8716-3' },
  encounters: { title: 'Encounters', loinc: '46240-8' },
} as const satisfies Record<string, UnreadDrawer>;

/** Drawers whose tables nothing is read of. */
const neverRead: readonly UnreadDrawer[] = [
  { title: 'Procedures', loinc: '47519-4', tables: ['SURGICAL_HX', 'OR_LOG', 'OR_CASE'] },
  { title: 'Coverage', loinc: '48768-6', tables: ['COVERAGE'] },
];

const notAccessible = coded('urn:x-bluebutton:empty-reason', 'not-accessible');

/**
 * The tables that nothing was read of: named in one finding, and where a whole drawer lies in them, a document section says
 * that it could not be reached. A drawer that is not read must not look empty.
 */
export async function* unreadTables(
  epic: EpicExport,
  damaged: readonly UnreadDrawer[],
): AsyncGenerator<Reading> {
  const unread: string[] = [];
  let count = 0;
  for (const table of epic.unread()) {
    const rows = await table.countRows().catch((thrown: unknown) => {
      if (thrown instanceof UnreadableTable) return undefined;
      throw thrown;
    });
    if (rows === 0) continue;
    unread.push(table.name);
    count += rows ?? 0;
  }
  unread.sort();
  if (unread.length > 0) epic.find('lost', 'unread-tables', told(unread, count));
  const missing = [
    ...damaged,
    ...neverRead.filter(({ tables = [] }) => tables.some((name) => unread.includes(name))),
  ];
  if (missing.length === 0) return;
  yield epic.wholeEntry({
    resourceType: 'Composition',
    id: epic.id('the tables', 'Composition'),
    status: 'final',
    type: { text: epicRecordName },
    subject: epic.subject,
    _date: { extension: [absent('unknown')] },
    author: [{ display: 'Epic' }],
    title: epicRecordName,
    section: missing.map(({ title, loinc }) => ({
      title,
      code: coded('http://loinc.org', loinc),
      text: { status: 'empty', div: '<div xmlns="http://www.w3.org/1999/xhtml">(no text)</div>' },
      emptyReason: notAccessible,
    })),
  });
}

function told(names: readonly string[], rows: number): string {
  const shown = names.slice(0, 20).join(', ');
  const more = names.length > 20 ? ` and ${names.length - 20} more` : '';
  const which = names.length === 1 ? "one of Epic's tables is" : `${names.length} of Epic's tables are`;
  return `${which} not read (${rows} ${rows === 1 ? 'row' : 'rows'}): ${shown}${more}; they are kept in the file`;
}
