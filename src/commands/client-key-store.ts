import { BlueButtonError } from '../errors/index.ts';
import { clientKeysName, readClientKeys, type ClientKey, type SecretStore } from '../secrets/index.ts';
import type { CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { keptKind, secretStore } from './kept-sign-ins.ts';

/** The store the client's keys are kept in; undefined when none was made yet. */
export async function clientKeyStore(
  input: CommandInput,
  context: Context,
): Promise<SecretStore | undefined> {
  const kind = await keptKind(clientKeysName, context);
  return kind && secretStore(kind, input, context);
}

/**
 * The keys there are, at least one, and where they are kept.
 *
 * @throws BlueButtonError `usage` when there is none.
 */
export async function clientKeys(
  input: CommandInput,
  context: Context,
): Promise<{ store: SecretStore; keys: ClientKey[] }> {
  const store = await clientKeyStore(input, context);
  const keys = store ? await readClientKeys(store) : [];
  if (store && keys.length > 0) return { store, keys };
  throw new BlueButtonError('usage', 'No key has been made yet.', {
    why: 'Only portals that ask for a key (private_key_jwt) need one.',
    try: 'bluebutton keys create --token-store file',
  });
}
