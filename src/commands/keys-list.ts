import { readClientKeys } from '../secrets/index.ts';
import { clientKeyStore } from './client-key-store.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';

/** Lists the client's keys, the newest last. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const { out, err } = context;
  const store = await clientKeyStore(input, context);
  const keys = (store ? await readClientKeys(store) : []).map(({ kid, alg, created }) => ({
    kid,
    alg,
    created,
  }));
  if (flagOption(input, 'json')) {
    const answer = { schema: 'bluebutton/client-keys/1', keys, tokenStore: store?.kind };
    out.write(`${JSON.stringify(answer, null, 2)}\n`);
    return 'done';
  }
  for (const { kid, alg, created } of keys) out.write(`${kid}  ${alg}  made ${created.slice(0, 10)}\n`);
  if (keys.length === 0)
    err.write('No key has been made yet.\nTry: bluebutton keys create --token-store file\n');
  return 'done';
}
