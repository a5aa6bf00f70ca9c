import { join } from 'node:path';
import * as v from 'valibot';
import { BlueButtonError, messageOf, nearestWord } from '../errors/index.ts';
import type { Places } from './places.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

const portalSchema = v.object({
  /** FHIR base URL without a trailing slash. */
  baseUrl: v.pipe(v.string(), v.url()),
  /** Absent until the portal has given one, or has registered this tool by itself. */
  clientId: v.optional(v.string()),
  /** How the client proves itself; `public` when absent. */
  client: v.optional(v.picklist(['public', 'secret', 'key', 'dynamic'])),
  /** How a client secret is sent; worked out from the portal when absent. */
  authentication: v.optional(v.picklist(['basic', 'post'])),
  /** The port of the redirect address this tool registered by itself. */
  redirectPort: v.optional(v.number()),
  /** The registered redirect address where it is not on this computer: its answer is pasted back. */
  redirectUri: v.optional(v.pipe(v.string(), v.url())),
  /** The vendor whose manners are expected (`portal/vendors.ts`), where detection is wrong. */
  vendor: v.optional(v.string()),
  /** Scopes the person asked for in place of the ones worked out from the portal. */
  scopes: v.optional(v.array(v.string())),
  /** What it left out of a pull and the person has accepted (`gapsOf` of the ledger's rows). */
  acceptedGaps: v.optional(v.array(v.string())),
});

const fileSchema = v.object({
  schema: v.literal('bluebutton/portals/1'),
  portals: v.record(v.string(), portalSchema),
});

/** A portal as a person named it. */
export type NamedPortal = v.InferOutput<typeof portalSchema>;

/** Names that can stand in a path and a command line: `clinic`, `va-sandbox`. */
export const portalName = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * The named portals; none when the file does not exist.
 *
 * @throws BlueButtonError `failed` when the file cannot be read or understood.
 */
export async function readPortals(places: Places): Promise<Record<string, NamedPortal>> {
  const file = fileIn(places);
  const text = await readPrivateFile(file);
  if (text === undefined) return {};
  try {
    return v.parse(fileSchema, JSON.parse(text)).portals;
  } catch (cause) {
    throw new BlueButtonError('failed', `${file} cannot be read as a list of portals.`, {
      why: cause instanceof v.ValiError ? messageOf(cause) : 'It is not valid JSON.',
      try: `mend or remove ${file}, then: bluebutton portals add NAME URL`,
      cause,
    });
  }
}

/** @throws BlueButtonError `failed` when the file cannot be written; it is then as it was. */
export async function writePortals(places: Places, portals: Record<string, NamedPortal>): Promise<void> {
  const text = JSON.stringify({ schema: 'bluebutton/portals/1', portals }, null, 2);
  await writePrivateFile(fileIn(places), `${text}\n`);
}

/**
 * The portal of that name.
 *
 * @throws BlueButtonError `usage` when there is none.
 */
export function portalNamed(portals: Record<string, NamedPortal>, name: string): NamedPortal {
  const portal = Object.hasOwn(portals, name) ? portals[name] : undefined;
  if (portal) return portal;
  const known = Object.keys(portals);
  const meant = nearestWord(name, known);
  throw new BlueButtonError('usage', `No portal is called ${name}.`, {
    why: known.length > 0 ? `These are: ${known.join(', ')}.` : 'None has been named yet.',
    try:
      meant === undefined
        ? `bluebutton portals add ${portalName.test(name) ? name : 'NAME'} URL --client-id ID`
        : `the same command with ${meant}`,
  });
}

/**
 * The client id of a portal.
 *
 * @throws BlueButtonError `usage` when none is known yet.
 */
export function clientIdOf(name: string, { baseUrl, clientId }: NamedPortal): string {
  if (clientId !== undefined) return clientId;
  throw new BlueButtonError('usage', `${name} has no client id yet.`, {
    why: `${new URL(baseUrl).host} knows programs by a client id, which its page for developers gives out.`,
    try: `bluebutton portals explain ${name}, then: bluebutton portals add ${name} --client-id ID`,
  });
}

function fileIn(places: Places): string {
  return join(places.config, 'portals.json');
}
