import { join } from 'node:path';
import * as v from 'valibot';
import type { Places } from './places.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

const strings = v.array(v.string());

const factsSchema = v.object({
  schema: v.literal('bluebutton/portal-facts/1'),
  baseUrl: v.string(),
  /** When the portal said so: ISO 8601 in UTC. */
  asked: v.string(),
  fhirVersion: v.string(),
  software: v.optional(v.string()),
  /** Id of the vendor whose manners are expected. */
  vendor: v.string(),
  /** Kinds of resource it offers. */
  types: strings,
  /** Kinds of client it says it takes: `public`, `secret`, `key`, `dynamic`; empty when it does not say. */
  clients: strings,
  /** Whether access can be renewed without another sign-in. */
  renewal: v.picklist(['offered', 'not-offered', 'by-registration', 'not-said']),
  /** The version of the words for scopes it is asked in. */
  scopeStyle: v.picklist(['v1', 'v2']),
  /** What a sign-in would ask for. */
  scopes: strings,
  /** Address of the portal's own directory of brands. */
  brandBundle: v.optional(v.string()),
  /** What looks wrong in its description, a sentence each. */
  warnings: strings,
});

/** What a portal last said of itself, kept so that it can be explained when it does not answer. */
export type PortalFacts = v.InferOutput<typeof factsSchema>;

/** Undefined when nothing is kept, or it cannot be understood: the portal can be asked anew. */
export async function readPortalFacts(places: Places, name: string): Promise<PortalFacts | undefined> {
  const text = await readPrivateFile(fileIn(places, name));
  if (text === undefined) return undefined;
  try {
    return v.parse(factsSchema, JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** @throws BlueButtonError `failed` when the system refuses to write it. */
export async function writePortalFacts(places: Places, name: string, facts: PortalFacts): Promise<void> {
  await writePrivateFile(fileIn(places, name), `${JSON.stringify(facts, null, 2)}\n`);
}

function fileIn({ cache }: Places, name: string): string {
  return join(cache, 'portal-facts', `${name}.json`);
}
