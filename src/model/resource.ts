import { isObject, type JsonObject, type JsonValue } from '../json/index.ts';

/** A FHIR resource as it was sent: only `resourceType` is known to be there; read the rest through `Element`. */
export interface Resource extends JsonObject {
  resourceType: string;
}

/** True for an object that says which FHIR resource it is. */
export function isResource(value: JsonValue | undefined): value is Resource {
  return isObject(value) && typeof value['resourceType'] === 'string' && value['resourceType'] !== '';
}
