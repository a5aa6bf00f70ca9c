import { isNumber, isObject, writeJson, type JsonObject, type JsonValue } from '../../../json/index.ts';
import { otherReleaseUrl, ourExtensions } from '../../../model/index.ts';
import type { Definitions } from '../definitions/definitions.ts';
import { definitionsOf, type FhirVersion } from '../version.ts';

/** The numbers HL7 gives the releases in the addresses of what one release has and another does not. */
const releaseNumbers = { DSTU2: '1.0', STU3: '3.0', R4: '4.0', R5: '5.0' } as const;

/** Where an element stood in the resource as it was sent: its path (`Immunization.explanation`) and its type there. */
export interface SentPlace {
  version: FhirVersion;
  path: string;
  type: string;
  /** The element itself. */
  sent: JsonObject;
}

/** The places of the elements of one resource, by the objects that were made of them. */
export type SentPlaces = WeakMap<JsonObject, SentPlace>;

/**
 * Members that R4 has no place for, as extensions: HL7's address for elements of another release ("Extensions for converting
 * between versions": `http://hl7.org/fhir/3.0/StructureDefinition/extension-Goal.status`), one a value; what no release
 * knows, as sent.
 */
export function keptExtensions(node: JsonObject, name: string, place: SentPlace | undefined): JsonObject[] {
  const value = node[name];
  const companion = node[`_${name}`];
  const definitions = place && definitionsOf(place.version);
  const member = place && definitions?.member(place.type, name);
  if (place === undefined || definitions === undefined || member === undefined)
    return [
      {
        url: ourExtensions.asSent,
        valueString: `${name}: ${writeJson(value === undefined ? companion : value)}`,
      },
    ];
  const url = otherReleaseUrl(releaseNumbers[place.version], `${place.path}.${name}`);
  const values = value === undefined ? [] : [value].flat();
  if (values.length === 0 && isObject(companion)) return [{ url, ...companion }];
  const beside = [companion].flat();
  return values.flatMap((item, at): JsonObject[] => {
    const about = beside[at];
    if (item === null || item === undefined) return isObject(about) ? [{ url, ...about }] : [];
    return [extensionOf(url, item, about, member.type, definitions)];
  });
}

/** An extension whose value is of a type of the release; one that R4 allows no value of holds its members as extensions. */
function extensionOf(
  url: string,
  value: JsonValue,
  about: JsonValue | undefined,
  type: string,
  definitions: Definitions,
): JsonObject {
  if (!isObject(value)) {
    const name = primitiveMember(value);
    return { url, [name]: value, ...(isObject(about) && { [`_${name}`]: about }) };
  }
  const typed = `value${type === 'SimpleQuantity' ? 'Quantity' : type}`;
  if (definitionsOf('R4').member('Extension', typed)) return { url, [typed]: value };
  if (type === 'Resource') return { url, valueString: writeJson(value) };
  const inside = Object.entries(value).flatMap(([name, part]): JsonObject[] => {
    if (part === undefined || part === null) return [];
    if (name.startsWith('_')) {
      // What is said about a text that is there is told with it.
      const isTold = value[name.slice(1)] !== undefined;
      return isTold || !isObject(part) ? [] : [{ url: name.slice(1), ...part }];
    }
    if (name === 'extension' && Array.isArray(part)) return part.filter((item) => isObject(item));
    const member = definitions.member(type, name);
    const beside = [value[`_${name}`]].flat();
    return [part].flat().flatMap((item, at) => {
      const own = beside[at];
      if (item === null) return isObject(own) ? [{ url: name, ...own }] : [];
      return [extensionOf(name, item, own, member?.type ?? 'string', definitions)];
    });
  });
  return inside.length > 0 ? { url, extension: inside } : { url, valueString: writeJson(value) };
}

/** The tables tell texts apart no further than by how they look. */
function primitiveMember(value: JsonValue): string {
  if (typeof value === 'boolean') return 'valueBoolean';
  if (isNumber(value)) return 'valueDecimal';
  if (typeof value !== 'string') return 'valueString';
  return /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?)?)?$/.test(value) && /-/.test(value)
    ? 'valueDateTime'
    : 'valueString';
}
