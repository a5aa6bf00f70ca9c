import { BlueButtonError } from '../../errors/index.ts';
import { decodeText } from '../text-encoding.ts';

/** One row of a table: its cells, and the line of the file it ends on. */
export interface CsvRow {
  cells: string[];
  line: number;
}

/** A table's rows, the header first. */
export interface CsvText {
  rows: CsvRow[];
  /** Set when the text is not in UTF-8: what it was read as. */
  misdeclared?: string;
}

/**
 * The rows of a table that is separated by commas, semicolons or tabs, whichever its first line has most of.
 *
 * @throws BlueButtonError `usage` when the bytes are no text, or quotation marks do not pair up.
 */
export async function readCsvRows(bytes: Uint8Array, name: string): Promise<CsvText> {
  const { text, misdeclared } = textOf(bytes, name);
  const { CsvError, parse } = await import('csv-parse/sync');
  const rows: CsvRow[] = [];
  let line = 1;
  try {
    parse(text, {
      delimiter: separatorOf(text),
      trim: true,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      on_record: (cells, { lines }) => {
        line = lines;
        rows.push({ cells, line });
        return null;
      },
    });
  } catch (thrown) {
    if (!(thrown instanceof CsvError)) throw thrown;
    throw new BlueButtonError('usage', `${name} is no CSV.`, {
      why: `Quotation marks do not pair up after line ${line}.`,
      try: 'look at that line: a cell that begins with a quotation mark must end with one',
      cause: thrown,
    });
  }
  return { rows, ...(misdeclared !== undefined && { misdeclared }) };
}

function textOf(bytes: Uint8Array, name: string): { text: string; misdeclared?: string } {
  try {
    const decoded = decodeText(bytes);
    if (!decoded.text.includes('\0')) return decoded;
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
  }
  throw new BlueButtonError('usage', `${name} is no text.`, {
    why: 'It holds bytes that no text has: perhaps it is a spreadsheet (.xlsx).',
    try: 'save it as CSV (UTF-8) in the spreadsheet program, then the same command with that file',
  });
}

function separatorOf(text: string): string {
  const [header = ''] = text.trimStart().split(/[\r\n]/, 1);
  const count = (separator: string): number => header.split(separator).length;
  const [most = ','] = [',', ';', '\t'].toSorted((one, other) => count(other) - count(one));
  return most;
}
