import { BlueButtonError } from '../errors/index.ts';
import { discover, knownPortal, registrationSteps, type RegistrationSteps } from '../portal/index.ts';
import { visible } from '../render/index.ts';
import {
  placesOf,
  portalNamed,
  readPortalFacts,
  readPortals,
  writePortalFacts,
  type NamedPortal,
  type PortalFacts,
} from '../settings/index.ts';
import { flagOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { instantText } from './instant-text.ts';
import { httpFor } from './portal-access.ts';
import { factLines, factsOf, vendorFor } from './portal-facts.ts';
import { registrationOf, type Registration } from './registration.ts';
import { settingOf } from './setting.ts';

/** What the portal says of itself: just now, or when it last answered. */
interface Heard {
  facts?: PortalFacts;
  /** Why it was not heard just now. */
  silent?: string;
}

/** Tells what is still missing before a sign-in to a portal can work, and how to get it. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const [name = ''] = input.arguments;
  const portals = await readPortals(placesOf(context.env));
  const known = Object.hasOwn(portals, name) ? undefined : knownPortal(name);
  const portal = known?.baseUrl === undefined ? portalNamed(portals, name) : { baseUrl: known.baseUrl };
  const heard = await hear(name, portal, { keep: known === undefined }, input, context);
  const vendor = vendorFor(portal, heard.facts?.software);
  const port = await settingOf('redirect-port', input, context);
  const registration = registrationOf(name, portal, vendor, heard.facts, port);
  const steps = registrationSteps(vendor.id);
  const notes =
    (known ?? knownPortal(name))?.baseUrl === portal.baseUrl ? (knownPortal(name)?.notes ?? []) : [];
  if (flagOption(input, 'json')) {
    const { schema: _, ...facts } = heard.facts ?? { schema: undefined };
    const answer = {
      schema: 'bluebutton/portal-explained/1',
      name,
      named: known === undefined,
      ...portal,
      vendor: vendor.id,
      ready: known === undefined && registration.missing.length === 0,
      registration,
      steps,
      notes,
      ...(heard.facts !== undefined && { facts }),
      ...(heard.silent !== undefined && { silent: heard.silent }),
    };
    context.out.write(`${JSON.stringify(answer, null, 2)}\n`);
    return 'done';
  }
  const lines = [
    ...headLines(name, portal, known !== undefined),
    '',
    ...missingLines(name, registration, known !== undefined),
    '',
    ...registeredLines(registration, heard.facts, portal),
    '',
    ...(registration.missing.length === 0 ? [] : [...stepLines(steps), '']),
    ...steps.cannot.map((text) => `Cannot be had: ${text}`),
    ...notes,
    ...(heard.facts === undefined
      ? []
      : ['', 'What it says of itself:', ...factLines(heard.facts).map((line) => `  ${line}`)]),
  ];
  context.out.write(`${lines.map(visible).join('\n')}\n`);
  if (heard.silent !== undefined) {
    const old =
      heard.facts === undefined ? '' : ` What it said on ${instantText(heard.facts.asked)} is shown.`;
    context.err.write(`${heard.silent}${old}\n`);
  }
  if (known === undefined && registration.missing.length === 0)
    context.err.write(`Next: bluebutton login ${name} --token-store file\n`);
  return 'done';
}

async function hear(
  name: string,
  portal: NamedPortal,
  { keep }: { keep: boolean },
  input: CommandInput,
  context: Context,
): Promise<Heard> {
  const places = placesOf(context.env);
  const kept = await readPortalFacts(places, name);
  const before: Heard = kept?.baseUrl === portal.baseUrl ? { facts: kept } : {};
  if (flagOption(input, 'offline')) return { ...before, silent: 'It was not asked, as you wished.' };
  const { host } = new URL(portal.baseUrl);
  if (!flagOption(input, 'json')) context.err.write(`Asking ${host} what it is.\n`);
  const http = await httpFor(input, context);
  try {
    const description = await discover(http, portal.baseUrl, context.signal);
    const facts = factsOf(description, portal, context.now());
    if (keep) await writePortalFacts(places, name, facts);
    return { facts };
  } catch (thrown) {
    if (!(thrown instanceof BlueButtonError) || thrown.code === 'interrupted') throw thrown;
    return { ...before, silent: `${thrown.message} ${thrown.why}` };
  } finally {
    await http.close();
  }
}

function headLines(name: string, { baseUrl, clientId }: NamedPortal, isNew: boolean): string[] {
  const client = clientId === undefined ? '' : `, client id ${clientId}`;
  return [`${name}: ${baseUrl}${client}${isNew ? ' (built in; not named by you yet)' : ''}`];
}

function missingLines(name: string, { missing }: Registration, isNew: boolean): string[] {
  const all = [...(isNew ? [`The name: bluebutton portals add ${name}`] : []), ...missing];
  if (all.length === 0) return ['Nothing is missing that can be seen from here.'];
  return ['Still missing:', ...all.map((text) => `  - ${text}`)];
}

function registeredLines(
  { client, redirectUri, fixed, hints }: Registration,
  facts: PortalFacts | undefined,
  portal: NamedPortal,
): string[] {
  const scopes = facts?.scopes ?? portal.scopes;
  return [
    client === 'dynamic' ? 'What this tool registers of itself:' : 'To be registered with the portal:',
    `  - kind of client: ${client}`,
    `  - redirect address, exactly: ${redirectUri}${fixed ? '' : ' (a free port each time)'}`,
    `  - scopes: ${scopes === undefined ? 'worked out once the portal has answered' : scopes.join(' ')}`,
    ...hints.map((hint) => `  ${hint}`),
  ];
}

function stepLines({ page, steps }: RegistrationSteps): string[] {
  return [
    `How to get a client id${page === undefined ? '' : ` (${page})`}, as documented, not verified:`,
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    '  At length: docs/getting-a-client-id.md',
  ];
}
