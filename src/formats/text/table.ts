import { isBlank, isRule, untabbed, type Line } from './lines.ts';

/** A table of fixed columns: a line of headings, a rule, and rows. */
export interface TextTable {
  /** The line before the headings, when it is marked as a title (`-- Deployment Periods`). */
  title?: string;
  columns: string[];
  rows: TableRow[];
}

export interface TableRow {
  line: Line;
  /** By column; a cell without text is not there. */
  cells: Readonly<Record<string, string>>;
}

/** The rows of tables, each with its table's columns. */
export function rowsOf(tables: readonly TextTable[]): (TableRow & { columns: string[] })[] {
  return tables.flatMap(({ rows, columns }) => rows.map((row) => ({ ...row, columns })));
}

/** The tables among lines, and the lines that are no part of one. */
export function readTables(
  lines: readonly Line[],
  prose?: RegExp,
): { tables: TextTable[]; headings: Line[]; rest: Line[] } {
  const tables: TextTable[] = [];
  const headings: Line[] = [];
  const rest: Line[] = [];
  let table: { columns: Column[]; into: TextTable } | undefined;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    if (line === undefined) break;
    const columns = columnsAt(lines, index);
    if (columns) {
      const title = titleBefore(rest);
      headings.push(...title, line, ...lines.slice(index + 1, index + 2));
      const into: TextTable = {
        ...(title[0] && { title: title[0].text.trim().replace(/^-- */, '') }),
        columns: columns.map(({ name }) => name),
        rows: [],
      };
      tables.push(into);
      table = { columns, into };
      index += 1;
    } else if (
      table &&
      !isTold(line.text, prose) &&
      isRow(line.text, table.into.rows.length > 0 || !isBlank(lines[index - 1]?.text ?? ''))
    ) {
      table.into.rows.push({ line, cells: cellsOf(line, table.columns) });
    } else {
      // Between the rule and the first row may be a blank line.
      if (table && (table.into.rows.length > 0 || !isBlank(line.text))) table = undefined;
      rest.push(line);
    }
  }
  return { tables, headings, rest };
}

/** True for words to everyone, and for a line that goes on with the row above: its first cell is empty. */
function isTold(text: string, prose: RegExp | undefined): boolean {
  return prose !== undefined && prose.source !== '^.' && (prose.test(text.trim()) || /^\s{30,}\S/.test(text));
}

/** After a blank line the first row has cells: a paragraph may follow a table without rows. */
function isRow(text: string, isOneOfMany: boolean): boolean {
  if (isBlank(text) || isRule(text) || /^\s*-- /.test(text)) return false;
  return isOneOfMany || /\S(\s{2,}|\t)\S/.test(text);
}

interface Column {
  name: string;
  from: number;
}

/** The columns that a line heads: two at least, without colons, with a rule below. */
function columnsAt(lines: readonly Line[], index: number): Column[] | undefined {
  const [head, below] = [lines[index]?.text ?? '', lines[index + 1]?.text ?? ''];
  if (isBlank(head) || isRule(head) || head.includes(':') || !isTableRule(below)) return undefined;
  const columns = runsIn(head);
  if (columns.length < 2) return undefined;
  // Where the rule is cut into columns too, it is the better guide: headings are centred in some reports.
  const ruled = runsIn(below);
  return ruled.length === columns.length
    ? columns.map(({ name }, column) => ({ name, from: ruled[column]?.from ?? 0 }))
    : columns;
}

function runsIn(text: string): Column[] {
  return [...untabbed(text).matchAll(/\S+(?: \S+)*/g)].map((found) => ({
    name: found[0],
    from: found.index,
  }));
}

function isTableRule(text: string): boolean {
  return /^[-=_ ]+$/.test(text) && text.replaceAll(/\s/g, '').length >= 10;
}

function cellsOf({ text }: Line, columns: readonly Column[]): Record<string, string> {
  const line = untabbed(text);
  const bounds = columns.map(({ from }, index) => (index === 0 ? 0 : wordStart(line, from)));
  return Object.fromEntries(
    columns.flatMap(({ name }, index) => {
      const cell = line.slice(bounds[index], bounds[index + 1]).trim();
      return cell === '' ? [] : [[name, cell]];
    }),
  );
}

/** A column's bound on a line: before the word that stands across it, unless that word runs on from the column before. */
function wordStart(line: string, from: number): number {
  if (/\s/.test(line.charAt(from - 1)) || /^\s?$/.test(line.charAt(from))) return from;
  const start = line.slice(0, from).search(/\S+$/);
  return /\s{2}$/.test(line.slice(0, start)) ? start : from;
}

/** Takes the lines of a title from the end of what came before. */
function titleBefore(rest: Line[]): Line[] {
  const title: Line[] = [];
  while (/^\s*-- \S/.test(rest.at(-1)?.text ?? '')) {
    const line = rest.pop();
    if (line) title.unshift(line);
  }
  return title;
}
