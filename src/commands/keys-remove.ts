import { BlueButtonError, nearestWord } from '../errors/index.ts';
import { clientKeysName, removeOthers, writeClientKeys } from '../secrets/index.ts';
import { clientKeys } from './client-key-store.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { secretsFolder } from './kept-sign-ins.ts';

/** Forgets one of the client's keys, or all: that needs no passphrase and no keychain. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const [kid] = input.arguments;
  const removed = flagOption(input, 'all') ? await removeAll(context) : await removeOne(kid, input, context);
  if (flagOption(input, 'json'))
    context.out.write(
      `${JSON.stringify({ schema: 'bluebutton/client-key/1', kid: removed, removed: true })}\n`,
    );
  else context.out.write(`${removed === null ? 'All keys are' : `${removed} is`} forgotten.\n`);
  return 'done';
}

async function removeAll(context: Context): Promise<null> {
  await removeOthers(secretsFolder(context), clientKeysName);
  return null;
}

async function removeOne(kid: string | undefined, input: CommandInput, context: Context): Promise<string> {
  const { store, keys } = await clientKeys(input, context);
  const known = keys.map((key) => key.kid);
  if (kid === undefined || !known.includes(kid)) {
    const meant = kid === undefined ? undefined : nearestWord(kid, known);
    throw new BlueButtonError('usage', kid === undefined ? 'Which key?' : `No key is called ${kid}.`, {
      why: `These are: ${known.join(', ')}.`,
      try: `bluebutton keys remove ${meant ?? known[0] ?? 'KID'}`,
    });
  }
  await writeClientKeys(
    store,
    keys.filter((key) => key.kid !== kid),
  );
  return kid;
}
