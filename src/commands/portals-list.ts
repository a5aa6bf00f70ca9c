import { placesOf, readDirectories, readPortals } from '../settings/index.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { directoryFacts, directoryLine } from './directory-text.ts';

/** Lists the named portals, and the directories that `portals find` searches. */
export async function run(input: CommandInput, { out, err, env, now }: Context): Promise<Outcome> {
  const places = placesOf(env);
  const portals = await readPortals(places);
  const directories = await readDirectories(places);
  if (flagOption(input, 'json')) {
    const answer = {
      schema: 'bluebutton/portals/1',
      portals: Object.entries(portals).map(([name, portal]) => ({ name, ...portal })),
      directories: directories.map(directoryFacts),
    };
    out.write(`${JSON.stringify(answer, null, 2)}\n`);
    return 'done';
  }
  for (const [name, { baseUrl, clientId }] of Object.entries(portals)) {
    const client =
      clientId === undefined
        ? `no client id yet: bluebutton portals explain ${name}`
        : `client id ${clientId}`;
    out.write(`${name.padEnd(16)}${baseUrl}  ${client}\n`);
  }
  if (directories.length > 0) out.write('Directories:\n');
  for (const directory of directories) out.write(`  ${directoryLine(directory, now())}\n`);
  if (Object.keys(portals).length === 0)
    err.write('No portal has been named yet.\nTry: bluebutton portals find WORDS\n');
  return 'done';
}
