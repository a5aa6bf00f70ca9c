import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BlueButtonError, shellWord } from '../errors/index.ts';
import type { ReadingHelp } from '../formats/index.ts';
import { visible } from '../render/index.ts';
import { textOption, type CommandInput } from './command.ts';
import type { Context } from './context.ts';

/** Asks whether to go on; false where nobody can answer: no terminal, or `--no-input`. */
export async function askYes(question: string, input: CommandInput, context: Context): Promise<boolean> {
  if (input.options['input'] === false) return false;
  return /^\s*y(es)?\s*$/i.test((await context.ask(`${question} [y/N] `)) ?? '');
}

/** Where a reader's questions find their answers: in `--password-file`, else with the person at the terminal. */
export function readingHelp(input: CommandInput, context: Context): ReadingHelp {
  return {
    async password({ name, again }) {
      const file = textOption(input, 'passwordFile');
      if (file !== undefined) return again ? undefined : await passwordIn(file, context);
      if (input.options['input'] === false) return undefined;
      const said = again ? 'That does not open it. ' : '';
      const answer = await context.ask(`${said}Password of ${visible(name)}: `, { hidden: true });
      return answer === '' ? undefined : answer;
    },
  };
}

async function passwordIn(file: string, { cwd }: Context): Promise<string> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch((cause: unknown) => {
    throw new BlueButtonError('usage', `The password file ${file} could not be read.`, {
      why: 'There is no such file, or you are not allowed to read it.',
      try: `ls -l ${shellWord(file)}`,
      cause,
    });
  });
  const password = text.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] ?? '';
  if (password !== '') return password;
  throw new BlueButtonError('usage', `The password file ${file} is empty.`, {
    why: 'The password is its first line.',
    try: `cat ${shellWord(file)}`,
  });
}
