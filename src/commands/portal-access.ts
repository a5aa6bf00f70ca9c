import { BlueButtonError } from '../errors/index.ts';
import type { PersonIdentity } from '../model/index.ts';
import { createHttp, discover, signInCommand, type Http, type PortalDescription } from '../portal/index.ts';
import { visible } from '../render/index.ts';
import type { NamedPortal } from '../settings/index.ts';
import { certificatesOf } from './certificate-file.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context } from './context.ts';

/** A named portal, ready to be talked to. */
export interface PortalAccess {
  name: string;
  portal: NamedPortal;
  http: Http;
  description: PortalDescription;
}

/**
 * The one way to the network, named for what it is in the portals' logs. With `--verbose` and without `--quiet`, it tells
 * of each request.
 *
 * @throws BlueButtonError as `certificatesOf` and `createHttp` do.
 */
export async function httpFor(input: CommandInput, context: Context): Promise<Http> {
  const { program, now, env, err } = context;
  const tells = flagOption(input, 'verbose') && !flagOption(input, 'quiet');
  return createHttp({
    userAgent: `bluebutton/${program.version}`,
    now,
    env,
    ca: await certificatesOf(input, context),
    ...(tells && { log: (line) => err.write(`${line}\n`) }),
  });
}

/** Names the host before the first word to it, and asks the portal what it is. */
export async function reachPortal(
  name: string,
  portal: NamedPortal,
  http: Http,
  input: CommandInput,
  context: Context,
): Promise<PortalAccess> {
  if (!flagOption(input, 'quiet')) context.err.write(`Asking ${new URL(portal.baseUrl).host} (${name}).\n`);
  const description = await discover(http, portal.baseUrl, context.signal);
  return { name, portal, http, description };
}

/**
 * Does a step with a portal. An error that says to sign in says it with `command`, which names the portal and can be
 * pasted: the portal layer knows neither.
 */
export async function withSignInCommand<Result>(
  command: string,
  step: () => Promise<Result>,
): Promise<Result> {
  try {
    return await step();
  } catch (thrown) {
    if (!(thrown instanceof BlueButtonError) || !thrown.try.includes(signInCommand)) throw thrown;
    const { code, message, why, cause } = thrown;
    throw new BlueButtonError(code, message, { why, try: thrown.try.replace(signInCommand, command), cause });
  }
}

/** `Jane Doe, born 1975-05-01`, or what is known instead. */
export function whoText({ name, birthDate }: PersonIdentity, patientId: string | undefined): string {
  const known = [name, birthDate && `born ${birthDate}`].filter((part) => part !== undefined && part !== '');
  return known.length > 0 ? visible(known.join(', ')) : `patient ${patientId ?? 'the portal does not name'}`;
}
