import type { JsonObject } from '../json/index.ts';

export const dataAbsentUrl = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

/** A data-absent-reason extension (R4 "Missing data"). */
export function absent(reason: string): JsonObject {
  return { url: dataAbsentUrl, valueCode: reason };
}
