import { openArchive, verifyArchive } from '../archive/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import { archiveFor } from './archive-person.ts';
import { flagOption, type CommandInput } from './command.ts';
import { counted } from './counted.ts';
import type { Context, Outcome } from './context.ts';

/**
 * Checks every byte of the archive against what was written.
 *
 * @throws BlueButtonError `archive-damaged` naming each damaged file.
 */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const archive = await openArchive(await archiveFor(input, context));
  const { bags, files, bytes, problems, notes } = await verifyArchive(archive.directory);
  if (flagOption(input, 'json')) {
    context.out.write(
      `${JSON.stringify({ schema: 'bluebutton/verify/1', bags, files, bytes, problems, notes }, null, 2)}\n`,
    );
  }
  for (const { path, note } of notes) context.err.write(`${path}: ${note}\n`);
  if (problems.length > 0) {
    const lines = problems.map(
      ({ path, problem, holds }) => `  ${path}: ${problem}${holds === undefined ? '' : ` It held ${holds}.`}`,
    );
    throw new BlueButtonError(
      'archive-damaged',
      `The archive ${archive.directory} is damaged: ${counted(problems.length, 'problem')}.`,
      {
        why: lines.join('\n'),
        try: 'restore these files from a copy of the archive; everything else in it is as it was written',
      },
    );
  }
  if (!flagOption(input, 'json') && !flagOption(input, 'quiet')) {
    context.out.write(
      `All is as it was written: ${counted(bags, 'bag')}, ${counted(files, 'file')}, ${sizeText(bytes)}.\n`,
    );
  }
  return 'done';
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
