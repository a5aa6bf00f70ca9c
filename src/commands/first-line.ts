import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BlueButtonError, shellWord } from '../errors/index.ts';
import type { Context } from './context.ts';

/**
 * The first line of a file that holds a secret: secrets come by file, never as an argument, which other programs can see.
 *
 * @param what - what the file holds, e.g. `password`.
 * @throws BlueButtonError `usage` when the file cannot be read or its first line is empty.
 */
export async function firstLineOf(file: string, what: string, { cwd }: Context): Promise<string> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch((cause: unknown) => {
    throw new BlueButtonError('usage', `The ${what} file ${file} could not be read.`, {
      why: 'There is no such file, or you are not allowed to read it.',
      try: `ls -l ${shellWord(file)}`,
      cause,
    });
  });
  const line = text.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] ?? '';
  if (line !== '') return line;
  throw new BlueButtonError('usage', `The ${what} file ${file} is empty.`, {
    why: `The ${what} is its first line.`,
    try: `cat ${shellWord(file)}`,
  });
}
