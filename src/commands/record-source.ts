import { BlueButtonError, shellWord } from '../errors/index.ts';
import { buildRecord, patientsOf, type BuiltRecord, type CodeNames, type Finding } from '../model/index.ts';
import { visible } from '../render/index.ts';
import { codeNamesOf } from './code-names.ts';
import { textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { partsOf, readInputs } from './inputs.ts';
import { whichPatient } from './which-patient.ts';

/**
 * The record a command is about: of the files given, else of the archive. With `everyone`, an input of several patients
 * is taken whole unless `--patient` names one. Codes without a name are looked up in `codeNames`, else `--code-table`.
 */
export async function recordFor(
  input: CommandInput,
  context: Context,
  command: string,
  options: { everyone?: boolean; codeNames?: CodeNames | undefined } = {},
): Promise<BuiltRecord> {
  const codeNames = options.codeNames ?? (await codeNamesOf(input, context));
  if (input.arguments.length === 0) {
    const { readArchivedRecord } = await import('./archived-record.ts');
    return readArchivedRecord(input, context, codeNames);
  }
  const person = textOption(input, 'person');
  if (person !== undefined) {
    throw new BlueButtonError('usage', '--person goes with the archive, and files were given.', {
      why: 'It says whose record of the archive is meant; of a file, --patient does.',
      try: `bluebutton ${command} --person "${person}", for the archive`,
    });
  }
  if (textOption(input, 'asOf') !== undefined) {
    throw new BlueButtonError('usage', '--as-of goes with the archive, and files were given.', {
      why: 'A file has no history; the archive has.',
      try: `bluebutton ${command} --as-of DATE, for the archive`,
    });
  }
  const parts = { ...partsOf(await readInputs(input.arguments, input, context)), codeNames };
  const wanted = textOption(input, 'patient');
  if (options.everyone === true && wanted === undefined) return buildRecord(parts);
  const typed = [command, ...input.arguments.map(shellWord)].join(' ');
  return buildRecord(parts, whichPatient(patientsOf(parts.entries), wanted, typed)?.key);
}

/** A finding in words, after the file it is about where that is one in a container. */
export function findingText({ member, message }: Finding): string {
  return visible(member === undefined ? message : `${member}: ${message}`);
}

/** Formats that say in themselves that a record is told as it was (`heldAt`). */
const sayHeldAt = new Set(['text', 'markdown', 'json']);

/** Says on standard error that a record is told as it was, where its format has no place to say it. */
export function reportHeldAt({ record: { heldAt } }: BuiltRecord, format: string, { err }: Context): void {
  if (heldAt !== undefined && !sayHeldAt.has(format))
    err.write(`As the archive held it ${heldAt}: what came later is left out.\n`);
}

/** Names on standard error what could not be read, and says so in the outcome. */
export function reportLosses({ record }: BuiltRecord, context: Context): Outcome {
  const losses = record.findings.filter(({ severity }) => severity === 'lost');
  if (losses.length === 0) return 'done';
  const most = 10;
  for (const finding of losses.slice(0, most)) context.err.write(`Not read: ${findingText(finding)}\n`);
  if (losses.length > most) context.err.write(`Not read: ${losses.length - most} more.\n`);
  const isLocked = losses.some(({ code }) => code === 'password-needed' || code === 'protected-member');
  const next = isLocked
    ? 'the same command with --password-file FILE, or on a terminal, where it asks'
    : 'the same with --format json (summary: --json), where findings name each place';
  context.err.write(`Everything else was read.\nTry: ${next}\n`);
  return 'partial';
}
