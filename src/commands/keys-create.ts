import { BlueButtonError } from '../errors/index.ts';
import { addClientKey, clientKeyAlgorithms, clientKeysName, readClientKeys } from '../secrets/index.ts';
import { clientKeyStore } from './client-key-store.ts';
import { flagOption, textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { secretStore, undecided } from './kept-sign-ins.ts';
import { settingOf } from './setting.ts';

/** Makes a key for this client, in the store where its keys are, else in the one chosen now. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const kind = await settingOf('token-store', input, context);
  const known = await clientKeyStore(input, context);
  if (known === undefined && (kind === undefined || kind === 'memory'))
    throw await undecided('Where should the key be kept?', clientKeysName);
  const store = known ?? secretStore(kind ?? 'file', input, context);
  const there = await readClientKeys(store);
  const newest = there.at(-1);
  if (newest && !flagOption(input, 'new')) {
    throw new BlueButtonError('usage', `There is a key already: ${newest.kid}.`, {
      why: 'Portals know this client by the key that is registered with them.',
      try: 'bluebutton keys show, to register it; bluebutton keys create --new, to make another beside it',
    });
  }
  const alg = clientKeyAlgorithms.find((each) => each === textOption(input, 'alg')) ?? 'ES384';
  await store.ready(clientKeysName);
  const { kid, created } = await addClientKey(store, alg, context.now());
  if (flagOption(input, 'json')) {
    const answer = { schema: 'bluebutton/client-key/1', kid, alg, created, tokenStore: store.kind };
    context.out.write(`${JSON.stringify(answer, null, 2)}\n`);
    return 'done';
  }
  context.out.write(`Made a key for ${alg}: ${kid}\n`);
  if (newest)
    context.err.write('Sign-ins use it from now on: register it first where the old one is registered.\n');
  context.err.write('Next: bluebutton keys show -o jwks.json, and register that file with the portal\n');
  return 'done';
}
