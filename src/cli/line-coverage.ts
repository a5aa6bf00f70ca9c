import { readDocument } from '../commands/inputs.ts';

type InputFile = Awaited<ReturnType<typeof readDocument>>;
type Entry = InputFile['entries'][number];
type Finding = InputFile['findings'][number];

/** What became of a text report's lines that are not blank. */
export interface LineCoverage {
  lines: number;
  /** Those that are part of the origin of a resource, the report as a whole aside. */
  read: number;
  /** Those that stand in the report's own words only: titles, rules, words to everyone. */
  words: number;
  /** Those that a finding names as not made a fact of. */
  unread: number;
  /** The numbers of those that are nowhere. */
  neither: number[];
}

/** Compares a text report's lines with what was read from it; undefined for a file that is none. */
export async function lineCoverageOf(bytes: Uint8Array, name: string): Promise<LineCoverage | undefined> {
  const input = await readDocument(bytes, name);
  if (input.mediaType !== 'text/plain') return undefined;
  const read = new Set<number>();
  let written = '';
  for (const entry of input.entries) {
    if (entry.resource.resourceType === 'Composition') written = wordsIn(entry.text);
    else for (const line of linesOf(entry)) read.add(line);
  }
  const named = new Set(input.findings.flatMap(namedLines));
  const coverage: LineCoverage = { lines: 0, read: 0, words: 0, unread: 0, neither: [] };
  for (const { number, text } of numbered(new TextDecoder().decode(bytes))) {
    coverage.lines += 1;
    if (read.has(number)) coverage.read += 1;
    else if (named.has(number)) coverage.unread += 1;
    else if (written.includes(wordsIn(text.replace(/^\d+\) /, '')))) coverage.words += 1;
    else coverage.neither.push(number);
  }
  return coverage;
}

/** One line of the table that `npm run coverage` prints. */
export function lineCoverageText(name: string, coverage: LineCoverage): string {
  const { lines, read, words, unread, neither } = coverage;
  const numbers = [lines, read, words, unread, neither.length].map((number, column) =>
    String(number).padStart(column === 0 ? 7 : 8),
  );
  const lost = neither.map((number) => `  neither: line ${number}\n`).join('');
  return `${numbers.join(' ')}  ${name}\n${lost}`;
}

/** Letters and digits alone: what stays of a line when it is written in any other form. */
function wordsIn(text: string): string {
  return text.replaceAll(/\\[ntr]|&(amp|lt|gt);/g, ' ').replaceAll(/[^\p{Letter}\p{Number}]+/gu, '');
}

function* numbered(text: string): Generator<{ number: number; text: string }> {
  const hasLf = text.includes('\n');
  for (const [index, line] of text.split(hasLf ? '\n' : '\r').entries())
    if (/[\p{Letter}\p{Number}]/u.test(line)) yield { number: index + 1, text: line };
}

function linesOf({ origin }: Entry): number[] {
  return [origin.pointer, ...(origin.also ?? [])].flatMap((range) => {
    const [, from, to] = /^line=(\d+),(\d+)$/.exec(range) ?? [];
    return from === undefined || to === undefined ? [] : between(Number(from) + 1, Number(to));
  });
}

function namedLines({ code, line, endLine }: Finding): number[] {
  const isUnread = code === 'unread-lines' || code === 'unknown-section';
  return isUnread && line !== undefined ? between(line, endLine ?? line) : [];
}

function between(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
