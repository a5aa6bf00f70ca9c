/**
 * `npm run coverage -- DIR`: for each clinical document under the folders given, how many of its entries and clinical
 * statements are the origin of a resource, how many are named in the findings, and how many are neither. A statement that
 * is neither is a fact that was lost; the exit status is then 1. The statements are counted by a walk of the XML that shares
 * nothing with the reader. Of text reports the same is told of their lines (`line-coverage.ts`).
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SaxesParser } from 'saxes';
import { readDocument } from '../commands/inputs.ts';
import { BlueButtonError } from '../errors/index.ts';
import { lineCoverageOf, lineCoverageText } from './line-coverage.ts';

/** What became of a document's entries and statements. */
export interface Coverage {
  entries: number;
  statements: number;
  /** Those that are the origin of a resource. */
  read: number;
  /** Those that a finding names as unread. */
  unread: number;
  /** The XPaths of those that are neither. */
  neither: string[];
}

const statements = new Set([
  'act',
  'encounter',
  'observation',
  'observationMedia',
  'organizer',
  'procedure',
  'regionOfInterest',
  'substanceAdministration',
  'supply',
]);

/** Compares a document's XML with what was read from it; undefined for a file that is no clinical document. */
export async function coverageOf(bytes: Uint8Array, name: string): Promise<Coverage | undefined> {
  const input = await readDocument(bytes, name);
  if (input.mediaType !== 'application/cda+xml') return undefined;
  const origins = new Set(input.entries.flatMap(({ origin }) => [origin.pointer, ...(origin.also ?? [])]));
  const named = new Set(input.findings.map(({ pointer }) => pointer));
  const text = new TextDecoder(
    bytes[0] === 0xff ? 'utf-16le' : bytes[0] === 0xfe ? 'utf-16be' : 'utf-8',
  ).decode(bytes);
  const found = statementsIn(text);
  const coverage: Coverage = { entries: 0, statements: 0, read: 0, unread: 0, neither: [] };
  for (const { path, isEntry, inside } of found) {
    if (isEntry) coverage.entries += 1;
    else coverage.statements += 1;
    const ways = isEntry ? inside : [path];
    if (ways.length > 0 && ways.every((way) => origins.has(way))) coverage.read += 1;
    else if (named.has(path)) coverage.unread += 1;
    else coverage.neither.push(path);
  }
  return coverage;
}

interface Node {
  name: string;
  parent: Node | undefined;
  children: Node[];
}

function statementsIn(text: string): { path: string; isEntry: boolean; inside: string[] }[] {
  const top: Node = { name: '', parent: undefined, children: [] };
  const all: Node[] = [];
  let open = top;
  const parser = new SaxesParser({ xmlns: false });
  parser.on('opentag', ({ name }) => {
    const [prefix, local] = name.includes(':') ? name.split(':') : ['', name];
    const node: Node = {
      name: prefix === 'sdtc' ? `sdtc:${local}` : (local ?? ''),
      parent: open,
      children: [],
    };
    open.children.push(node);
    all.push(node);
    open = node;
  });
  parser.on('closetag', () => {
    open = open.parent ?? top;
  });
  parser.write(text).close();
  const isBelowEntry = (node: Node): boolean => {
    for (let around = node.parent; around; around = around.parent) if (around.name === 'entry') return true;
    return false;
  };
  return all
    .filter(
      (node) =>
        (node.name === 'entry' && node.parent?.name === 'section') ||
        (statements.has(node.name) && isBelowEntry(node)),
    )
    .map((node) => ({
      path: pathOf(node),
      isEntry: node.name === 'entry',
      inside:
        node.name === 'entry' ? node.children.filter((child) => statements.has(child.name)).map(pathOf) : [],
    }));
}

function pathOf(node: Node): string {
  if (node.parent?.parent === undefined) return `/${node.name}`;
  const twins = node.parent.children.filter(({ name }) => name === node.name);
  const position = twins.length === 1 ? '' : `[${twins.indexOf(node) + 1}]`;
  return `${pathOf(node.parent)}/${node.name}${position}`;
}

function filesUnder(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
    .toSorted();
}

async function main(folders: readonly string[]): Promise<number> {
  const total = { documents: 0, entries: 0, statements: 0, read: 0, unread: 0, neither: 0, refused: 0 };
  const reports: string[] = [];
  process.stdout.write('entries statements     read   unread  neither  document\n');
  for (const file of folders.flatMap(filesUnder)) {
    const name = relative(process.cwd(), file);
    try {
      const bytes = readFileSync(file);
      const lines = await lineCoverageOf(bytes, file);
      if (lines) {
        reports.push(lineCoverageText(name, lines));
        total.neither += lines.neither.length;
        continue;
      }
      const coverage = await coverageOf(bytes, file);
      if (coverage === undefined) continue;
      const { entries, statements: count, read, unread, neither } = coverage;
      total.documents += 1;
      total.entries += entries;
      total.statements += count;
      total.read += read;
      total.unread += unread;
      total.neither += neither.length;
      const numbers = [entries, count, read, unread, neither.length];
      const widths = [7, 10, 8, 8, 8];
      process.stdout.write(
        `${numbers.map((number, column) => String(number).padStart(widths[column] ?? 8)).join(' ')}  ${name}\n`,
      );
      for (const path of neither) process.stdout.write(`  neither: ${path}\n`);
    } catch (thrown) {
      if (!(thrown instanceof BlueButtonError)) throw thrown;
      total.refused += 1;
      if (/ClinicalDocument/.test(readFileSync(file).subarray(0, 4000).toString('latin1')))
        process.stdout.write(`refused: ${name}: ${thrown.message}\n`);
    }
  }
  if (reports.length > 0)
    process.stdout.write(`\n  lines     read    words   unread  neither  text report\n`);
  for (const line of reports) process.stdout.write(line);
  const all = total.entries + total.statements;
  const share = all === 0 ? 'nothing to count' : `${((100 * total.read) / all).toFixed(2)} % read`;
  process.stdout.write(
    `${total.documents} documents, ${total.entries} entries, ${total.statements} statements: ${share}, ${total.unread} unread, ${total.neither} neither; ${total.refused} other files refused\n`,
  );
  return total.neither === 0 ? 0 : 1;
}

const isMain = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isMain) process.exitCode = await main(process.argv.slice(2));
