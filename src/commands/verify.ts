import { resolve } from 'node:path';
import {
  compareWithCopy,
  openArchive,
  verifyArchive,
  type CopyFindings,
  type Verification,
} from '../archive/index.ts';
import { BlueButtonError, shellWord } from '../errors/index.ts';
import { archiveFor } from './archive-person.ts';
import { flagOption, textOption, type CommandInput } from './command.ts';
import { counted } from './counted.ts';
import type { Context, Outcome } from './context.ts';
import { mendCommands } from './mend-commands.ts';

/**
 * Checks every byte of the archive against what was written; with `--from`, also what another copy of it still has.
 *
 * @throws BlueButtonError `archive-damaged` naming each damaged file and what it held.
 */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const directory = await archiveFor(input, context);
  const found = await verifyIt(directory);
  const copy = await copyFor(input, context, found, directory);
  if (flagOption(input, 'json')) {
    const { bags, files, bytes, problems, notes } = found;
    const from = copy && {
      directory: copy.directory,
      problems: copy.findings.problems,
      mends: copy.findings.mends,
      lacking: copy.findings.lacking,
      commands: copy.commands,
    };
    const report = {
      schema: 'bluebutton/verify/1',
      bags,
      files,
      bytes,
      problems: problems.map((problem, index) => ({
        ...problem,
        ...(copy && { inCopy: copy.findings.remedies[index] ?? null }),
      })),
      notes,
      ...(from && { from }),
    };
    context.out.write(`${JSON.stringify(report, null, 2)}\n`);
  }
  for (const { path, note } of found.notes) context.err.write(`${path}: ${note}\n`);
  if (copy !== undefined) tellOfCopy(copy, context);
  if (found.problems.length > 0) throw damaged(directory, found, copy);
  if (!flagOption(input, 'json') && !flagOption(input, 'quiet')) {
    const { bags, files, bytes } = found;
    context.out.write(
      `All is as it was written: ${counted(bags, 'bag')}, ${counted(files, 'file')}, ${sizeText(bytes)}.\n`,
    );
  }
  return 'done';
}

/** An archive whose `archive.json` is missing or damaged is refused with the way to put that right, before all else. */
async function verifyIt(directory: string): Promise<Verification> {
  await openArchive(directory);
  return verifyArchive(directory);
}

interface Copy {
  directory: string;
  findings: CopyFindings;
  commands: string[];
}

async function copyFor(
  input: CommandInput,
  context: Context,
  found: Verification,
  directory: string,
): Promise<Copy | undefined> {
  const named = textOption(input, 'from');
  if (named === undefined) return undefined;
  const from = resolve(context.cwd, named);
  if (from === directory) {
    throw new BlueButtonError('usage', '--from names the archive itself.', {
      why: 'It is compared with another copy of it.',
      try: 'the same command with --from and the folder of a copy',
    });
  }
  const findings = await compareWithCopy(found, directory, from);
  return { directory: from, findings, commands: mendCommands(findings, directory, from) };
}

function tellOfCopy({ directory, findings, commands }: Copy, { err }: Context): void {
  if (findings.problems > 0)
    err.write(`The copy ${directory} has ${counted(findings.problems, 'problem')} of its own.\n`);
  if (findings.lacking.length === 0) return;
  err.write(`The copy ${directory} holds what this archive does not:\n`);
  for (const path of findings.lacking) err.write(`  ${path}\n`);
  if (findings.mends.length === 0) err.write(`Try: ${commands.join('\n')}\n`);
}

function damaged(directory: string, { problems }: Verification, copy: Copy | undefined): BlueButtonError {
  const lines = problems.map(({ path, problem, holds, lacks }, index) => {
    const held = holds === undefined ? '' : ` It held ${holds}.`;
    const remedy = copy?.findings.remedies[index];
    // Of a file that came later, say, the copy has nothing; of its bag it has all.
    const what = remedy === 'bag' && lacks === undefined ? 'the whole bag' : 'it';
    const there = copy && ` The copy ${remedy === undefined ? 'does not have' : 'has'} ${what} intact.`;
    return `  ${path}: ${problem}${held}${there ?? ''}`;
  });
  const commands = copy?.commands ?? [];
  return new BlueButtonError(
    'archive-damaged',
    `The archive ${directory} is damaged: ${counted(problems.length, 'problem')}.`,
    {
      why: lines.join('\n'),
      try:
        copy === undefined
          ? 'bluebutton verify --from COPY, the folder of another copy, says what that still has; everything else here is as it was written'
          : commands.length > 0
            ? [...commands, `bluebutton verify --from ${shellWord(copy.directory)}`].join('\n')
            : 'bluebutton verify --from with another copy: this one has nothing of it intact',
    },
  );
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
