import { spoiledAttachments } from './attachments.ts';
import { isObject, without, type Json } from './json.ts';
import type { Portal } from './portal.ts';
import { keyInReference, keyOf, type Resource } from './resource.ts';
import { searchMannersOf } from './search-manners.ts';

/** A resource as the portal sends it: unchanged, but for what its manners and the faults switched on make of it. */
export function presented(resource: Resource, portal: Portal): Resource {
  const { references, stamps } = searchMannersOf(portal);
  let sent = stamps ? stamped(resource, portal) : resource;
  if (portal.faults.strikes('last-updated-missing', keyOf(resource))) sent = withoutUpdate(sent);
  sent = spoiledAttachments(sent, portal);
  return references === 'absolute' ? withAbsoluteReferences(sent, portal) : sent;
}

/** With the `meta.lastUpdated` that `_lastUpdated` goes by. */
function stamped(resource: Resource, { records }: Portal): Resource {
  const meta = isObject(resource['meta']) ? resource['meta'] : {};
  const stated = typeof meta['lastUpdated'] === 'string';
  if (stated && records.changedAt(resource) === undefined) return resource;
  const { resourceType, id, ...content } = resource;
  const lastUpdated = new Date(records.updated(resource).from).toISOString();
  return { resourceType, id, ...content, meta: { ...meta, lastUpdated } };
}

function withoutUpdate(resource: Resource): Resource {
  if (!isObject(resource['meta'])) return resource;
  return { ...resource, meta: without(resource['meta'], 'lastUpdated') };
}

/** VA: references and attachments are absolute. */
function withAbsoluteReferences(resource: Resource, { baseUrl }: Portal): Resource {
  const absolute = (value: Json, key: string): Json => {
    if (Array.isArray(value)) return value.map((item) => absolute(item, key));
    if (isObject(value)) {
      return Object.fromEntries(
        Object.entries(value).map(([name, member = null]) => [name, absolute(member, name)]),
      );
    }
    const names = typeof value === 'string' && (key === 'reference' || key === 'url');
    return names && keyInReference(value) !== undefined ? `${baseUrl}/${value}` : value;
  };
  const { resourceType, id, ...content } = resource;
  const members = Object.entries(content).map(([name, member = null]) => [name, absolute(member, name)]);
  return { resourceType, id, ...Object.fromEntries(members) };
}
