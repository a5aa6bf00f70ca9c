import { isObject, type Json, type JsonObject } from './json.ts';

/** A FHIR resource, placed or not. */
export interface Typed extends JsonObject {
  resourceType: string;
}

/** A FHIR resource as the portal holds it: nothing is known of it but its type and id. */
export interface Resource extends Typed {
  id: string;
}

/** A resource's place on this server, `Type/id`. */
export function keyOf(resource: Resource): string {
  return `${resource.resourceType}/${resource.id}`;
}

/** The place that a relative reference names (`Type/id`, a version left out); undefined for any other reference. */
export function keyInReference(reference: string): string | undefined {
  return /^([A-Z][A-Za-z]+\/[^/?#]+)(?:\/_history\/[^/?#]+)?$/.exec(reference)?.[1];
}

/** The `reference` of a Reference element, if it is one and has it. */
export function referenceIn(value: Json | undefined): string | undefined {
  if (!isObject(value)) return undefined;
  return typeof value['reference'] === 'string' ? value['reference'] : undefined;
}
