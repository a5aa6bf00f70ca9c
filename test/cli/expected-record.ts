import { readFile } from 'node:fs/promises';
import { jane } from './bluebutton.ts';

/** A resource as a data file holds it. */
export interface Held {
  resourceType: string;
  id: string;
  [member: string]: unknown;
}

/** The record of the made-up person. */
export async function janesRecord(): Promise<Held[]> {
  const { entry }: { entry: { resource: Held }[] } = JSON.parse(await readFile(jane, 'utf8'));
  return entry.map(({ resource }) => resource);
}

/** `Type/id`. */
export const nameOf = ({ resourceType, id }: Held): string => `${resourceType}/${id}`;

/** True for what belongs to a patient, and for the patient. */
export const isOwn = (one: Held): boolean =>
  one.resourceType === 'Patient' || /"reference":"Patient\//.test(JSON.stringify(one));

/** Found by what refers to them, or by what they are about; never by the patient they belong to. */
const notSearched = new Set(['Binary', 'Medication', 'Provenance', 'Specimen']);

/**
 * What a whole pull has to bring, counted without any code of the tool: of the types a portal serves everything of the
 * person; everything those refer to, and so on; and where that comes from. A Binary comes as an attachment.
 */
export function expectedOf(
  record: readonly Held[],
  { serves, hidden = [] }: { serves: (name: string) => boolean; hidden?: readonly string[] },
): string[] {
  const there = new Map(
    record
      .filter((one) => one.resourceType !== 'Binary' && serves(one.resourceType) && serves(nameOf(one)))
      .map((one) => [nameOf(one), one]),
  );
  const found = new Set<string>();
  const queue = [...there.values()]
    .filter((one) => isOwn(one) && !notSearched.has(one.resourceType) && !hidden.includes(nameOf(one)))
    .map(nameOf);
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const one = there.get(name);
    if (one === undefined || found.has(name)) continue;
    found.add(name);
    queue.push(...references(one));
    const about = [...there.values()].filter(
      ({ resourceType, target }) => resourceType === 'Provenance' && references(target).includes(name),
    );
    queue.push(...about.map(nameOf));
  }
  return [...found].toSorted();
}

function references(one: unknown): string[] {
  return [...JSON.stringify(one).matchAll(/"reference":"([A-Za-z]+\/[^"#]+)"/g)].map(([, name = '']) => name);
}
