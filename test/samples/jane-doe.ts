import { readFileSync } from 'node:fs';
import type { Bundle, CodeableConcept, FhirResource } from 'fhir/r4.js';

export const samples = new URL('../../samples/', import.meta.url);
export const text = readFileSync(new URL('jane-doe.fhir.json', samples), 'utf8');
export const bundle: Bundle = JSON.parse(text);
export const entries = bundle.entry ?? [];
export const resources = entries.flatMap(({ resource }) => (resource ? [resource] : []));

type Of<T> = Extract<FhirResource, { resourceType: T }>;

export function all<T extends FhirResource['resourceType']>(type: T): Of<T>[] {
  return resources.filter((resource): resource is Of<T> => resource.resourceType === type);
}

export function get<T extends FhirResource['resourceType']>(type: T, id: string): Of<T> {
  const found = all(type).find((resource) => resource.id === id);
  if (!found) throw new Error(`${type}/${id} is not in the Bundle`);
  return found;
}

/** The resource as it stands in the file, where numbers still have their digits. */
export function textOf(type: string, id: string): string {
  const start = text.indexOf(`"fullUrl": "https://practice.example/fhir/${type}/${id}"`);
  const end = text.indexOf('"fullUrl"', start + 1);
  return text.slice(start, end === -1 ? undefined : end);
}

/** Every string under a key of this name, anywhere below. */
export function stringsAt(key: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => stringsAt(key, item));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === key && typeof member === 'string' ? [member] : stringsAt(key, member),
  );
}

/** The first code of a concept. */
export function code(concept: CodeableConcept | undefined): string | undefined {
  return concept?.coding?.[0]?.code;
}
