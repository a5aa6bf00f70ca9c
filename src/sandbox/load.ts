import { createHash } from 'node:crypto';
import { BlueButtonError } from '../errors/index.ts';
import type { FaultSwitches } from './fault-switches.ts';
import { flatten, type Taken } from './flatten.ts';
import { writeJson } from './json.ts';
import type { DataText } from './options.ts';
import { relativeReferences, renamed, type Placed } from './references.ts';
import { keyOf, type Resource } from './resource.ts';

/**
 * Takes the data in as a server takes in a transaction: every resource gets a place `Type/id`, and references among
 * the resources become relative ones. Of two resources of one place the last stands.
 *
 * @throws BlueButtonError `not-a-health-record` when a text is not FHIR JSON, or no Patient is among the resources.
 */
export function loadResources(data: DataText[], faults?: FaultSwitches): Resource[] {
  const place = placer();
  const placed = data.flatMap(flatten).map(place);
  const byKey = new Map<string, Resource>();
  const related = relativeReferences(placed);
  for (const resource of faults?.strikes('ids-share-prefix') === true ? renamed(related, longId) : related)
    byKey.set(keyOf(resource), resource);
  const resources = [...byKey.values()];
  if (!resources.some(({ resourceType }) => resourceType === 'Patient')) {
    throw new BlueButtonError('not-a-health-record', 'The data holds no Patient.', {
      why: 'A portal shows the record of somebody.',
      try: 'Add the Patient resource to the data.',
    });
  }
  return resources;
}

/** Epic's ids are long, and those of one kind begin alike; 64 characters are the most FHIR allows. */
function longId(id: string): string {
  const own = createHash('sha256').update(id).digest('hex').slice(0, 24);
  return `eT6w3kPv9QmZrB1yXcLdN8sJfHaGuVoKiW5bR0M-${own}`;
}

/** Gives an id to what has none: that of its urn:uuid, else one made of its content, the same at every start. */
function placer(): (taken: Taken) => Placed {
  const made = new Map<string, number>();
  return ({ resource, fullUrl, bundle }) => {
    const { resourceType, id, ...content } = resource;
    if (typeof id === 'string' && id !== '') return { resource: { ...resource, id }, fullUrl, bundle };
    const uuid = fullUrl === undefined ? undefined : /^urn:uuid:([0-9A-Za-z.-]{1,64})$/.exec(fullUrl)?.[1];
    if (uuid !== undefined) return { resource: { resourceType, id: uuid, ...content }, fullUrl, bundle };
    const hash = createHash('sha256').update(writeJson(resource)).digest('hex').slice(0, 32);
    const count = (made.get(hash) ?? 0) + 1;
    made.set(hash, count);
    const ownId = count === 1 ? hash : `${hash}-${count}`;
    return { resource: { resourceType, id: ownId, ...content }, fullUrl, bundle };
  };
}
