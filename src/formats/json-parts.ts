import { Decimal, isObject, type JsonObject, type JsonValue } from '../json/index.ts';

/** A JSON object without its members that say nothing: undefined, empty lists and empty objects. */
export function filled(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => !isEmpty(value)));
}

/** The same, or undefined when nothing is left. */
export function filledOrNone(members: JsonObject): JsonObject | undefined {
  const found = filled(members);
  return isEmpty(found) ? undefined : found;
}

/** A list without its undefined items; undefined when nothing is left. */
export function listOf(items: readonly (JsonValue | undefined)[]): JsonValue[] | undefined {
  const found = items.filter((item) => item !== undefined);
  return found.length > 0 ? found : undefined;
}

/** An extension with one value: `valued(url, 'valueCode', 'UNK')`; undefined without a value. */
export function valued(url: string, type: string, value: JsonValue | undefined): JsonObject | undefined {
  return value === undefined ? undefined : { url, [type]: value };
}

/** An extension made of others; undefined when none of them is there. */
export function nested(url: string, parts: readonly (JsonObject | undefined)[]): JsonObject | undefined {
  const extension = listOf(parts);
  return extension && { url, extension };
}

/**
 * A number with the digits the source gave it. Signs and zeros that JSON does not allow (`+5`, `.5`, `007`) are written
 * as JSON writes them; undefined for what is no number.
 */
export function numberOf(text: string | undefined): number | Decimal | undefined {
  const parts = /^([+-]?)0*(\d*)(\.\d*)?([eE][+-]?\d+)?$/.exec(text ?? '');
  if (!parts || text === undefined || !/\d/.test(text)) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = ''] = parts;
  const digits = `${sign === '-' ? '-' : ''}${whole || '0'}${fraction === '.' ? '' : fraction}${exponent}`;
  return String(Number(digits)) === digits ? Number(digits) : new Decimal(digits);
}

function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** The items that are there. */
export function present<T>(items: readonly (T | undefined)[]): T[] {
  return items.filter((item) => item !== undefined);
}
