import { readFile, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { exportArchive, openArchive, verifyArchive } from '../archive/index.ts';
import { BlueButtonError, shellWord } from '../errors/index.ts';
import { encrypted, type Lock } from './age-file.ts';
import { archiveFor } from './archive-person.ts';
import { flagOption, textOption, valuesOption, type CommandInput } from './command.ts';
import { counted } from './counted.ts';
import type { Context, Outcome } from './context.ts';
import { refuseExisting, writeOutputFile } from './output-file.ts';
import { askPassphrase } from './passphrase.ts';
import { systemRefusal } from './system-refusal.ts';

/**
 * Writes the whole archive into one file: a tar file, encrypted by age unless `--plain` says in words that it should not
 * be. The archive is proven first: a copy of a damaged one would be taken for a backup.
 *
 * @throws BlueButtonError `archive-damaged`, `usage`, `password-needed`, or `failed` when the disk refuses.
 */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const [named = ''] = input.arguments;
  const file = resolve(context.cwd, named);
  const force = flagOption(input, 'force');
  const archive = await openArchive(await archiveFor(input, context));
  const lock = await lockFor(input, context);
  await refuseInside(file, archive.directory);
  await refuseExisting(file, force, 'as the file');
  const { problems, notes, bags, files } = await verifyArchive(archive.directory);
  if (problems.length > 0) {
    throw new BlueButtonError('archive-damaged', `The archive ${archive.directory} is damaged.`, {
      why: `${counted(problems.length, 'problem')} found, the first at ${problems[0]?.path}. Nothing was written.`,
      try: 'bluebutton verify, which names what is damaged',
    });
  }
  for (const { path, note } of notes) {
    if (note.startsWith('Not a part')) context.err.write(`${path}: ${note} It is left out.\n`);
  }
  const passphrase =
    lock === 'passphrase' ? await askPassphrase(input, context, 'this file')(true) : undefined;
  const tar = throughout(exportArchive(archive), context.signal);
  const pieces =
    lock === undefined
      ? tar
      : encrypted(tar, lock === 'passphrase' ? { passphrase: passphrase ?? '' } : lock);
  await writeOutputFile(file, pieces, force, 'as the file');
  const protection = lock === undefined ? 'none' : lock === 'passphrase' ? lock : 'recipients';
  if (flagOption(input, 'json')) {
    const answer = { schema: 'bluebutton/archive-export/1', file, bags, files, protection };
    context.out.write(`${JSON.stringify(answer)}\n`);
    return 'done';
  }
  context.out.write(
    `${file}: ${counted(bags, 'bag')}, ${counted(files, 'file')}; ${sentences[protection]}\n`,
  );
  const key = protection === 'recipients' ? ' --identity KEYFILE' : '';
  context.err.write(
    `To restore it: bluebutton archive restore ${shellWord(file)}${key} --archive NEW-FOLDER\n`,
  );
  return 'done';
}

const sentences = {
  none: 'not encrypted: whoever has this file can read your records.',
  passphrase: 'encrypted with the passphrase: without it nobody can open this file, nor can you.',
  recipients: 'encrypted: without the secret key of a recipient nobody can open this file, nor can you.',
};

/** How the file is to be locked; undefined for not at all. */
async function lockFor(
  input: CommandInput,
  { cwd }: Context,
): Promise<Exclude<Lock, { passphrase: string }> | 'passphrase' | undefined> {
  const recipients = [...(valuesOption(input, 'recipient') ?? [])];
  const listed = textOption(input, 'recipientsFile');
  if (listed !== undefined) recipients.push(...(await linesOf(resolve(cwd, listed), 'recipients')));
  const isEncrypted = flagOption(input, 'encrypt') || recipients.length > 0 || listed !== undefined;
  const isPlain = flagOption(input, 'plain');
  if (isEncrypted === isPlain) {
    throw new BlueButtonError(
      'usage',
      isPlain
        ? '--plain and --encrypt contradict each other.'
        : 'It is not said how the file is to be protected.',
      {
        why: 'The file holds the whole record; who has it can read it unless it is encrypted.',
        try: 'the same command with --encrypt (a passphrase is asked for), with --recipient age1…, or with --plain',
      },
    );
  }
  if (isPlain) return undefined;
  return recipients.length > 0 ? { recipients } : 'passphrase';
}

/** The lines of a file of keys, without comments. */
export async function linesOf(file: string, what: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw systemRefusal(`The ${what} file ${file} could not be read.`, cause, `ls -l ${shellWord(file)}`);
  });
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length > 0) return keys;
  throw new BlueButtonError('usage', `The ${what} file ${file} holds nothing.`, {
    why: 'It should have a key on each line.',
    try: 'age-keygen -o key.txt, which makes a key and prints its recipient',
  });
}

/** In the archive it would be a foreign file, and each export would hold the one before. */
async function refuseInside(file: string, directory: string): Promise<void> {
  const folder = await realpath(dirname(file)).catch(() => dirname(file));
  const way = relative(await realpath(directory), folder);
  if (isAbsolute(way) || /^\.\.([\\/]|$)/.test(way)) return;
  throw new BlueButtonError('usage', `${file} would lie in the archive itself.`, {
    why: 'Nothing but records is kept there.',
    try: 'the same command with a file elsewhere, best on another disk',
  });
}

/** The same pieces, until the person interrupts. */
async function* throughout(
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (signal.aborted) throw interrupted('Nothing was written.');
    yield piece;
  }
}

/** The error for a command that a Ctrl-C ended; `left` says what is there now. */
export function interrupted(left: string): BlueButtonError {
  return new BlueButtonError('interrupted', 'Interrupted.', { why: left, try: 'the same command again' });
}
