import Table from 'cli-table3';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Narrower than this, a column of words is no longer readable. */
const narrowest = 9;
const gap = 2;
const indent = 2;

export interface TableColumn {
  title: string;
  cells: string[];
}

/** A table as lines, and the titles of the columns there was no room for. */
export interface FittedTable {
  lines: string[];
  dropped: string[];
}

/**
 * Lays columns out inside `width`: columns without content are left out, wide ones are wrapped (nothing is ever cut),
 * and where even that is too wide the last columns are dropped and named. Cells are plain or already coloured text,
 * safe for a terminal.
 */
export function fitTable(
  columns: readonly TableColumn[],
  width: number,
  heading: (title: string) => string,
): FittedTable {
  const filled = columns.filter(({ cells }) => cells.some((cell) => cell !== ''));
  const natural = filled.map(({ title, cells }) => Math.max(stringWidth(title), ...cells.map(widestLine)));
  let shown = filled.length;
  while (shown > 1 && total(natural.slice(0, shown).map((size) => Math.min(size, narrowest))) > width)
    shown -= 1;
  const widths = shrink(natural.slice(0, shown), width);
  const kept = filled.slice(0, shown);
  return { lines: draw(kept, widths, heading), dropped: filled.slice(shown).map(({ title }) => title) };
}

function draw(
  columns: readonly TableColumn[],
  widths: readonly number[],
  heading: (title: string) => string,
): string[] {
  const table = new Table({
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: ' '.repeat(gap),
    },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colWidths: [...widths],
  });
  const wrapped = (text: string, column: number): string =>
    wrapAnsi(text, widths[column] ?? narrowest, { hard: true });
  table.push(columns.map(({ title }, column) => heading(wrapped(title, column))));
  const rows = Math.max(0, ...columns.map(({ cells }) => cells.length));
  for (let row = 0; row < rows; row += 1) {
    table.push(columns.map(({ cells }, column) => wrapped(cells[row] ?? '', column)));
  }
  return table
    .toString()
    .split('\n')
    .map((line) => `${' '.repeat(indent)}${line}`.trimEnd());
}

function widestLine(cell: string): number {
  return Math.max(...cell.split('\n').map((line) => stringWidth(line)));
}

function total(widths: readonly number[]): number {
  return indent + widths.reduce((sum, size) => sum + size, 0) + gap * Math.max(0, widths.length - 1);
}

/** Takes from the widest columns until the table fits or every column is at its narrowest. */
function shrink(natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  let over = total(widths) - width;
  while (over > 0) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    const next = Math.max(narrowest, ...widths.filter((size) => size < widest));
    const widestOnes = widths.flatMap((size, column) => (size === widest ? [column] : []));
    const each = Math.max(1, Math.min(widest - next || 1, Math.floor(over / widestOnes.length)));
    for (const column of widestOnes) {
      if (over <= 0) break;
      widths[column] = widest - each;
      over -= each;
    }
  }
  return widths;
}
