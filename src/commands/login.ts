import { refusedScopes, vendorFor, type TokenSet, type TokenStore } from '../portal/index.ts';
import { visible } from '../render/index.ts';
import { clientIdOf, readPortals, placesOf, portalNamed } from '../settings/index.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { chosenTokenStore, readableSignIn } from './kept-sign-ins.ts';
import { httpFor, reachPortal, whoText, withSignInCommand } from './portal-access.ts';
import { lockRenewal } from './renewal.ts';
import { forecastOf, lifeText } from './sign-in-forecast.ts';
import { signInAt } from './sign-in-at.ts';

/** Signs in to a portal and keeps the sign-in where the person chose. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const [name = ''] = input.arguments;
  const portal = portalNamed(await readPortals(placesOf(context.env)), name);
  if (portal.client !== 'dynamic') clientIdOf(name, portal);
  const { kind, store } = await chosenTokenStore(name, input, context);
  const http = await httpFor(input, context);
  try {
    const access = await reachPortal(name, portal, http, input, context);
    const again = `bluebutton login ${name} --token-store ${kind}`;
    const kept = await readableSignIn(store, name);
    const { tokens, identity } = await withSignInCommand(again, () => signInAt(access, kept, input, context));
    await keep(name, tokens, store, kind, context);
    const { scopesRequested, scopesGranted, refreshToken } = tokens;
    const refused = refusedScopes(scopesRequested, scopesGranted, refreshToken !== undefined);
    const until = forecastOf(tokens, vendorFor(access.description, portal.vendor));
    if (flagOption(input, 'json')) {
      const { patientId, expires } = tokens;
      const answer = {
        schema: 'bluebutton/login/1',
        portal: name,
        patientId,
        person: identity,
        scopesGranted,
        scopesRefused: refused,
        expires,
        renewableUntil: until.grantUntil,
        tokenStore: kind,
      };
      context.out.write(`${JSON.stringify(answer, null, 2)}\n`);
      return 'done';
    }
    context.out.write(
      `Signed in to ${name}. This is the record of ${whoText(identity, tokens.patientId)}.\n`,
    );
    if (refused.length > 0) context.err.write(`The portal did not grant: ${visible(refused.join(', '))}.\n`);
    context.err.write(`${lifeText(tokens, until)}\n`);
    context.err.write(
      kind === 'memory'
        ? `The sign-in is forgotten now, as chosen. To pull in one go: bluebutton pull ${name} --token-store memory\n`
        : `Next: bluebutton pull ${name}\n`,
    );
    return 'done';
  } finally {
    await http.close();
  }
}

/** Keeps a sign-in once nobody renews the one before any more, who would write over it. */
async function keep(
  name: string,
  tokens: TokenSet,
  store: TokenStore,
  kind: string,
  context: Context,
): Promise<void> {
  if (kind === 'memory') return store.write(name, tokens);
  const release = await lockRenewal(name, context);
  try {
    await store.write(name, tokens);
  } finally {
    await release();
  }
}
