import { stat } from 'node:fs/promises';
import { BlueButtonError, shellWord } from '../errors/index.ts';
import type { AskPassphrase } from '../secrets/index.ts';
import type { CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { firstLineOf } from './first-line.ts';
import { settingOf } from './setting.ts';

/**
 * How a passphrase is had: the first line of the file that the setting `passphrase-file` names, else
 * the person at the terminal, twice when it is a new one.
 *
 * @param what What it opens.
 *
 * @throws BlueButtonError `password-needed` when nobody can say it, `usage` when the file cannot be read.
 */
export function askPassphrase(input: CommandInput, context: Context, what = 'kept sign-ins'): AskPassphrase {
  return async (isNew) => {
    const file = await settingOf('passphrase-file', input, context);
    if (file !== undefined) {
      await warnIfOpen(file, context);
      return firstLineOf(file, 'passphrase', context);
    }
    if (input.options['input'] !== false) {
      const question = isNew ? `New passphrase for ${what}: ` : `Passphrase of ${what}: `;
      const typed = await context.ask(question, { hidden: true });
      if (typed !== undefined && typed !== '') {
        if (!isNew || (await context.ask('The same again: ', { hidden: true })) === typed) return typed;
        throw new BlueButtonError('usage', 'The two passphrases are not the same.', {
          why: 'A slip of the pen would lock you out, so a new passphrase is typed twice. Nothing was done.',
          try: 'the same command again',
        });
      }
    }
    throw new BlueButtonError(
      'password-needed',
      `The passphrase of ${what === 'kept sign-ins' ? 'the kept sign-ins' : what} is needed.`,
      {
        why: 'No file holds it for this command, and nobody typed it at a terminal.',
        try: 'the same command with BLUEBUTTON_PASSPHRASE_FILE=FILE before it, a file (0600) whose first line it is',
      },
    );
  };
}

async function warnIfOpen(file: string, { err, program }: Context): Promise<void> {
  // Windows keeps its permissions elsewhere.
  if (program.system.startsWith('win32')) return;
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || (found.mode & 0o077) === 0) return;
  err.write(
    `Warning: the passphrase file ${file} can be read by other users of this computer.\nTry: chmod 600 ${shellWord(file)}\n`,
  );
}
