import { readFile } from 'node:fs/promises';
import { BlueButtonError, shellWord } from '../errors/index.ts';
import { readCertificates } from '../portal/index.ts';
import type { CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { settingOf } from './setting.ts';

/**
 * The certificates to trust beside those Node trusts, by the setting `ca`, in PEM; none when it is not set.
 *
 * @throws BlueButtonError `usage` when the file cannot be read, or holds none.
 */
export async function certificatesOf(input: CommandInput, context: Context): Promise<string[]> {
  const file = await settingOf('ca', input, context);
  if (file === undefined) return [];
  const text = await readFile(file, 'latin1').catch((cause: unknown) => {
    throw new BlueButtonError('usage', `The file of certificates ${file} could not be read.`, {
      why: 'There is no such file, or you are not allowed to read it.',
      try: `ls -l ${shellWord(file)}`,
      cause,
    });
  });
  return readCertificates(text, file);
}
