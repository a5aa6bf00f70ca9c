import { BlueButtonError, nearestWord } from '../errors/index.ts';
import { placesOf, readDirectories, removeDirectory } from '../settings/index.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';

/** Forgets a directory of portals. Portals that were named stay. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const [name = ''] = input.arguments;
  const places = placesOf(context.env);
  const names = (await readDirectories(places)).map((directory) => directory.name);
  if (!names.includes(name)) {
    const meant = nearestWord(name, names);
    throw new BlueButtonError('usage', `No directory is called ${name}.`, {
      why: names.length > 0 ? `These are: ${names.join(', ')}.` : 'None has been added yet.',
      try: meant === undefined ? 'bluebutton portals list' : `bluebutton portals remove-directory ${meant}`,
    });
  }
  await removeDirectory(places, name);
  if (flagOption(input, 'json'))
    context.out.write(`${JSON.stringify({ schema: 'bluebutton/directory/1', name, removed: true })}\n`);
  else context.out.write(`The directory ${name} is forgotten. Portals that were named stay.\n`);
  return 'done';
}
