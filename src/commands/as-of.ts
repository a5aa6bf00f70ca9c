import { datedBags, personAsOf, type Archive, type PersonFolder } from '../archive/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import { choosePerson } from './archive-person.ts';
import { timeText } from './bag-name.ts';
import { textOption, type CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { momentText, readMoment } from './moment.ts';

/**
 * The person a command means, as the archive holds them, or held them at the moment `--as-of` names; then `asOf` says
 * which in words.
 *
 * @throws BlueButtonError as `choosePerson` does; `usage` when `--as-of` names no moment, or one before everything.
 */
export async function chooseAsOf(
  input: CommandInput,
  context: Context,
): Promise<{ archive: Archive; person: PersonFolder; asOf?: string }> {
  const { archive, person } = await choosePerson(input, context);
  const word = textOption(input, 'asOf');
  if (word === undefined) return { archive, person };
  const moment = readMoment(word, person.sources);
  const then = 'until' in moment ? moment.until : { source: moment.source.folder, folder: moment.bag.folder };
  const asOf = `${'until' in moment ? 'at' : 'after'} ${await momentText(archive, moment)}`;
  const held = await personAsOf(archive, person, then);
  if (held.sources.length > 0) return { archive, person: held, asOf };
  throw new BlueButtonError('usage', `The archive held nothing of ${person.folder} ${asOf}.`, {
    why: `The first that came is of ${timeText(await firstOf(archive, person))}.`,
    try: 'bluebutton log, for all that came and when',
  });
}

/** When the first bag of a person came. */
async function firstOf(archive: Archive, { sources }: PersonFolder): Promise<number> {
  const times: number[] = [];
  for (const source of sources) times.push(...(await datedBags(archive, source)).map(({ ended }) => ended));
  return Math.min(...times);
}
