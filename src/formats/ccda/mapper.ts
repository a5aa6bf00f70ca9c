import type { JsonObject } from '../../json/index.ts';
import type { Resource } from '../../model/index.ts';
import type { Mapping } from './mapping.ts';

/** A nested statement's resource, as the resource around it sees it. */
export interface Child {
  /** HL7 v3 type code of the relationship. */
  type: string;
  resourceType: string;
  reference: string;
}

/** How one kind of statement becomes a FHIR resource. */
export interface Mapper {
  /** The resource, without id, identifiers, narrative and the extensions all resources have. */
  map(mapping: Mapping): Resource;
  /** Puts references to nested statements' resources where FHIR has an element for them; returns those it placed. */
  adopt?(resource: Resource, children: readonly Child[]): readonly Child[];
}

/** Adopts children of the types into a list of references. */
export function adoptInto(
  member: string,
  wanted: (child: Child) => boolean,
  wrap: (reference: JsonObject) => JsonObject = (reference) => reference,
): NonNullable<Mapper['adopt']> {
  return (resource, children) => {
    const own = children.filter(wanted);
    if (own.length > 0) resource[member] = own.map(({ reference }) => wrap({ reference }));
    return own;
  };
}
