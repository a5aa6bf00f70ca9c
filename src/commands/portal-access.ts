import { join } from 'node:path';
import { BlueButtonError } from '../errors/index.ts';
import type { PersonIdentity } from '../model/index.ts';
import {
  createHttp,
  discover,
  fileTokenStore,
  memoryTokenStore,
  signInCommand,
  type Http,
  type PortalDescription,
  type TokenSet,
  type TokenStore,
} from '../portal/index.ts';
import { visible } from '../render/index.ts';
import { placesOf, type NamedPortal } from '../settings/index.ts';
import { certificatesOf } from './certificate-file.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { settingOf } from './setting.ts';

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

/** The tokens a person chose to keep in files; where nothing was chosen, what is kept there is still found. */
export function keptTokens(context: Context): TokenStore {
  return fileTokenStore(join(placesOf(context.env).state, 'tokens'));
}

/**
 * The sign-in kept in files for a portal.
 *
 * @throws BlueButtonError `login-needed` when there is none, or it is for another address.
 */
export async function keptSignIn(name: string, baseUrl: string, context: Context): Promise<TokenSet> {
  const tokens = await keptTokens(context).read(name);
  if (tokens?.baseUrl === baseUrl) return tokens;
  throw new BlueButtonError('login-needed', `You are not signed in to ${name}.`, {
    why: tokens
      ? `The sign-in that is kept is for another address, ${tokens.baseUrl}.`
      : 'No sign-in is kept for it.',
    try: `bluebutton login ${name} --token-store file`,
  });
}

/** The sign-in kept under a name; undefined where there is none that can be read as one. */
export async function readableSignIn(store: TokenStore, name: string): Promise<TokenSet | undefined> {
  try {
    return await store.read(name);
  } catch (thrown) {
    if (thrown instanceof BlueButtonError && thrown.code === 'login-needed') return undefined;
    throw thrown;
  }
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

/**
 * Where new tokens go, by the setting `token-store`. There is no default: where the key to a medical history lies is the
 * person's choice.
 *
 * @throws BlueButtonError `usage` when nothing was chosen.
 */
export async function chosenTokenStore(
  name: string,
  input: CommandInput,
  context: Context,
): Promise<{ kind: 'file' | 'memory'; store: TokenStore }> {
  const value = await settingOf('token-store', input, context);
  if (value === 'file') return { kind: value, store: keptTokens(context) };
  if (value === 'memory') return { kind: value, store: memoryTokenStore() };
  throw new BlueButtonError('usage', 'Where should the sign-in be kept? Please choose.', {
    why: [
      'file: in a file only you can read (0600), so that later pulls need no new sign-in.',
      'memory: forgotten when this command ends.',
    ].join('\n'),
    try: `bluebutton login ${name} --token-store file`,
  });
}

/** `Jane Doe, born 1975-05-01`, or what is known instead. */
export function whoText({ name, birthDate }: PersonIdentity, patientId: string | undefined): string {
  const known = [name, birthDate && `born ${birthDate}`].filter((part) => part !== undefined && part !== '');
  return known.length > 0 ? visible(known.join(', ')) : `patient ${patientId ?? 'the portal does not name'}`;
}
