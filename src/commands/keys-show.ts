import { resolve } from 'node:path';
import { publicKeySet } from '../secrets/index.ts';
import { clientKeys } from './client-key-store.ts';
import { flagOption, textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { writeOutputFile } from './output-file.ts';

/** Prints the public half of the client's keys as a JWK Set; the private half never leaves its store. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const { keys } = await clientKeys(input, context);
  const text = `${JSON.stringify(publicKeySet(keys), null, 2)}\n`;
  const file = textOption(input, 'output') ?? '-';
  if (file === '-') context.out.write(text);
  else await writeOutputFile(resolve(context.cwd, file), [text], flagOption(input, 'force'));
  return 'done';
}
