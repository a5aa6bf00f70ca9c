import { stringify } from 'csv-stringify/sync';
import { sectionNamed, type HealthRecord, type Row } from '../model/index.ts';
import { fieldText } from './words.ts';

/** Columns every section's table has, before and after its own. `assertion` stands before the name it qualifies. */
const before = [
  'id',
  'resourceType',
  'assertion',
  'name',
  'status',
  'statusAsRecorded',
  'asOf',
  'date',
  'start',
  'end',
  'recorded',
];
const after = ['codes', 'informant', 'cautions', 'asWritten', 'details', 'sources'];

/**
 * One section as CSV (RFC 4180, CR LF, UTF-8, header row). The columns depend on the section alone, so that every
 * export has the same ones; a `patient` column comes first when the input holds several people.
 */
export function renderCsv(record: HealthRecord, sectionName: string): string {
  const section = sectionNamed(sectionName);
  if (section === undefined) throw new TypeError(`no section is called ${sectionName}`);
  const columns = [
    ...(record.people ? ['patient'] : []),
    ...before,
    ...Object.keys(section.fields),
    ...after,
  ];
  const rows = record.sections[sectionName] ?? [];
  return stringify([columns, ...rows.map((row) => columns.map((column) => cell(row, column)))], {
    record_delimiter: 'windows',
    // A lone LF inside a cell would end the row for readers that take either line end.
    quoted_match: /[\r\n]/,
  });
}

function cell(row: Row, column: string): string {
  const text = fieldText(row, column);
  return isFormula(text) ? `'${text}` : text;
}

/** What a spreadsheet would run. A plain number, negative too, is what it looks like and stays. */
function isFormula(text: string): boolean {
  return /^[=+\-@\t\r\n]/.test(text) && !/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text);
}
