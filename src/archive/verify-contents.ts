import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, parseJson } from '../json/index.ts';
import type { Ledger } from '../model/index.ts';
import type { Archive } from './archive.ts';
import type { Bag } from './chain.ts';
import { changeLine, type ChangeLine } from './change-file.ts';
import { sha256Of } from './digest.ts';
import { documentLine, type DocumentLine } from './document-file.ts';
import { documentPath } from './fold.ts';
import { ledgerFile } from './ledger-file.ts';
import { readLines } from './lines.ts';
import type { Report } from './report.ts';
import { resourceFile, resourceFolders } from './resource-file.ts';
import { sameBaseUrl, type SourceDescription } from './source-file.ts';
import { readStored, readStoredLines } from './stored-json.ts';

/**
 * Proves, bag by bag in the order of the chain, that the lists of a source say what is stored: every resource parses and
 * is the one a change names, every document is there, every count of the ledger is right. The files of the bags given
 * are known to be as they were written.
 */
export class ContentsCheck {
  readonly #archive: Archive;
  readonly #source: SourceDescription;
  /** SHA-256 of every payload file of the source, by path relative to the archive. */
  readonly #payload: ReadonlyMap<string, string>;
  readonly #report: Report;
  /** Of the bags so far: `Type/id` of every resource, and `Type/id SHA-256` of every version. */
  readonly #known = new Set<string>();
  #isEarlierKnown = true;

  constructor(
    archive: Archive,
    source: SourceDescription,
    payload: ReadonlyMap<string, string>,
    report: Report,
  ) {
    this.#archive = archive;
    this.#source = source;
    this.#payload = payload;
    this.#report = report;
  }

  /** From here on nothing is said of what refers to earlier bags: one of them is damaged. */
  doubtEarlier(): void {
    this.#isEarlierKnown = false;
  }

  async verify(bag: Bag): Promise<void> {
    const data = `${bag.path}/data`;
    const read = <Item>(file: string, step: (path: string) => Promise<Item>): Promise<Item | undefined> =>
      this.#report.attempt(`${data}/${file}`, () => step(`${data}/${file}`));
    const documents = await read('documents.ndjson', (path) =>
      all(readStoredLines(this.#archive, path, documentLine)),
    );
    if (documents !== undefined) await this.#verifyDocuments(bag, documents);
    if (this.#source.kind === 'files') return;
    const changes = await read('changes.ndjson', (path) =>
      all(readStoredLines(this.#archive, path, changeLine)),
    );
    const ledger = await read('ledger.json', (path) => readStored(this.#archive, path, ledgerFile));
    if (changes === undefined || ledger === undefined || documents === undefined) return;
    const stored = await this.#verifyResources(data, changes, ledger);
    this.#verifyChanges(`${data}/changes.ndjson`, changes, stored);
    const path = `${data}/ledger.json`;
    const { baseUrl, patientId } = this.#source;
    if (ledger.patientId !== patientId || !sameBaseUrl(ledger.baseUrl, baseUrl))
      this.#report.problem(path, 'It is of another patient or another portal than source.json.');
    verifyLedger(path, ledger, stored, changes, documents, this.#report);
  }

  async #verifyDocuments(bag: Bag, documents: readonly DocumentLine[]): Promise<void> {
    const list = `${bag.path}/data/documents.ndjson`;
    const named = new Set<string>();
    for (const line of documents) {
      const path = documentPath(bag, line);
      named.add(path);
      const isThere = this.#payload.get(path) === line.sha256;
      const size = isThere
        ? await stat(join(this.#archive.directory, path)).catch(() => undefined)
        : undefined;
      // One that cannot be looked at was reported with the bag it is in.
      if (isThere && (size === undefined || size.size === line.bytes)) continue;
      if (!this.#isEarlierKnown && !path.startsWith(`${bag.path}/`) && !this.#payload.has(path)) continue;
      this.#report.problem(list, `It names ${path}, which is not the document it says.`);
    }
    const own = [...this.#payload.keys()].filter((path) => path.startsWith(`${bag.path}/`));
    for (const path of own) {
      if (named.has(path) || this.#isList(path.slice(bag.path.length + 1))) continue;
      this.#report.problem(path, 'Nothing in the bag says what it is.');
    }
  }

  #isList(file: string): boolean {
    if (file === 'data/documents.ndjson') return true;
    return (
      this.#source.kind === 'portal' &&
      /^data\/(changes\.ndjson|ledger\.json|fhir(-[a-z\d]+)?\/[A-Za-z]+\.ndjson)$/.test(file)
    );
  }

  /** @returns The hashes of the resource lines of this bag. */
  async #verifyResources(
    data: string,
    changes: readonly ChangeLine[],
    { fhirVersion }: Ledger,
  ): Promise<Set<string>> {
    const stored = new Set<string>();
    const named = new Map(changes.flatMap((line) => ('sha256' in line ? [[line.sha256, line]] : [])));
    for (const file of await resourceFilesIn(join(this.#archive.directory, data))) {
      const path = `${data}/${file}`;
      for await (const { number, bytes } of readLines(join(this.#archive.directory, path))) {
        const sha256 = sha256Of(bytes);
        const line = named.get(sha256);
        if (line === undefined || file !== resourceFile(line.resourceType, fhirVersion)) {
          this.#report.problem(path, `Line ${number} is not named in changes.ndjson.`);
        } else if (stored.has(sha256)) {
          this.#report.problem(path, `Line ${number} is there a second time.`);
        } else if (!isThat(bytes.toString('utf8'), line)) {
          this.#report.problem(path, `Line ${number} is not the resource ${line.resourceType}/${line.id}.`);
        }
        stored.add(sha256);
      }
    }
    return stored;
  }

  /** That each change can be read: what it names is stored, here or, of what came back or is gone, in an earlier bag. */
  #verifyChanges(list: string, changes: readonly ChangeLine[], stored: ReadonlySet<string>): void {
    const here = new Set<string>();
    for (const line of changes) {
      const name = `${line.resourceType}/${line.id}`;
      if (here.has(name)) this.#report.problem(list, `${name} is named twice.`);
      here.add(name);
      const problem = this.#changeProblem(name, line, stored);
      if (problem !== undefined) this.#report.problem(list, problem);
    }
    for (const line of changes) {
      if (line.change === 'renumbered' && !here.has(`${line.resourceType}/${line.to}`))
        this.#report.problem(list, `${line.resourceType}/${line.id} is renumbered to what is not named.`);
      const name = `${line.resourceType}/${line.id}`;
      if ('sha256' in line) this.#known.add(name).add(`${name} ${line.sha256}`);
    }
  }

  #changeProblem(name: string, line: ChangeLine, stored: ReadonlySet<string>): string | undefined {
    if ('sha256' in line && stored.has(line.sha256)) return undefined;
    if (line.change === 'new' || line.change === 'changed') return `${name} is named and not stored.`;
    if (!this.#isEarlierKnown) return undefined;
    const before = 'sha256' in line ? `${name} ${line.sha256}` : name;
    if (this.#known.has(before)) return undefined;
    return `${name} is called ${line.change}, and no bag before it holds that.`;
  }
}

/** The files with resources below a folder `data`, relative to it. */
async function resourceFilesIn(data: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of resourceFolders) {
    const names = await readdir(join(data, folder)).catch((): string[] => []);
    found.push(...names.toSorted().map((name) => `${folder}/${name}`));
  }
  return found;
}

function isThat(text: string, { resourceType, id }: ChangeLine): boolean {
  try {
    const value = parseJson(text);
    return isObject(value) && value['resourceType'] === resourceType && value['id'] === id;
  } catch {
    return false;
  }
}

function verifyLedger(
  path: string,
  ledger: Ledger,
  stored: ReadonlySet<string>,
  changes: readonly ChangeLine[],
  documents: readonly DocumentLine[],
  report: Report,
): void {
  const counts = new Map<string, { new: number; changed: number }>();
  const count = (query: string, outcome: 'new' | 'changed'): void => {
    const row = counts.get(query) ?? { new: 0, changed: 0 };
    row[outcome] += 1;
    counts.set(query, row);
  };
  for (const line of changes) {
    if (!('sha256' in line)) continue;
    if (line.change !== 'reappeared') count(line.query, line.change);
    else if (stored.has(line.sha256)) count(line.query, 'changed');
  }
  for (const line of documents) if ('query' in line) count(line.query, line.change);
  for (const row of ledger.rows) {
    const found = counts.get(row.query) ?? { new: 0, changed: 0 };
    counts.delete(row.query);
    if (found.new !== row.new || found.changed !== row.changed) {
      report.problem(
        path,
        `"${row.query}" counts ${row.new} new and ${row.changed} changed; stored are ${found.new} and ${found.changed}.`,
      );
    }
    if (row.returned !== row.new + row.changed + row.unchanged) {
      report.problem(
        path,
        `"${row.query}" returned ${row.returned}, which is not new + changed + unchanged.`,
      );
    }
  }
  for (const query of counts.keys())
    report.problem(path, `It has no row for "${query}", which brought something.`);
  const vanished = changes.flatMap((line) =>
    line.change === 'vanished' ? [`${line.resourceType}/${line.id}`] : [],
  );
  if (vanished.toSorted().join() !== ledger.vanished.toSorted().join()) {
    report.problem(path, 'What it says vanished is not what changes.ndjson says.');
  }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
