import { BlueButtonError } from '../errors/index.ts';
import { revoke, vendorFor, type TokenSet, type TokenStore } from '../portal/index.ts';
import { placesOf, portalNamed, readPortals, type NamedPortal } from '../settings/index.ts';
import { proofFor } from './client-proof.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { errorText } from './error-text.ts';
import { keptTokens, readableSignIn } from './kept-sign-ins.ts';
import { httpFor, reachPortal } from './portal-access.ts';
import { lockRenewal } from './renewal.ts';

/** What became of a sign-in at the portal. */
type AtPortal = 'revoked' | 'not-offered' | 'refused' | 'not-asked';

/**
 * Ends a sign-in at the portal and forgets it here. Where the portal cannot be reached nothing is forgotten, so that the
 * sign-in can still be ended; `--local` forgets it here alone.
 */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const [name = ''] = input.arguments;
  const portal = portalNamed(await readPortals(placesOf(context.env)), name);
  const store = keptTokens(input, context);
  if ((await readableSignIn(store, name)) === undefined) {
    await store.remove(name);
    context.err.write(`You are not signed in to ${name}.\n`);
    return 'done';
  }
  const atPortal = await endSignIn(name, portal, store, input, context);
  if (flagOption(input, 'json')) {
    context.out.write(`${JSON.stringify({ schema: 'bluebutton/logout/1', portal: name, atPortal })}\n`);
  } else {
    context.out.write(`${sentences[atPortal](name)} Records already pulled stay in the archive.\n`);
  }
  return atPortal === 'refused' ? 'partial' : 'done';
}

/** Ends and forgets the sign-in as it is once nobody renews it any more: the tokens before would end nothing. */
async function endSignIn(
  name: string,
  portal: NamedPortal,
  store: TokenStore,
  input: CommandInput,
  context: Context,
): Promise<AtPortal> {
  const release = await lockRenewal(name, context);
  try {
    const tokens = await readableSignIn(store, name);
    const isLocal = flagOption(input, 'local') || tokens === undefined;
    const atPortal = isLocal ? 'not-asked' : await endAtPortal(name, portal, tokens, input, context);
    await store.remove(name);
    return atPortal;
  } finally {
    await release();
  }
}

const sentences: Record<AtPortal, (name: string) => string> = {
  revoked: (name) => `Signed out of ${name}: the portal has ended the sign-in, and it is forgotten here.`,
  'not-offered': (name) =>
    `The sign-in of ${name} is forgotten here. The portal offers no way to end it from here: end it on its own pages.`,
  refused: (name) =>
    `The sign-in of ${name} is forgotten here, but the portal did not end it: end it on its own pages.`,
  'not-asked': (name) => `The sign-in of ${name} is forgotten here. The portal was not told.`,
};

async function endAtPortal(
  name: string,
  portal: NamedPortal,
  tokens: TokenSet,
  input: CommandInput,
  context: Context,
): Promise<AtPortal> {
  const http = await httpFor(input, context);
  try {
    const { description } = await reachPortal(name, portal, http, input, context);
    const vendor = vendorFor(description, portal.vendor);
    const proof = await proofFor({ name, portal, kept: tokens, vendor }, input, context);
    return await revoke(http, description, tokens, { proof, signal: context.signal });
  } catch (thrown) {
    if (!(thrown instanceof BlueButtonError)) throw thrown;
    if (thrown.code === 'temporary') {
      throw new BlueButtonError('temporary', `${thrown.message} The sign-in was not ended, and is kept.`, {
        why: thrown.why,
        try: `bluebutton logout ${name}, later; or forget it here alone: bluebutton logout ${name} --local`,
        cause: thrown.cause,
      });
    }
    if (thrown.code !== 'failed' && thrown.code !== 'login-needed') throw thrown;
    context.err.write(errorText(thrown));
    return 'refused';
  } finally {
    await http.close();
  }
}
