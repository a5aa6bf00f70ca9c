import { BlueButtonError } from '../errors/index.ts';
import { isGenerated } from '../model/index.ts';
import { planQueries, type PlannedQuery } from '../portal/index.ts';
import { visible, wrapLine } from '../render/index.ts';
import type { CommandInput } from './command.ts';
import { counted } from './counted.ts';
import type { Context } from './context.ts';
import { keptSignIn, loginAgain } from './kept-sign-ins.ts';
import { reachPortal } from './portal-access.ts';
import type { PullTask } from './pull-portal.ts';
import { planOptions } from './pull-sync.ts';

/** What a pull from one portal would ask. */
export interface PortalPlan {
  name: string;
  baseUrl: string;
  patientId: string;
  queries: PlannedQuery[];
}

/**
 * Works out what a pull would ask, from what the portal says of itself and what the kept sign-in was granted. Nothing of
 * the record is asked for, no token is used or renewed, and nothing is written.
 *
 * @throws BlueButtonError `login-needed` when no sign-in is kept: the plan depends on what was granted.
 */
export async function planPortal(
  { name, portal, http }: PullTask,
  input: CommandInput,
  context: Context,
): Promise<PortalPlan> {
  const { description } = await reachPortal(name, portal, http, input, context);
  const { patientId, scopesGranted } = await keptSignIn(name, description.baseUrl, input, context);
  if (patientId === undefined) throw noPatient(name, await loginAgain(name, context));
  const { baseUrl } = description;
  const { plan } = await planOptions({ baseUrl, patientId }, portal.vendor, input, context);
  const queries = planQueries(description, scopesGranted, patientId, plan);
  return { name, baseUrl: description.baseUrl, patientId, queries };
}

/** The refusal of a sign-in that does not say whose record it is for. */
export function noPatient(name: string, again: string): BlueButtonError {
  return new BlueButtonError('login-needed', `${name} did not say whose record this sign-in is for.`, {
    why: 'The sign-in carries no patient id.',
    try: again,
  });
}

/** A plan as a person reads it: what would be asked, for what, and what would not, for which reason. */
export function* planText(
  { name, baseUrl, patientId, queries }: PortalPlan,
  width: number,
): Generator<string> {
  const asked = queries.filter(({ how }) => how !== 'not-asked');
  const left = queries.filter(({ how }) => how === 'not-asked');
  yield `${name} (${new URL(baseUrl).host}), patient ${visible(patientId)}: would ask ${counted(asked.length, 'question')}\n`;
  for (const [index, planned] of asked.entries()) {
    if (planned.what !== asked[index - 1]?.what) yield `  ${planned.what}\n`;
    // Whole, so that it can be copied.
    yield `    ${visible(planned.query)}\n`;
    const next = asked[index + 1];
    const isRepeated = next?.what === planned.what && next.reason === planned.reason;
    // Of several searches by the same parameter the last one tells why.
    const lines = [
      ...(planned.reason === undefined || isRepeated ? [] : [planned.reason]),
      ...manners(planned),
    ];
    for (const line of lines) yield indented(line, 6, width);
  }
  yield '  then, by id, what those refer to, and their attachments\n';
  for (const reason of new Set(left.map((query) => query.reason))) {
    const types = left
      .filter((query) => query.reason === reason)
      .map(({ query, resourceType }) => (isGenerated(query) ? `${resourceType}/$docref` : resourceType));
    yield `Not asked (${types.length}). ${reason ?? ''}\n  ${wrapLine(types.join(', '), width)}\n`;
  }
}

/** How a query is asked, where there is more to say than the query itself. */
function manners({ since, pageSize, needs = [], instead, covers, orElse, fills }: PlannedQuery): string[] {
  return [
    ...(since === undefined ? [] : [`only what was updated since ${since}`]),
    ...(pageSize === undefined ? [] : [`${pageSize} on a page`]),
    ...needs.map(({ parameter, values }) => `if the portal insists: by ${parameter} (${values.join(', ')})`),
    ...(instead === undefined
      ? []
      : [`if refused or cut: by ${instead.parameter} (${instead.values.join(', ')})`]),
    ...(covers === undefined ? [] : [`in place of searches for ${counted(covers.length, 'type')}`]),
    ...(fills === true ? ['only for types whose searches had to be narrowed'] : []),
    ...(orElse === undefined ? [] : [`if refused: the ${orElse.length} of them that it offers`]),
  ];
}

function indented(text: string, by: number, width: number): string {
  const margin = ' '.repeat(by);
  return `${margin}${wrapLine(visible(text), width - by).replaceAll('\n', `\n${margin}`)}\n`;
}
