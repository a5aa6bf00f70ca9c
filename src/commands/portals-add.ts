import { BlueButtonError, nearestWord, shellWord } from '../errors/index.ts';
import { discover, knownPortal, knownPortals, readBaseUrl, vendorFor, vendors } from '../portal/index.ts';
import { visible } from '../render/index.ts';
import {
  placesOf,
  portalName,
  readPortals,
  writePortalFacts,
  writePortals,
  type NamedPortal,
} from '../settings/index.ts';
import { needsSecret } from './client-proof.ts';
import { flagOption, textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { httpFor } from './portal-access.ts';
import { factLines, factsOf } from './portal-facts.ts';
import { nameLike } from './portal-name.ts';

/**
 * Names a portal by its FHIR base URL, once it has answered as one, and tells what it is. Of a portal that has its name
 * already, only what is given changes.
 */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const [name = '', typedUrl] = input.arguments;
  if (!portalName.test(name) || name === 'files') {
    throw new BlueButtonError('usage', `${name} cannot be a portal's name.`, {
      why:
        name === 'files'
          ? 'The archive keeps imported files under that name.'
          : 'A name is made of small letters, digits and hyphens.',
      try: commandTyped(nameLike(name, 'my-clinic'), typedUrl, input),
    });
  }
  const places = placesOf(context.env);
  const portals = await readPortals(places);
  const known = Object.hasOwn(portals, name) ? portals[name] : undefined;
  const baseUrl = readBaseUrl(typedUrl ?? known?.baseUrl ?? knownAddress(name));
  if (known && known.baseUrl !== baseUrl) {
    throw new BlueButtonError('usage', `${name} is already the name of ${known.baseUrl}.`, {
      why: 'Records of two portals under one name would be mixed up.',
      try: commandTyped('another-name', typedUrl, input),
    });
  }
  const portal = portalGiven(name, baseUrl, known, input);
  context.err.write(`Asking ${new URL(baseUrl).host} what it is.\n`);
  const http = await httpFor(input, context);
  try {
    const description = await discover(http, baseUrl, context.signal);
    const facts = factsOf(description, portal, context.now());
    await writePortals(places, { ...portals, [name]: portal });
    await writePortalFacts(places, name, facts);
    if (flagOption(input, 'json')) {
      const { types: resourceTypes, schema: _, asked: __, scopes: ___, ...told } = facts;
      const answer = { schema: 'bluebutton/portal/1', name, ...portal, ...told, resourceTypes };
      context.out.write(`${JSON.stringify(answer, null, 2)}\n`);
      return 'done';
    }
    context.out.write(`${name} is ${baseUrl}\n`);
    for (const line of factLines(facts)) context.out.write(`  ${visible(line)}\n`);
    const secret = needsSecret(portal, vendorFor(description, portal.vendor));
    context.err.write(
      portal.clientId === undefined && portal.client !== 'dynamic'
        ? `No client id yet. Next: bluebutton portals explain ${name}\n`
        : `Next: bluebutton login ${name} --token-store file${secret ? ' --client-secret-file FILE' : ''}\n`,
    );
    return 'done';
  } finally {
    await http.close();
  }
}

/** The portal as known before, with what was given in place of it; an empty text takes a thing back. */
function portalGiven(
  name: string,
  baseUrl: string,
  known: NamedPortal | undefined,
  input: CommandInput,
): NamedPortal {
  const clientId = textOption(input, 'clientId') ?? known?.clientId;
  if (clientId?.trim() === '') {
    throw new BlueButtonError(
      'usage',
      `Portals know programs by a client id, and none was given for ${name}.`,
      {
        why: "It comes from the portal's page for developers. The practice portal takes any.",
        try: `bluebutton portals add ${name} ${shellWord(baseUrl)} --client-id ID, or without it: bluebutton portals explain ${name} then tells where it comes from`,
      },
    );
  }
  const scopes = textOption(input, 'scope')
    ?.split(/[\s,]+/)
    .filter((scope) => scope !== '');
  const asked = scopes ?? known?.scopes ?? [];
  const client = clientKind(textOption(input, 'client')) ?? known?.client;
  const authentication = authOf(textOption(input, 'auth')) ?? known?.authentication;
  const redirectUri = redirectOf(textOption(input, 'redirectUri')) ?? known?.redirectUri;
  const vendor = vendorGiven(textOption(input, 'vendor')) ?? known?.vendor;
  return {
    baseUrl,
    ...(clientId !== undefined && { clientId }),
    ...(client !== undefined && { client }),
    ...(authentication !== undefined && { authentication }),
    ...(redirectUri !== undefined && redirectUri !== '' && { redirectUri }),
    ...(vendor !== undefined && vendor !== '' && { vendor }),
    ...(asked.length > 0 && { scopes: asked }),
    ...(known?.acceptedGaps && { acceptedGaps: known.acceptedGaps }),
  };
}

/** The table of commands lets no other word through. */
function clientKind(text: string | undefined): NamedPortal['client'] {
  return (['public', 'secret', 'key', 'dynamic'] as const).find((kind) => kind === text);
}

function authOf(text: string | undefined): NamedPortal['authentication'] {
  return (['basic', 'post'] as const).find((how) => how === text);
}

function redirectOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOwn = url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url !== undefined && (url.protocol === 'https:' || isOwn) && url.hash === '') return text;
  throw new BlueButtonError('usage', `${JSON.stringify(text)} cannot be a redirect address.`, {
    why: 'It is https, or http to this computer itself (http://127.0.0.1:PORT/callback), without a #.',
    try: 'the same command with the address exactly as it is registered',
  });
}

function vendorGiven(text: string | undefined): string | undefined {
  if (text === undefined || text === '' || vendors.some(({ id }) => id === text)) return text;
  const ids = vendors.map(({ id }) => id);
  throw new BlueButtonError('usage', `No vendor is called ${text}.`, {
    why: `These are known: ${ids.join(', ')}.`,
    try: `the same command with --vendor ${nearestWord(text, ids) ?? 'one of them'}, or without it`,
  });
}

function knownAddress(name: string): string {
  const found = knownPortal(name);
  if (found?.baseUrl !== undefined) return found.baseUrl;
  if (found !== undefined) {
    throw new BlueButtonError('usage', `The address of the ${found.title} is different each time.`, {
      why: 'It listens where there is room, and says where when it starts.',
      try: 'bluebutton sandbox, which prints the command to add it',
    });
  }
  const ids = knownPortals.map(({ id }) => id);
  const meant = nearestWord(name, ids);
  throw new BlueButtonError('usage', `The address of ${name} is not known.`, {
    why: `Built in are: ${ids.join(', ')}.`,
    try:
      meant === undefined
        ? `bluebutton portals find ${name}, or: bluebutton portals add ${name} URL`
        : `bluebutton portals add ${meant}`,
  });
}

/** The command with the options given, as they are typed. */
function commandTyped(name: string, url: string | undefined, input: CommandInput): string {
  const option = (flag: string, key: string): string => {
    const text = textOption(input, key);
    return text === undefined ? '' : ` ${flag} ${/^[\w.:/-]+$/.test(text) ? text : `"${text}"`}`;
  };
  return [
    `bluebutton portals add ${name}`,
    url === undefined ? '' : ` ${url}`,
    option('--client-id', 'clientId'),
    option('--client', 'client'),
    option('--auth', 'auth'),
    option('--redirect-uri', 'redirectUri'),
    option('--vendor', 'vendor'),
    option('--scope', 'scope'),
    flagOption(input, 'json') ? ' --json' : '',
  ].join('');
}
