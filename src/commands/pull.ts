import { BlueButtonError } from '../errors/index.ts';
import { placesOf, portalNamed, readPortals } from '../settings/index.ts';
import { archiveWriter } from './archive-writer.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { httpFor } from './portal-access.ts';
import { pullPortal } from './pull-portal.ts';
import { reportPull, type PullEnd } from './pull-report.ts';

/**
 * Brings what is new from the named portals, or all of them, into the archive. Of several, one that fails does not stop
 * the others; a portal alone throws its error.
 */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const portals = await readPortals(placesOf(context.env));
  const names = input.arguments.length > 0 ? [...new Set(input.arguments)] : Object.keys(portals);
  if (names.length === 0) {
    throw new BlueButtonError('usage', 'No portal has been named yet.', {
      try: 'bluebutton portals add NAME URL --client-id ID, or bluebutton demo to see it work',
    });
  }
  for (const name of names) portalNamed(portals, name);
  const http = httpFor(context);
  const archive = archiveWriter(input, context);
  const ends: PullEnd[] = [];
  try {
    for (const name of names) {
      const task = { name, portal: portalNamed(portals, name), http, archive };
      try {
        ends.push(await pullPortal(task, input, context));
      } catch (thrown) {
        const isOfPortal = thrown instanceof BlueButtonError && !context.signal.aborted;
        if (!isOfPortal || names.length === 1) throw thrown;
        ends.push({ name, error: thrown });
      }
    }
  } finally {
    await http.close();
    await archive.release();
  }
  return reportPull(ends, { json: flagOption(input, 'json'), quiet: flagOption(input, 'quiet') }, context);
}
