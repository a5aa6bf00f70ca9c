import { readdir } from 'node:fs/promises';
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
import type { SourceDescription } from './source-file.ts';
import { readStored, readStoredLines } from './stored-json.ts';

/**
 * Proves that the lists of a bag say what is stored: every resource parses and is the one a change names, every
 * document is there, every count of the ledger is right. The bag's files are known to be as they were written.
 *
 * @param payload SHA-256 of every payload file of the source, by path relative to the archive.
 */
export async function verifyContents(
  archive: Archive,
  bag: Bag,
  kind: SourceDescription['kind'],
  payload: ReadonlyMap<string, string>,
  report: Report,
): Promise<void> {
  const data = `${bag.path}/data`;
  const documents = await report.attempt(`${data}/documents.ndjson`, () =>
    all(readStoredLines(archive, `${data}/documents.ndjson`, documentLine)),
  );
  for (const line of documents ?? []) {
    const path = documentPath(bag, line);
    if (payload.get(path) === line.sha256) continue;
    report.problem(`${data}/documents.ndjson`, `It names ${path}, which is not the document it says.`);
  }
  if (kind === 'files') return;
  const changes = await report.attempt(`${data}/changes.ndjson`, () =>
    all(readStoredLines(archive, `${data}/changes.ndjson`, changeLine)),
  );
  const ledger = await report.attempt(`${data}/ledger.json`, () =>
    readStored(archive, `${data}/ledger.json`, ledgerFile),
  );
  if (changes === undefined || ledger === undefined || documents === undefined) return;
  const stored = await verifyResources(archive, data, changes, ledger, report);
  verifyLedger(`${data}/ledger.json`, ledger, stored, changes, documents, report);
}

/** @returns The hashes of the resource lines of this bag. */
async function verifyResources(
  archive: Archive,
  data: string,
  changes: readonly ChangeLine[],
  { fhirVersion }: Ledger,
  report: Report,
): Promise<Set<string>> {
  const stored = new Set<string>();
  const named = new Map(changes.flatMap((line) => ('sha256' in line ? [[line.sha256, line]] : [])));
  for (const file of await resourceFilesIn(join(archive.directory, data))) {
    const path = `${data}/${file}`;
    for await (const { number, bytes } of readLines(join(archive.directory, path))) {
      const sha256 = sha256Of(bytes);
      stored.add(sha256);
      const line = named.get(sha256);
      if (line === undefined || file !== resourceFile(line.resourceType, fhirVersion)) {
        report.problem(path, `Line ${number} is not named in changes.ndjson.`);
      } else if (!isThat(bytes.toString('utf8'), line)) {
        report.problem(path, `Line ${number} is not the resource ${line.resourceType}/${line.id}.`);
      }
    }
  }
  for (const line of changes) {
    if (line.change !== 'new' && line.change !== 'changed') continue;
    if (stored.has(line.sha256)) continue;
    report.problem(`${data}/changes.ndjson`, `${line.resourceType}/${line.id} is named and not stored.`);
  }
  return stored;
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
