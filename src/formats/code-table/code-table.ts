import { BlueButtonError } from '../../errors/index.ts';
import type { CodeNames } from '../../model/index.ts';
import { codeKey, systemsOf } from './code-key.ts';
import { readCsvRows, type CsvRow } from './csv-rows.ts';

/** Names of codes, from a table a person brought. */
export interface CodeTable {
  names: CodeNames;
  /** What of the table is not used and why, and what is odd about it: one sentence each. */
  notices: string[];
}

/** Where the three columns stand. */
interface Columns {
  code: number;
  system: number;
  name: number;
  /** How many columns there are. */
  all: number;
}

const usualSystems = 'NDC, HCPCS, CPT, RxNorm, LOINC, SNOMED CT, ICD-10-CM, CVX …';

/**
 * Reads a table of code names: CSV with the columns `code`, `system` and `display` (or `name`, or `description`) in any
 * order. A row that cannot be relied on is left out and told; a code with two names has none.
 *
 * @throws BlueButtonError `usage` when the file is no such table, or no row of it can be used.
 */
export async function readCodeTable(bytes: Uint8Array, name: string): Promise<CodeTable> {
  const { rows, misdeclared } = await readCsvRows(bytes, name);
  const [header, ...body] = rows;
  const columns = columnsOf(header, name);
  const names = new Map<string, string>();
  const contested = new Set<string>();
  const leftOut = new Map<string, number[]>();
  const leaveOut = (reason: string, line: number): void => {
    const lines = leftOut.get(reason) ?? [];
    if (lines.length === 0) leftOut.set(reason, lines);
    lines.push(line);
  };
  for (const { cells, line } of body) {
    const reading = readEntry(cells, columns);
    if (typeof reading === 'string') {
      leaveOut(reading, line);
      continue;
    }
    for (const key of reading.keys) {
      const other = names.get(key) ?? reading.name;
      if (other !== reading.name) contested.add(key);
      names.set(key, other);
    }
    if (reading.keys.some((key) => contested.has(key)))
      leaveOut('the code has another name further up, and neither is taken', line);
  }
  for (const key of contested) names.delete(key);
  const notices = [
    ...(misdeclared === undefined ? [] : [`It was read as ${misdeclared}.`]),
    ...[...leftOut].map(([reason, lines]) => sentence(reason, lines)),
  ];
  if (names.size === 0) throw unusable(name, notices);
  return { names: (code) => names.get(codeKey(code) ?? ''), notices };
}

/** What a row says, or why it cannot be relied on. */
function readEntry(cells: readonly string[], columns: Columns): { keys: string[]; name: string } | string {
  if (cells.length < columns.all) return 'cut short';
  if (cells.slice(columns.all).some((cell) => cell !== ''))
    return 'more cells than the header (a name with a separator in it needs quotation marks)';
  const code = cells[columns.code] ?? '';
  const system = cells[columns.system] ?? '';
  const name = (cells[columns.name] ?? '').replaceAll(/\s+/g, ' ');
  if (code === '' || name === '') return 'without a code or a name';
  if (system === '') return 'without a code system';
  const systems = systemsOf(system);
  if (systems.length === 0) return `of a code system nobody here knows (known are ${usualSystems})`;
  const keys = systems.flatMap((address) => codeKey({ system: address, code }) ?? []);
  return keys.length > 0
    ? { keys: [...new Set(keys)], name }
    : 'no NDC that can be told for sure: three parts with hyphens, or eleven digits';
}

function columnsOf(header: CsvRow | undefined, name: string): Columns {
  if (header === undefined) {
    throw new BlueButtonError('usage', `${name} is empty.`, {
      why: 'A table of code names begins with a line that names its columns.',
      try: 'give it the columns code, system and display',
    });
  }
  const titles = header.cells.map((cell) => cell.toLowerCase());
  const place = (...words: string[]): number | undefined =>
    words.map((word) => titles.indexOf(word)).find((found) => found >= 0);
  const code = place('code');
  const system = place('system');
  const display = place('display', 'name', 'description');
  if (code !== undefined && system !== undefined && display !== undefined)
    return { code, system, name: display, all: titles.length };
  if (code !== undefined && display !== undefined) {
    throw new BlueButtonError('usage', `${name} has no column "system".`, {
      why: 'Without its code system a code could mean anything.',
      try: `add a column system that says in each row ${usualSystems} (or an address or OID)`,
    });
  }
  const missing = code === undefined ? '"code"' : '"display" (or "name", or "description")';
  throw new BlueButtonError('usage', `${name} has no column ${missing}.`, {
    why: `Its first line is to name the columns; it reads: ${header.cells.join(', ').slice(0, 200)}`,
    try: 'write code,system,display into the first line, over the columns that hold them',
  });
}

function sentence(reason: string, lines: readonly number[]): string {
  const most = 5;
  const places = lines.slice(0, most).join(', ');
  const more = lines.length > most ? ` and ${lines.length - most} more` : '';
  return `${lines.length === 1 ? '1 row' : `${lines.length} rows`} left out, ${reason}: line ${places}${more}.`;
}

function unusable(name: string, notices: readonly string[]): BlueButtonError {
  return new BlueButtonError('usage', `${name} names no code that can be used.`, {
    why: notices.join('\n') || 'It has a header and no rows.',
    try: 'put the rows right: code, system and display in each',
  });
}
