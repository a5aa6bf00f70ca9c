import { placesOf, readPortals } from '../settings/index.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';

/** Lists the named portals. */
export async function run(input: CommandInput, { out, err, env }: Context): Promise<Outcome> {
  const portals = await readPortals(placesOf(env));
  if (flagOption(input, 'json')) {
    const list = Object.entries(portals).map(([name, portal]) => ({ name, ...portal }));
    out.write(`${JSON.stringify({ schema: 'bluebutton/portals/1', portals: list }, null, 2)}\n`);
    return 'done';
  }
  for (const [name, { baseUrl, clientId }] of Object.entries(portals)) {
    out.write(`${name.padEnd(16)}${baseUrl}  client id ${clientId}\n`);
  }
  if (Object.keys(portals).length === 0)
    err.write('No portal has been named yet.\nTry: bluebutton portals add NAME URL --client-id ID\n');
  return 'done';
}
