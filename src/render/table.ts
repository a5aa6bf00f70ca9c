import Table from 'cli-table3';
import stringWidth from 'fast-string-width';
import { wrapAnsi } from 'fast-wrap-ansi';

/**
 * No column is made narrower than its longest word, up to this; only longer words are broken. A number with all the
 * digits a double has (`-12.589983479836782`) is never cut in two.
 */
const longestWholeWord = 20;
/** Cells up to this width (a date, a range) are not wrapped at all. */
const shortCell = 12;
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
 * Lays columns out inside `width`: columns without content are left out, wide ones are wrapped at words (nothing is ever
 * cut), and where even that is too wide the last columns are dropped and named. Cells are plain or already coloured
 * text, safe for a terminal.
 */
export function fitTable(
  columns: readonly TableColumn[],
  width: number,
  heading: (title: string) => string,
): FittedTable {
  const filled = columns.filter(({ cells }) => cells.some((cell) => cell !== ''));
  const sizes = filled.map(sizeOf);
  let shown = filled.length;
  while (shown > 1 && total(sizes.slice(0, shown).map(({ least }) => least)) > width) shown -= 1;
  return {
    lines: draw(filled.slice(0, shown), share(sizes.slice(0, shown), width), heading),
    dropped: filled.slice(shown).map(({ title }) => title),
  };
}

/** Rows that are laid out together: cli-table3 takes time in the square of their number. */
const rowsAtOnce = 500;

function draw(
  columns: readonly TableColumn[],
  widths: readonly number[],
  heading: (title: string) => string,
): string[] {
  const wrapped = (text: string, column: number): string =>
    wrapAnsi(text, widths[column] ?? longestWholeWord, { hard: true });
  const count = Math.max(0, ...columns.map(({ cells }) => cells.length));
  const head = columns.map(({ title }, column) => heading(wrapped(title, column)));
  const rows = Array.from({ length: count }, (_, row) =>
    columns.map(({ cells }, column) => wrapped(cells[row] ?? '', column)),
  );
  const lines: string[] = [];
  for (let first = 0; first === 0 || first < count; first += rowsAtOnce) {
    const block = rows.slice(first, first + rowsAtOnce);
    lines.push(...laidOut(first === 0 ? [head, ...block] : block, widths));
  }
  return lines;
}

/** Rows of cells as lines, without borders. */
function laidOut(rows: readonly string[][], widths: readonly number[]): string[] {
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
  table.push(...rows);
  return table
    .toString()
    .split('\n')
    .map((line) => `${' '.repeat(indent)}${line}`.trimEnd());
}

/** The widths of a column: for every cell on one line, for nine in ten of them, and the one it needs. */
interface ColumnSize {
  natural: number;
  usual: number;
  least: number;
}

function sizeOf({ title, cells }: TableColumn): ColumnSize {
  const lines = [title, ...cells].flatMap((cell) => cell.split('\n'));
  const widths = lines.map((line) => stringWidth(line)).toSorted((a, b) => a - b);
  const natural = widths.at(-1) ?? 0;
  const usual = widths[Math.floor((widths.length - 1) * 0.9)] ?? natural;
  const words = lines.flatMap((line) => line.split(' '));
  const longest = words.reduce((most, word) => Math.max(most, stringWidth(word)), 0);
  const least = natural <= shortCell ? natural : Math.min(longest, longestWholeWord);
  return { natural, usual, least };
}

function total(widths: readonly number[]): number {
  return indent + widths.reduce((sum, size) => sum + size, 0) + gap * Math.max(0, widths.length - 1);
}

/**
 * Gives every column what it needs, and the room that is left to the one that wraps most, a step at a time: first until
 * the usual cells stay on one line, then for the longest.
 */
function share(sizes: readonly ColumnSize[], width: number): number[] {
  const widths = sizes.map(({ least }) => least);
  const columns = [...sizes.keys()];
  let room = width - total(widths);
  for (const wish of ['usual', 'natural'] as const) {
    const wraps = (column: number): number => (sizes[column]?.[wish] ?? 0) / Math.max(1, widths[column] ?? 1);
    for (; room > 0; room -= 1) {
      const tightest = columns.toSorted((a, b) => wraps(b) - wraps(a))[0];
      if (tightest === undefined || wraps(tightest) <= 1) break;
      widths[tightest] = (widths[tightest] ?? 0) + 1;
    }
  }
  return widths;
}

/** A sentence or list wrapped to the width, its further lines indented. */
export function wrapLine(text: string, width: number): string {
  return wrapAnsi(text, width - indent, { hard: true }).replaceAll('\n', `\n${' '.repeat(indent)}`);
}
