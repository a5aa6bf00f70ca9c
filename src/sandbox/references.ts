import { isObject, objectsOf, type Json, type JsonObject } from './json.ts';
import { keyOf, type Resource } from './resource.ts';

/** A resource with its place on this server, and where in the data it came from. */
export interface Placed {
  resource: Resource;
  fullUrl: string | undefined;
  bundle: JsonObject | undefined;
}

/**
 * The resources with every `reference` that names one of them made relative, `Type/id`: a fullUrl (urn:uuid or
 * absolute) of the same Bundle or else of any, and a conditional reference `Type?identifier=system|value` that exactly
 * one resource answers (FHIR R4 http.html#trules). Nothing else of their content is touched.
 */
export function relativeReferences(placed: Placed[]): Resource[] {
  const everywhere = new Map<string, string>();
  const within = new Map<JsonObject, Map<string, string>>();
  for (const { resource, fullUrl, bundle } of placed) {
    if (fullUrl === undefined || bundle === undefined) continue;
    everywhere.set(fullUrl, keyOf(resource));
    const own = within.get(bundle) ?? new Map<string, string>();
    own.set(fullUrl, keyOf(resource));
    within.set(bundle, own);
  }
  const identified = identifierIndex(placed.map(({ resource }) => resource));
  return placed.map(({ resource, bundle }) => {
    const own = bundle === undefined ? undefined : within.get(bundle);
    const resolve: Resolve = (reference, key) =>
      key === 'url'
        ? undefined
        : (own?.get(reference) ?? everywhere.get(reference) ?? conditional(reference, identified));
    return { ...rewriteObject(resource, resolve), resourceType: resource.resourceType, id: resource.id };
  });
}

/** The resources, all but Patients under new ids, and the references and attachments that lead to them. */
export function renamed(resources: Resource[], rename: (id: string) => string): Resource[] {
  const places = new Map(
    resources
      .filter(({ resourceType }) => resourceType !== 'Patient')
      .map((resource) => [keyOf(resource), `${resource.resourceType}/${rename(resource.id)}`]),
  );
  return resources.map((resource) => {
    const id = places.has(keyOf(resource)) ? rename(resource.id) : resource.id;
    const { resourceType } = resource;
    return { ...rewriteObject(resource, (reference) => places.get(reference)), resourceType, id };
  });
}

/** What stands in place of the text of a `reference`, or of a `url`. */
type Resolve = (text: string, key: 'reference' | 'url') => string | undefined;

function rewrite(value: Json, resolve: Resolve): Json {
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => rewrite(item, resolve));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  return isObject(value) ? rewriteObject(value, resolve) : value;
}

/** The object itself, where nothing in it is to change. */
function rewriteObject(object: JsonObject, resolve: Resolve): JsonObject {
  let isChanged = false;
  const members = Object.entries(object).map(([key, member = null]): [string, Json] => {
    const now =
      isAddress(key) && typeof member === 'string' ? resolve(member, key) : rewrite(member, resolve);
    if (now === undefined || now === member) return [key, member];
    isChanged = true;
    return [key, now];
  });
  return isChanged ? Object.fromEntries(members) : object;
}

function isAddress(key: string): key is 'reference' | 'url' {
  return key === 'reference' || key === 'url';
}

/** `Type?system|value` → the places of the resources that carry the identifier. */
function identifierIndex(resources: Resource[]): Map<string, Set<string>> {
  const index = new Map<string, Set<string>>();
  for (const resource of resources) {
    for (const { system, value } of objectsOf(resource['identifier'])) {
      if (typeof value !== 'string') continue;
      const entry = `${resource.resourceType}?${typeof system === 'string' ? system : ''}|${value}`;
      index.set(entry, (index.get(entry) ?? new Set()).add(keyOf(resource)));
    }
  }
  return index;
}

function conditional(reference: string, identified: Map<string, Set<string>>): string | undefined {
  const [, type, query] = /^([A-Z][A-Za-z]+)\?(.+)$/.exec(reference) ?? [];
  if (type === undefined || query === undefined) return undefined;
  const parameters = [...new URLSearchParams(query)];
  const [name, value] = parameters[0] ?? [];
  if (parameters.length !== 1 || name !== 'identifier') return undefined;
  const [only, ...others] = identified.get(`${type}?${value}`) ?? [];
  return others.length === 0 ? only : undefined;
}
