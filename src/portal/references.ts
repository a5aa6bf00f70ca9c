import { isObject, type JsonValue } from '../json/index.ts';
import { patientElements, type Resource } from '../model/index.ts';
import { isUnder, resolveAddress } from './address.ts';

/** A resource of the portal as a reference names it. */
export interface ReferenceTarget {
  resourceType: string;
  id: string;
}

/**
 * What a literal reference means at a portal: relative (`Practitioner/3`) or absolute below its base URL, a version
 * dropped. Undefined for contained (`#1`), `urn:`, conditional and foreign ones (R4 §2.3.0.1).
 */
export function referenceTarget(reference: string, baseUrl: string): ReferenceTarget | undefined {
  const url = reference.startsWith('#') ? undefined : resolveAddress(reference, `${baseUrl}/`);
  if (url === undefined || !isUnder(baseUrl, url) || url.search !== '') return undefined;
  const path = url.pathname.slice(new URL(baseUrl).pathname.replace(/\/+$/, '').length);
  const [, resourceType, id] = /^\/([A-Z][A-Za-z]+)\/([^/]+)(?:\/_history\/[^/]+)?$/.exec(path) ?? [];
  if (resourceType === undefined || id === undefined) return undefined;
  return { resourceType, id: decodeId(id) };
}

/** An id may hold characters a URL escapes, though FHIR allows none; a broken escape is taken as written. */
function decodeId(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** Every resource of the portal that something inside `value` refers to by a `reference` member. */
export function* referencesIn(value: JsonValue | undefined, baseUrl: string): Generator<ReferenceTarget> {
  if (Array.isArray(value)) {
    for (const item of value) yield* referencesIn(item, baseUrl);
  } else if (isObject(value)) {
    const target =
      typeof value['reference'] === 'string' ? referenceTarget(value['reference'], baseUrl) : undefined;
    if (target !== undefined) yield target;
    for (const member of Object.values(value)) yield* referencesIn(member, baseUrl);
  }
}

/**
 * True when a resource says it is about a patient of this portal, and never about this one. What names no patient
 * (a practitioner), or only one of another server, is not another's.
 */
export function isAnothers(resource: Resource, patientId: string, baseUrl: string): boolean {
  if (resource.resourceType === 'Patient') return resource['id'] !== patientId;
  const participants = [resource['participant']].flat().filter(isObject);
  const named = [
    ...patientElements.map((name) => resource[name]),
    ...participants.map(({ actor }) => actor),
  ].flat();
  const patients = named
    .filter(isObject)
    .flatMap(({ reference }) =>
      typeof reference === 'string' ? (referenceTarget(reference, baseUrl) ?? []) : [],
    )
    .filter(({ resourceType }) => resourceType === 'Patient');
  return patients.length > 0 && patients.every(({ id }) => id !== patientId);
}
