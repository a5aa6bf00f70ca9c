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

/** A file with the bytes of another one named with it. */
export interface Twin {
  name: string;
  of: string;
}

/** What became of every file. */
export interface ImportReport {
  kept: readonly KeptFile[];
  twins: readonly Twin[];
  notKept: readonly NotKept[];
  /** Of everybody who got a file, by folder. */
  people: ReadonlyMap<string, PersonIdentity>;
  /** How many hidden files, links and archives of this tool were in the folders. */
  passedOver: number;
}

/** Tells what every file is and what became of it: a line each, or a table for a folder. */
export function tellImport(
  report: ImportReport,
  isFolder: boolean,
  input: CommandInput,
  { out, err }: Context,
): void {
  const { kept, twins, notKept, people, passedOver } = report;
  if (flagOption(input, 'json')) {
    out.write(`${JSON.stringify(answer(report), null, 2)}\n`);
    return;
  }
  if (!flagOption(input, 'quiet')) {
    const lines = kept.map((file) => ({ candidate: file.candidate, result: outcomeText(file) }));
    if (isFolder) for (const line of table(lines, twins, notKept, out.width)) out.write(`${line}\n`);
    else for (const line of [...kept.map(fileLine), ...twins.map(twinLine)]) out.write(`${line}\n`);
    for (const [folder, { name }] of people)
      err.write(`Filed under ${folder}${name === undefined ? '' : ` (${visible(name)})`}.\n`);
    if (passedOver > 0)
      err.write(
        `Passed over: ${counted(passedOver, 'item')} that are hidden, links or archives of this tool.\n`,
      );
    if (people.size > 0) err.write('Next: bluebutton show\n');
  }
  if (!isFolder) for (const { refusal } of notKept) err.write(`Not kept: ${errorText(refusal)}`);
  else if (notKept.length > 0) {
    err.write(
      `Not kept: ${counted(notKept.length, 'file')}. Try: bluebutton import FILE, for the reason and what to do\n`,
    );
  }
}

/** What a file was recognised as. */
function recognition({ format, producer, asOf, document, identity, resources }: Candidate): object {
  return { format, producer, asOf: asOf ?? document?.date, about: identity, resources };
}

function answer({ kept, twins, notKept, passedOver }: ImportReport): object {
  return {
    schema: 'bluebutton/import/1',
    person: kept[0]?.person,
    files: kept.map(({ candidate, outcome, person, twin }) => ({
      name: candidate.name,
      ...recognition(candidate),
      filedUnder: person,
      outcome,
      sameDocumentAs: twin,
    })),
    sameFiles: twins,
    passedOver,
    refused: notKept.map(({ name, refusal, candidate }) => ({
      name,
      ...(candidate && recognition(candidate)),
      code: refusal.code,
      message: refusal.message,
      why: refusal.why,
      try: refusal.try,
    })),
  };
}

/** `visit.xml: C-CDA R2.1, from Good Health Clinic, Jane Doe, as of 2024-03-05, 120 resources: kept.` */
function fileLine(file: KeptFile): string {
  const { candidate } = file;
  const date = candidate.asOf ?? candidate.document?.date;
  const said = [
    whatItIs(candidate),
    candidate.identity?.name,
    date && `as of ${date}`,
    candidate.resources === undefined ? undefined : counted(candidate.resources, 'resource'),
  ].filter((part) => part !== undefined && part !== '');
  return visible(`${candidate.name}: ${said.join(', ')}: ${outcomeText(file)}.`);
}

function twinLine({ name, of }: Twin): string {
  return visible(`${name}: the same file as ${of}.`);
}

function whatItIs({ format, producer }: Candidate): string {
  return producer === undefined ? format : `${format}, from ${producer}`;
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
  for (const line of table(lines, [], refused, out.width)) out.write(`${line}\n`);
}

/** A file that was read, and what became of it in words. */
interface TableLine {
  candidate: Candidate;
  result: string;
}

function table(
  files: readonly TableLine[],
  twins: readonly Twin[],
  notKept: readonly NotKept[],
  width: number,
): string[] {
  const left = notKept.map(({ name, refusal, candidate }) => {
    const reason = refusal.message.replace(`${name}: `, '').replace(`${name} `, '').replace(/\.$/, '');
    return candidate === undefined
      ? { name, cells: ['', '', '', `not kept: ${reason}`] }
      : { name, cells: lineCells({ candidate, result: `not kept: ${reason}` }) };
  });
  const kept = files.map((file) => ({ name: file.candidate.name, cells: lineCells(file) }));
  const same = twins.map(({ name, of }) => ({ name, cells: ['', '', '', `the same file as ${of}`] }));
  const rows = [...kept, ...same, ...left].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const columns = ['What it is', 'Whose', 'Date', 'Result'].map((title, index) => ({
    title,
    cells: rows.map(({ cells }) => visible(cells[index] ?? '')),
  }));
  const names = { title: 'File', cells: rows.map(({ name }) => visible(name)) };
  return fitTable([names, ...columns], width, (title) => title).lines;
}

function lineCells({ candidate, result }: TableLine): string[] {
  const { identity, asOf, document, resources } = candidate;
  return [
    whatItIs(candidate),
    identity?.name ?? '',
    (asOf ?? document?.date ?? '').slice(0, 10),
    resources === undefined ? result : `${result} (${resources} read)`,
  ];
}
