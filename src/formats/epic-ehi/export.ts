import type { JsonObject } from '../../json/index.ts';
import { ourExtensions, type Finding, type Origin, type Reading, type Resource } from '../../model/index.ts';
import { derivedEntry, derivedId } from '../derived-entry.ts';
import type { DocumentIdentity } from '../format.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { Joined } from './joined.ts';
import type { EpicRow } from './row.ts';
import type { EpicTable } from './table.ts';

/** Columns by which the rows of overflow tables (`ORDER_MED_2`) name the row they go on with: names differ, values do not. */
const overflowKeys: Readonly<Record<string, readonly string[]>> = {
  PATIENT: ['PAT_ID'],
  PAT_ENC: ['PAT_ENC_CSN_ID', 'PAT_ENC_CSN'],
  ORDER_MED: ['ORDER_MED_ID', 'ORDER_ID'],
  ORDER_PROC: ['ORDER_PROC_ID', 'ORDER_ID'],
  HNO_INFO: ['NOTE_ID'],
};

/** The tables of one person, and the account of what was read of them. */
export class EpicExport {
  /** Ways to the files beside the tables that hold formatted text. */
  readonly richTexts: readonly string[];
  readonly findings: Finding[] = [];
  /** `PAT_ID` of the person. */
  person: string | undefined;
  /** `PAT_ENC_CSN_ID` of every encounter. */
  readonly encounters = new Set<string>();
  readonly #tables: ReadonlyMap<string, EpicTable>;
  readonly #identity: DocumentIdentity;
  readonly #read = new Set<EpicTable>();
  readonly #joined: Joined<unknown>[] = [];
  readonly #ofOthers = new Map<EpicTable, number>();
  /** How many rows of overflow tables go on with a row that is not there, by the name of the table. */
  readonly #unjoined = new Map<string, number>();

  constructor(
    tables: ReadonlyMap<string, EpicTable>,
    richTexts: readonly string[],
    identity: DocumentIdentity,
  ) {
    this.#tables = tables;
    this.richTexts = richTexts;
    this.#identity = identity;
  }

  /** The rows of a table, none where the export has no such table. Rows that name another person are only counted. */
  async *rows(name: string): AsyncGenerator<EpicRow> {
    const table = this.#tables.get(name);
    if (table === undefined) return;
    this.#read.add(table);
    const more = await this.#overflow(name);
    for await (const row of table.rows()) {
      const whose = row.text('PAT_ID');
      if (whose !== undefined && this.person !== undefined && whose !== this.person) {
        this.#ofOthers.set(table, (this.#ofOthers.get(table) ?? 0) + 1);
        continue;
      }
      const key = more.size === 0 ? undefined : row.text(...(overflowKeys[name] ?? []));
      if (key !== undefined) row.join(more.get(key) ?? new Map<string, string>());
      more.delete(key ?? '');
      yield row;
    }
    this.#unjoined.set(name, more.size);
  }

  /** What the rows of a table say of the things they belong to: of what they belong to nothing, they are told of. */
  async joined<T>(name: string, key: string, value: (row: EpicRow) => T | undefined): Promise<Joined<T>> {
    const joined = await this.named(name, key, value);
    this.mustBePlaced(joined);
    return joined;
  }

  mustBePlaced(joined: Joined<unknown>): void {
    this.#joined.push(joined);
  }

  /** What a table of names and codes says of its things: that nothing refers to one is no loss. */
  async named<T>(name: string, key: string, value: (row: EpicRow) => T | undefined): Promise<Joined<T>> {
    const joined = new Joined<T>(name);
    for await (const row of this.rows(name)) {
      const id = row.text(key);
      const said = value(row);
      if (id !== undefined && said !== undefined) joined.add(id, said);
    }
    return joined;
  }

  /** The ids that a table lists as the person's, of things that `tellMissing` tells of where no table has them. */
  async listed(name: string, key: string): Promise<Set<string>> {
    const ids = new Set<string>();
    for await (const row of this.rows(name)) {
      const id = row.text(key);
      if (id !== undefined) ids.add(id);
    }
    return ids;
  }

  tellMissing(ids: ReadonlySet<string>, name: string): void {
    if (ids.size === 0) return;
    const message = `the table lists ${ids.size === 1 ? 'an entry that no other table tells' : `${ids.size} entries that no other table tells`} anything of`;
    this.find('lost', 'listed-only', message, this.#tables.get(name));
  }

  async #overflow(name: string): Promise<Map<string, Map<string, string>>> {
    const joined = new Map<string, Map<string, string>>();
    const keys = overflowKeys[name];
    if (keys === undefined) return joined;
    for (const [other, table] of this.#tables) {
      if (!other.startsWith(`${name}_`) || !/^\d+$/.test(other.slice(name.length + 1))) continue;
      this.#read.add(table);
      for await (const row of table.rows()) {
        const key = row.text(...keys);
        if (key === undefined) continue;
        joined.set(key, new Map([...row.leftCells(), ...(joined.get(key) ?? [])]));
      }
    }
    return joined;
  }

  get subject(): JsonObject {
    return { reference: `Patient/${this.id('the person', 'Patient')}` };
  }

  /** The encounter of this serial number, where the export has it. */
  encounter(csn: string | undefined): JsonObject | undefined {
    if (csn === undefined || !this.encounters.has(csn)) return undefined;
    return { reference: `Encounter/${this.id(`encounter ${csn}`, 'Encounter')}` };
  }

  id(place: string, type: string): string {
    return derivedId(this.#identity, place, type);
  }

  /** A resource made of a row; what of the row it does not say goes along as sent. */
  entry(made: Resource, row: EpicRow, id?: string): Reading {
    const { resourceType } = made;
    const own = Array.isArray(made['extension']) ? made['extension'] : [];
    const extension = [
      ...own,
      ...row.left().map((text) => valued(ourExtensions.asSent, 'valueString', text)),
    ];
    const resource = {
      ...made,
      id: id ?? this.id(`${row.table.name} line ${row.line}`, resourceType),
      ...filled({ extension: listOf(extension) }),
    };
    const entry = derivedEntry(resource, this.#originOf(row));
    if (entry.text.includes(ourExtensions.dateNotRead))
      this.find('warning', 'bad-date', 'a date that is none was kept as sent', row.table, row.line);
    return { entry };
  }

  /** A resource about the tables as a whole. */
  wholeEntry(resource: Resource): Reading {
    return { entry: derivedEntry(resource, { ...this.#identity, pointer: '' }) };
  }

  #originOf({ table, line }: EpicRow): Origin {
    const { sha256, member } = table;
    return { ...this.#identity, sha256, member, line, pointer: `line=${line - 1},${line}` };
  }

  find(severity: Finding['severity'], code: string, message: string, table?: EpicTable, line?: number): void {
    const { source, member: patients = '' } = this.#identity;
    // What is about no one table is about the folder they lie in.
    const member = table?.member ?? patients.replace(/[^/]*$/, '');
    this.findings.push({
      severity,
      code,
      message,
      source,
      ...(member !== '' && { member }),
      ...(line !== undefined && { line }),
    });
  }

  /** The tables that nothing was read of. */
  unread(): EpicTable[] {
    return [...this.#tables.values()].filter((table) => !this.#read.has(table));
  }

  /** Tells what of the tables that were read could not be. */
  tellFaults(): void {
    for (const table of this.#read) {
      const [first] = table.broken;
      const count = table.broken.length;
      if (first !== undefined) {
        const message = `${count === 1 ? 'a row has' : `${count} rows have`} another number of cells than the header and could not be read; the rest of the table was`;
        this.find('lost', 'bad-row', message, table, first);
      }
      if (table.hasLostCharacters)
        this.find('warning', 'wrong-encoding', 'characters that are no UTF-8 could not be read', table);
    }
    for (const [table, count] of this.#unplaced()) {
      const message = `${count === 1 ? 'a row belongs' : `${count} rows belong`} to something that no table tells of and could not be placed`;
      this.find('lost', 'unplaced-row', message, this.#tables.get(table));
    }
    for (const [table, count] of this.#ofOthers) {
      const message = `${count === 1 ? 'a row names' : `${count} rows name`} another person than the table PATIENT and could not be read as this one's`;
      this.find('lost', 'of-another', message, table);
    }
  }

  #unplaced(): [table: string, rows: number][] {
    const unplaced = this.#joined.map(({ table, left }): [string, number] => [table, left]);
    return [...unplaced, ...this.#unjoined].filter(([, count]) => count > 0);
  }
}
