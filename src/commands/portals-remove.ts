import { placesOf, portalNamed, readPortals, writePortals } from '../settings/index.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { keptTokens } from './kept-sign-ins.ts';

/** Forgets a portal's name and its sign-in. What was pulled from it stays in the archive. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const [name = ''] = input.arguments;
  const places = placesOf(context.env);
  const portals = await readPortals(places);
  portalNamed(portals, name);
  await keptTokens(input, context).remove(name);
  await writePortals(places, Object.fromEntries(Object.entries(portals).filter(([each]) => each !== name)));
  if (flagOption(input, 'json'))
    context.out.write(`${JSON.stringify({ schema: 'bluebutton/portal/1', name, removed: true })}\n`);
  else
    context.out.write(`${name} is forgotten, its sign-in too. Records already pulled stay in the archive.\n`);
  return 'done';
}
