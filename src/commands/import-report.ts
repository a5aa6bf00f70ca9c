import type { PersonIdentity } from '../model/index.ts';
import { fitTable, visible } from '../render/index.ts';
import { flagOption, type CommandInput } from './command.ts';
import { counted } from './counted.ts';
import type { Context } from './context.ts';
import { errorText } from './error-text.ts';
import type { Candidate } from './import-candidate.ts';
import type { NotKept } from './import-people.ts';

/** A file that is in the archive now. */
export interface KeptFile {
  candidate: Candidate;
  outcome: 'new' | 'unchanged';
  /** The person's folder. */
  person: string;
  /** The name of a file kept before that says it is the same document, with other bytes. */
  twin?: string;
}

/** What became of every file. */
export interface ImportReport {
  kept: readonly KeptFile[];
  notKept: readonly NotKept[];
  /** Of everybody who got a file, by folder. */
  people: ReadonlyMap<string, PersonIdentity>;
}

/** Tells what every file is and what became of it: a line each, or a table for a folder. */
export function tellImport(
  { kept, notKept, people }: ImportReport,
  isFolder: boolean,
  input: CommandInput,
  { out, err }: Context,
): void {
  if (flagOption(input, 'json')) {
    out.write(`${JSON.stringify(answer(kept, notKept), null, 2)}\n`);
    return;
  }
  if (!flagOption(input, 'quiet')) {
    const lines = kept.map((file) => ({ candidate: file.candidate, result: outcomeText(file) }));
    if (isFolder) for (const line of table(lines, notKept, out.width)) out.write(`${line}\n`);
    else for (const file of kept) out.write(`${fileLine(file)}\n`);
    for (const [folder, { name }] of people)
      err.write(`Filed under ${folder}${name === undefined ? '' : ` (${visible(name)})`}.\n`);
    if (people.size > 0) err.write('Next: bluebutton show\n');
  }
  if (isFolder && !flagOption(input, 'quiet')) tellRest(notKept, err);
  else for (const { refusal } of notKept) err.write(`Not kept: ${errorText(refusal)}`);
}

/** Of a folder the table has said what was not kept. */
function tellRest(notKept: readonly NotKept[], err: Context['err']): void {
  if (notKept.length === 0) return;
  err.write(
    `Not kept: ${counted(notKept.length, 'file')}, as the table says.\nTry: bluebutton import FILE, for the reason; with --as-document it is kept without being read\n`,
  );
}

function answer(kept: readonly KeptFile[], notKept: readonly NotKept[]): object {
  return {
    schema: 'bluebutton/import/1',
    person: kept[0]?.person,
    files: kept.map(({ candidate, outcome, person, twin }) => ({
      name: candidate.name,
      format: candidate.format,
      producer: candidate.producer,
      asOf: candidate.asOf ?? candidate.document?.date,
      about: candidate.identity,
      resources: candidate.resources,
      filedUnder: person,
      outcome,
      sameDocumentAs: twin,
    })),
    refused: notKept.map(({ name, refusal: { message, why } }) => ({ name, message, why })),
  };
}

/** `visit.xml: C-CDA R2.1, from Good Health Clinic, Jane Doe, as of 2024-03-05, 120 resources: kept.` */
function fileLine(file: KeptFile): string {
  const { name, format, producer, identity, asOf, document, resources } = file.candidate;
  const date = asOf ?? document?.date;
  const said = [
    format,
    producer && `from ${producer}`,
    identity?.name,
    date && `as of ${date}`,
    resources === undefined ? undefined : counted(resources, 'resource'),
  ].filter((part) => part !== undefined && part !== '');
  return visible(`${name}: ${said.join(', ')}: ${outcomeText(file)}.`);
}

function outcomeText({ outcome, twin }: KeptFile): string {
  if (outcome === 'unchanged') return 'was there already';
  return twin === undefined ? 'kept' : `kept, a second copy of ${twin} with other bytes`;
}

/** Tells what is in a folder of which nothing is kept. */
export function tellFolder(
  candidates: readonly Candidate[],
  refused: readonly NotKept[],
  input: CommandInput,
  { out }: Context,
): void {
  if (flagOption(input, 'json') || flagOption(input, 'quiet')) return;
  const lines = candidates.map((candidate) => ({ candidate, result: 'not kept' }));
  for (const line of table(lines, refused, out.width)) out.write(`${line}\n`);
}

/** A file that was read, and what became of it in words. */
interface TableLine {
  candidate: Candidate;
  result: string;
}

function table(files: readonly TableLine[], notKept: readonly NotKept[], width: number): string[] {
  const left = notKept.map(({ name, refusal, candidate }) => {
    const reason = refusal.message.replace(`${name}: `, '').replace(`${name} `, '').replace(/\.$/, '');
    return candidate === undefined
      ? { name, cells: [reason, '', '', 'not kept'] }
      : { name, cells: lineCells({ candidate, result: `not kept: ${reason}` }) };
  });
  const kept = files.map((file) => ({ name: file.candidate.name, cells: lineCells(file) }));
  const rows = [...kept, ...left].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const titles = ['What it is', 'Whose', 'Date', 'Result', 'Read', 'From'];
  const columns = [
    { title: 'File', cells: rows.map(({ name }) => visible(name)) },
    ...titles.map((title, index) => ({ title, cells: rows.map(({ cells }) => visible(cells[index] ?? '')) })),
  ];
  return fitTable(columns, width, (title) => title).lines;
}

function lineCells({ candidate, result }: TableLine): string[] {
  const { format, identity, asOf, document, resources, producer } = candidate;
  return [
    format,
    identity?.name ?? '',
    (asOf ?? document?.date ?? '').slice(0, 10),
    result,
    resources === undefined ? '' : String(resources),
    producer ?? '',
  ];
}
