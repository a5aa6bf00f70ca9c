import { BlueButtonError } from '../errors/index.ts';
import { discover, readBaseUrl } from '../portal/index.ts';
import { placesOf, portalName, readPortals, writePortals, type NamedPortal } from '../settings/index.ts';
import { flagOption, textOption, type CommandInput } from './command.ts';
import type { Context, Outcome } from './context.ts';
import { httpFor } from './portal-access.ts';

/** Names a portal by its FHIR base URL, once it has answered as one. */
export async function run(input: CommandInput, context: Context): Promise<Outcome> {
  const [name = '', url = ''] = input.arguments;
  if (!portalName.test(name) || name === 'files') {
    throw new BlueButtonError('usage', `${name} cannot be a portal's name.`, {
      why:
        name === 'files'
          ? 'The archive keeps imported files under that name.'
          : 'A name is made of small letters, digits and hyphens.',
      try: `bluebutton portals add ${name === 'files' ? 'my-clinic' : nameLike(name)} ${url}${optionsTyped(input)}`,
    });
  }
  const baseUrl = readBaseUrl(url);
  const clientId = textOption(input, 'clientId');
  if (clientId === undefined || clientId.trim() === '') {
    throw new BlueButtonError(
      'usage',
      `Portals know programs by a client id, and none was given for ${name}.`,
      {
        why: "It comes from the portal's page for developers. The practice portal takes any.",
        try: `bluebutton portals add ${name} ${url} --client-id ID`,
      },
    );
  }
  const places = placesOf(context.env);
  const portals = await readPortals(places);
  const known = portals[name];
  if (known && known.baseUrl !== baseUrl) {
    throw new BlueButtonError('usage', `${name} is already the name of ${known.baseUrl}.`, {
      why: 'Records of two portals under one name would be mixed up.',
      try: `bluebutton portals add another-name ${url} --client-id ${clientId}`,
    });
  }
  context.err.write(`Asking ${new URL(baseUrl).host} what it is.\n`);
  const http = await httpFor(input, context);
  try {
    const { fhirVersion, software, types } = await discover(http, baseUrl, context.signal);
    const scopes = textOption(input, 'scope')
      ?.split(/[\s,]+/)
      .filter((scope) => scope !== '');
    const accepted = known?.acceptedGaps;
    const portal: NamedPortal = {
      baseUrl,
      clientId,
      ...(scopes && { scopes }),
      ...(accepted && { acceptedGaps: accepted }),
    };
    await writePortals(places, { ...portals, [name]: portal });
    if (flagOption(input, 'json')) {
      context.out.write(
        `${JSON.stringify({ schema: 'bluebutton/portal/1', name, ...portal, fhirVersion, software, resourceTypes: Object.keys(types) }, null, 2)}\n`,
      );
    } else {
      context.out.write(
        `${name} is ${baseUrl}: FHIR ${fhirVersion}, ${Object.keys(types).length} kinds of resource.\n`,
      );
      context.err.write(`Next: bluebutton login ${name} --token-store file\n`);
    }
    return 'done';
  } finally {
    await http.close();
  }
}

/** A name that can be one, as near to what was typed as can be. */
function nameLike(text: string): string {
  const name = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return portalName.test(name) ? name : 'my-clinic';
}

/** The options given, as they are typed. */
function optionsTyped(input: CommandInput): string {
  const clientId = textOption(input, 'clientId');
  const scope = textOption(input, 'scope');
  return [
    clientId === undefined ? '' : ` --client-id ${clientId}`,
    scope === undefined ? '' : ` --scope "${scope}"`,
    flagOption(input, 'json') ? ' --json' : '',
  ].join('');
}
