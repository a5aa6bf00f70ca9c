import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { restoreArchive } from '../archive/index.ts';
import { BlueButtonError, shellWord } from '../errors/index.ts';
import { decrypted, protectionOf, telltaleBytes } from './age-file.ts';
import { interrupted, linesOf } from './archive-export.ts';
import { archiveFor } from './archive-person.ts';
import { flagOption, textOption, type CommandInput } from './command.ts';
import { counted } from './counted.ts';
import type { Context, Outcome } from './context.ts';
import { askPassphrase } from './passphrase.ts';
import { systemRefusal } from './system-refusal.ts';

/**
 * Makes an archive of the file that `archive export` wrote, encrypted or not, in a folder that is empty or not there yet.
 * Nothing is there before all of it is proven.
 *
 * @throws BlueButtonError `archive-damaged`, `usage`, `password-needed`, or `failed` when the system refuses.
 */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const [named = ''] = input.arguments;
  const file = resolve(context.cwd, named);
  const directory = await archiveFor(input, context);
  const { pid, host, isRunning } = context.program;
  const check = (): void => {
    if (context.signal.aborted) throw interrupted('Nothing was restored.');
  };
  const found = await restoreArchive(
    await openedFile(file, input, context),
    directory,
    { pid, host, isRunning, now: context.now },
    check,
  );
  const { bags, files } = found;
  if (flagOption(input, 'json')) {
    const answer = { schema: 'bluebutton/archive-restore/1', archive: directory, bags, files };
    context.out.write(`${JSON.stringify(answer)}\n`);
    return 'done';
  }
  context.out.write(
    `${directory}: ${counted(bags, 'bag')}, ${counted(files, 'file')}, all as it was written.\n`,
  );
  context.err.write('Sign-ins are not in it: bluebutton login PORTAL, and pull goes on where it was.\n');
  return 'done';
}

/** The tar file in a file that may be encrypted. */
async function openedFile(
  file: string,
  input: CommandInput,
  context: Context,
): Promise<AsyncIterable<Uint8Array>> {
  const protection = protectionOf(await beginningOf(file));
  const pieces: AsyncIterable<Uint8Array> = createReadStream(file);
  const identity = textOption(input, 'identity');
  if (protection === undefined) return pieces;
  if (protection === 'passphrase')
    return decrypted(pieces, { passphrase: await askPassphrase(input, context, 'this file')(false) });
  if (identity !== undefined)
    return decrypted(pieces, { identities: await linesOf(resolve(context.cwd, identity), 'identity') });
  throw new BlueButtonError('password-needed', `${file} is encrypted for a key.`, {
    why: 'The secret key of one of its recipients opens it.',
    try: `bluebutton archive restore ${shellWord(file)} --identity KEYFILE`,
  });
}

async function beginningOf(file: string): Promise<Buffer> {
  try {
    const pieces: AsyncIterable<Buffer> = createReadStream(file, { end: telltaleBytes - 1 });
    const read: Buffer[] = [];
    for await (const piece of pieces) read.push(piece);
    return Buffer.concat(read);
  } catch (cause) {
    throw systemRefusal(`${file} could not be read.`, cause, `ls -l ${shellWord(file)}`);
  }
}
