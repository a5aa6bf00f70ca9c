import { createHash } from 'node:crypto';
import type { ByteSource } from '../byte-source.ts';
import { UnreadableMember } from '../container/unpacking.ts';
import { EpicRow } from './row.ts';

/** A table whose bytes are damaged: what came before the damage was read. */
export class UnreadableTable extends Error {
  override readonly name = 'UnreadableTable';
  readonly table: EpicTable;
  override readonly cause: UnreadableMember;

  constructor(table: EpicTable, cause: UnreadableMember) {
    super(cause.message);
    this.table = table;
    this.cause = cause;
  }
}

/**
 * One of Epic's tables: a file of lines in UTF-8 whose cells are separated by tabs, the names of the columns first. Nothing
 * is quoted or escaped: a quotation mark or backslash is itself (compared with a published export). It streams.
 */
export class EpicTable {
  /** As Epic's documentation has it: `ORDER_MED_2`. */
  readonly name: string;
  /** The way to it in the container. */
  readonly member: string;
  /** Lines that have another number of cells than the header, as of the last reading. */
  broken: number[] = [];
  /** True when the last reading met bytes that are no UTF-8. */
  hasLostCharacters = false;
  readonly #bytes: ByteSource;
  #sha256: string | undefined;

  constructor(name: string, member: string, bytes: ByteSource) {
    this.name = name;
    this.member = member;
    this.#bytes = bytes;
  }

  /** Of its bytes, once it was read. */
  get sha256(): string {
    return this.#sha256 ?? '';
  }

  /** @throws UnreadableTable */
  async *rows(): AsyncGenerator<EpicRow> {
    this.broken = [];
    await this.#prove();
    let columns: string[] | undefined;
    let number = 0;
    for await (const line of this.#lines()) {
      number += 1;
      const cells = line.split('\t');
      if (columns === undefined) columns = cells.map((cell) => cell.trim());
      else if (line.trim() === '') continue;
      else if (cells.length === columns.length) yield new EpicRow(this, number, filledCells(columns, cells));
      else this.broken.push(number);
    }
    this.#bytes.release?.();
  }

  /** How many rows it has, without reading them. */
  async countRows(): Promise<number> {
    let count = -1;
    for await (const line of this.#lines()) if (line.trim() !== '') count += 1;
    this.#bytes.release?.();
    return Math.max(0, count);
  }

  /** The hash of all its bytes, which every origin names, is known before the first row. */
  async #prove(): Promise<void> {
    if (this.#sha256 !== undefined) return;
    const hash = createHash('sha256');
    for await (const piece of this.#pieces()) hash.update(piece);
    this.#sha256 = hash.digest('hex');
  }

  async *#lines(): AsyncGenerator<string> {
    const decoder = new TextDecoder('utf-8');
    let rest = '';
    for await (const piece of this.#pieces()) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield this.#checked(line);
    }
    rest += decoder.decode();
    if (rest !== '') yield this.#checked(rest);
  }

  #checked(line: string): string {
    if (line.includes('\uFFFD')) this.hasLostCharacters = true;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    try {
      // Members up to a size are unpacked once and kept while they are read.
      await this.#bytes.read(0, 1);
      yield* this.#bytes.stream();
    } catch (thrown) {
      if (!(thrown instanceof UnreadableMember)) throw thrown;
      throw new UnreadableTable(this, thrown);
    }
  }
}

function filledCells(columns: readonly string[], cells: readonly string[]): Map<string, string> {
  const filled = new Map<string, string>();
  for (const [index, column] of columns.entries()) {
    const text = cells[index]?.trim() ?? '';
    if (text !== '') filled.set(column, text);
  }
  return filled;
}
