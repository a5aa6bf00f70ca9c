import type { ReadingHelp } from '../formats/index.ts';
import { visible } from '../render/index.ts';
import { textOption, type CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { firstLineOf } from './first-line.ts';

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
      if (file !== undefined) return again ? undefined : await firstLineOf(file, 'password', context);
      if (input.options['input'] === false) return undefined;
      const said = again ? 'That does not open it. ' : '';
      const answer = await context.ask(`${said}Password of ${visible(name)}: `, { hidden: true });
      return answer === '' ? undefined : answer;
    },
  };
}
