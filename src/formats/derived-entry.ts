import { createHash } from 'node:crypto';
import { writeJson } from '../json/index.ts';
import type { Entry, Origin, Resource } from '../model/index.ts';
import type { DocumentIdentity } from './format.ts';

/** An id that is the same each time the document is read: of its bytes, the place in it, and the type. */
export function derivedId({ sha256 }: DocumentIdentity, place: string, type: string): string {
  return createHash('sha256').update(`${sha256} ${place} ${type}`).digest('hex').slice(0, 12);
}

/** A resource made of something that is no FHIR, as an entry, its members in FHIR's order. */
export function derivedEntry(made: Resource, origin: Origin): Entry {
  const { resourceType, id, meta, language, extension, modifierExtension, text, contained, ...rest } = made;
  const resource: Resource = {
    resourceType,
    ...(id !== undefined && { id }),
    ...(meta !== undefined && { meta }),
    ...(language !== undefined && { language }),
    ...(text !== undefined && { text }),
    ...(contained !== undefined && { contained }),
    ...(extension !== undefined && { extension }),
    ...(modifierExtension !== undefined && { modifierExtension }),
    ...rest,
  };
  return { resource, origin, text: writeJson(resource), derived: true };
}
