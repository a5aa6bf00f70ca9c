import { BlueButtonError } from '../errors/index.ts';
import { visible } from '../render/index.ts';
import { placesOf, portalNamed, readPortals, writePortals, type NamedPortal } from '../settings/index.ts';
import { archiveWriter } from './archive-writer.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { httpFor } from './portal-access.ts';
import { planPortal } from './pull-plan.ts';
import { pullPortal, type PullTask } from './pull-portal.ts';
import {
  gapsOfPull,
  reportPlan,
  reportPull,
  type PullEnd,
  type PullFailure,
  type ReportOptions,
} from './pull-report.ts';

/** Portals by the name a person gave them. */
type Portals = Record<string, NamedPortal>;

/**
 * Brings what is new from the named portals, or all of them, into the archive; with `--dry-run`, tells what it would
 * ask. Of several, one that fails does not stop the others; a portal alone throws its error.
 */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const portals = await readPortals(placesOf(context.env));
  const names = input.arguments.length > 0 ? [...new Set(input.arguments)] : Object.keys(portals);
  if (names.length === 0) {
    throw new BlueButtonError('usage', 'No portal has been named yet.', {
      why: 'A pull asks the portals you have named, or those given.',
      try: 'bluebutton portals add NAME URL --client-id ID, or bluebutton demo to see it work',
    });
  }
  for (const name of names) portalNamed(portals, name);
  const http = await httpFor(input, context);
  const archive = archiveWriter(input, context);
  const tasks = names.map((name) => ({ name, portal: portalNamed(portals, name), http, archive }));
  const options = { json: flagOption(input, 'json'), quiet: flagOption(input, 'quiet') };
  try {
    if (flagOption(input, 'dryRun')) {
      const plans = await each(tasks, (task) => planPortal(task, input, context), context);
      return reportPlan(plans.ends, options, context);
    }
    const { ends, stopped } = await each(tasks, (task) => pullPortal(task, input, context), context);
    const accepted = flagOption(input, 'acceptGaps')
      ? await acceptGaps(ends, portals, options, context)
      : new Map(Object.entries(portals).map(([name, { acceptedGaps = [] }]) => [name, acceptedGaps]));
    const outcome = reportPull(ends, accepted, options, context);
    if (stopped !== undefined) throw stopped;
    return outcome;
  } finally {
    await http.close();
    await archive.release();
  }
}

/**
 * Takes one step with each portal in turn. When the person stops the command, the portals that are through are still
 * told of, unless there are none.
 */
async function each<Result extends object>(
  tasks: readonly PullTask[],
  step: (task: PullTask) => Promise<Result>,
  { signal }: Context,
): Promise<{ ends: (Result | PullFailure)[]; stopped?: unknown }> {
  const ends: (Result | PullFailure)[] = [];
  for (const task of tasks) {
    try {
      ends.push(await step(task));
    } catch (thrown) {
      if (signal.aborted && ends.length > 0) return { ends, stopped: thrown };
      if (!(thrown instanceof BlueButtonError) || signal.aborted || tasks.length === 1) throw thrown;
      ends.push({ name: task.name, error: thrown });
    }
  }
  return { ends };
}

/** Notes for each portal that what it left out this time is accepted, in place of what was accepted before. */
async function acceptGaps(
  ends: readonly PullEnd[],
  portals: Portals,
  { quiet }: ReportOptions,
  { env, err }: Context,
): Promise<Map<string, readonly string[]>> {
  const accepted = new Map(
    ends.flatMap((end) => ('error' in end ? [] : [[end.name, gapsOfPull(end)] as const])),
  );
  const places = placesOf(env);
  const named = Object.entries(await readPortals(places)).map(([name, portal]) => {
    const acceptedGaps = accepted.get(name) ?? portal.acceptedGaps;
    return [name, { ...portal, ...(acceptedGaps && { acceptedGaps }) }] as const;
  });
  await writePortals(places, Object.fromEntries(named));
  for (const [name, gaps] of quiet ? [] : accepted)
    for (const gap of gaps) err.write(`${name}: accepted from now on: ${visible(gap)}\n`);
  return new Map(
    Object.keys(portals).map((name) => [name, accepted.get(name) ?? portals[name]?.acceptedGaps ?? []]),
  );
}
