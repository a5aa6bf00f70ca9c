import type { JsonObject } from '../../json/index.ts';
import { pointMembers, type PointInTime } from '../point-in-time.ts';
import { readTextDate } from '../text/text-date.ts';
import type { EpicTable } from './table.ts';

/** A row of one of Epic's tables, with the columns of the tables it overflows into; it keeps account of what is taken of it. */
export class EpicRow {
  readonly table: EpicTable;
  /** From 1; the header is line 1. */
  readonly line: number;
  readonly #cells: Map<string, string>;
  readonly #taken = new Set<string>();

  /** @param cells What is not empty, by column. */
  constructor(table: EpicTable, line: number, cells: Map<string, string>) {
    this.table = table;
    this.line = line;
    this.#cells = cells;
  }

  /** Takes the first of these columns that says something. */
  text(...columns: readonly string[]): string | undefined {
    const column = columns.find((name) => this.#cells.has(name));
    if (column === undefined) return undefined;
    this.#taken.add(column);
    return this.#cells.get(column);
  }

  /** Takes a column of Y and N. */
  isYes(column: string): boolean {
    return this.text(column) === 'Y';
  }

  /** Gives columns back: what was made of them does not say all that they say. */
  keep(...columns: readonly string[]): void {
    for (const column of columns) this.#taken.delete(column);
  }

  /** Takes the first of these columns as a day: Epic writes a day as its first moment, `8/9/2018 12:00:00 AM`. */
  day(...columns: readonly string[]): PointInTime | undefined {
    const text = this.text(...columns);
    return text === undefined ? undefined : readTextDate(text.replace(/ 12:00:00 AM$/, ''));
  }

  /** Takes the first of these columns as a time of day on the clock of a place that the export does not tell. */
  localTime(...columns: readonly string[]): PointInTime | undefined {
    const text = this.text(...columns);
    return text === undefined ? undefined : readTextDate(text);
  }

  /** Takes a column that is documented to be in UTC. */
  utcTime(column: string): PointInTime | undefined {
    const text = this.text(column);
    if (text === undefined) return undefined;
    const read = readTextDate(`${text} UTC`);
    return read.unreadable === undefined ? read : { unreadable: text };
  }

  /** Adds what another table says of the same thing; what this row says itself stays. */
  join(cells: ReadonlyMap<string, string>): void {
    for (const [column, text] of cells) if (!this.#cells.has(column)) this.#cells.set(column, text);
  }

  /** What nothing was made of, as `COLUMN: value`. */
  left(): string[] {
    return this.leftCells().map(([column, text]) => `${column}: ${text}`);
  }

  leftCells(): [column: string, text: string][] {
    return [...this.#cells].filter(([column]) => !this.#taken.has(column));
  }
}

/** A point in time as members of a resource; none without one. */
export function pointed(name: string, point: PointInTime | undefined): JsonObject {
  return point === undefined ? {} : pointMembers(name, point);
}
