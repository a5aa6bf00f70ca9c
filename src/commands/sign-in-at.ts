import { createInterface } from 'node:readline/promises';
import { BlueButtonError } from '../errors/index.ts';
import type { PersonIdentity } from '../model/index.ts';
import {
  defaultScopes,
  findPatientId,
  freeRedirectPort,
  registerClient,
  signIn,
  vendorFor,
  type TokenSet,
} from '../portal/index.ts';
import { clientIdOf, placesOf, readPortals, writePortals, type NamedPortal } from '../settings/index.ts';
import { proofFor } from './client-proof.ts';
import type { CommandInput } from './command.ts';
import type { Context } from './context.ts';
import type { PortalAccess } from './portal-access.ts';
import { identityAt } from './portal-patient.ts';
import { settingOf } from './setting.ts';

/**
 * Signs in through the browser and tells whose record it is.
 *
 * @param kept - the sign-in kept for the portal so far: its client secret is used again.
 */
export async function signInAt(
  access: PortalAccess,
  kept: TokenSet | undefined,
  input: CommandInput,
  context: Context,
): Promise<{ tokens: TokenSet; identity: PersonIdentity }> {
  const { name, portal, http, description } = access;
  const { signal, now } = context;
  const vendor = vendorFor(description, portal.vendor);
  const scopes = portal.scopes ?? defaultScopes(description, vendor);
  const { clientId, redirectPort, secret } = await clientOf(access, scopes, input, context);
  const proof = await proofFor({ name, portal, kept, fresh: secret, vendor }, input, context);
  const signedIn = await signIn(http, description, {
    clientId,
    proof,
    scopes,
    redirectPort,
    redirectUri: portal.redirectUri,
    timeoutSeconds: await settingOf('timeout', input, context),
    signal,
    now,
    onAddress: (url) => announce(url, name, portal, input, context),
    paste: await pasteFrom(portal, input, context),
  });
  const patientId = await findPatientId(http, signedIn, vendor, description, signal);
  const tokens: TokenSet = { ...signedIn, vendor: vendor.id, ...(patientId !== undefined && { patientId }) };
  const identity = await identityAt(access, tokens, signal).catch((thrown: unknown): PersonIdentity => {
    if (!(thrown instanceof BlueButtonError) || thrown.code !== 'temporary') throw thrown;
    // The person has consented by now, and need not do so again: a pull asks before it keeps anything.
    context.err.write(`${thrown.message} The next pull will ask.\n`);
    return {};
  });
  return { tokens, identity };
}

interface ClientOfPortal {
  clientId: string;
  redirectPort: number | undefined;
  /** Given by the portal just now. */
  secret?: string | undefined;
}

/**
 * The client id the portal knows this tool by; where the portal lets programs register themselves and that was chosen, it
 * is registered now, with a redirect address whose port is remembered.
 *
 * @throws BlueButtonError `usage` when there is none.
 */
async function clientOf(
  { name, portal, http, description }: PortalAccess,
  scopes: string[],
  input: CommandInput,
  context: Context,
): Promise<ClientOfPortal> {
  const port = (await settingOf('redirect-port', input, context)) ?? portal.redirectPort;
  if (portal.clientId !== undefined || portal.client !== 'dynamic')
    return { clientId: clientIdOf(name, portal), redirectPort: port };
  const redirectPort = port ?? (await freeRedirectPort());
  const redirectUri = portal.redirectUri ?? `http://127.0.0.1:${redirectPort}/callback`;
  const { clientId, clientSecret } = await registerClient(http, description, {
    redirectUri,
    scopes,
    signal: context.signal,
  });
  const places = placesOf(context.env);
  const portals = await readPortals(places);
  await writePortals(places, { ...portals, [name]: { ...portal, clientId, redirectPort } });
  context.err.write(`Registered at ${new URL(description.baseUrl).host} as client ${clientId}.\n`);
  return { clientId, redirectPort, secret: clientSecret };
}

async function announce(
  url: string,
  name: string,
  portal: NamedPortal,
  input: CommandInput,
  context: Context,
): Promise<void> {
  const { err } = context;
  err.write(`Sign in to ${name} at ${new URL(url).host} in your browser:\n\n  ${url}\n\n`);
  if (portal.redirectUri !== undefined) {
    err.write(`Then paste here the address your browser ends at (it begins ${portal.redirectUri}).\n`);
  } else if ((await settingOf('browser', input, context)) === false) {
    err.write(
      'From a browser on another computer, paste here the address it ends at: a page that cannot be shown.\n',
    );
  }
  if (portal.redirectUri === undefined)
    err.write('Waiting for the portal to send you back here. Ctrl-C stops.\n');
  if ((await settingOf('browser', input, context)) === false) return;
  await context.openBrowser(url).catch(() => {
    err.write('No browser could be opened: copy the address above into one on this computer.\n');
  });
}

/** Where a pasted address comes from: the terminal, or one line each of standard input. */
async function pasteFrom(
  portal: NamedPortal,
  input: CommandInput,
  context: Context,
): Promise<((signal: AbortSignal) => Promise<string | undefined>) | undefined> {
  const wanted = portal.redirectUri !== undefined || (await settingOf('browser', input, context)) === false;
  if (!wanted) return undefined;
  const { stdin, ask } = context;
  if (stdin.isTTY === true) return (signal) => ask('Address: ', { signal });
  let lines: AsyncIterator<string> | undefined;
  return async (signal) => {
    if (lines === undefined) {
      const reader = createInterface({ input: stdin });
      signal.addEventListener('abort', () => {
        reader.close();
        stdin.destroy();
      });
      lines = reader[Symbol.asyncIterator]();
    }
    const next = await lines.next();
    return next.done === true ? undefined : next.value;
  };
}
