import { isLosslessNumber, LosslessNumber, parse, stringify } from 'lossless-json';

/** A JSON value of the data; every number keeps the digits it was written with. */
export type Json = null | boolean | number | string | LosslessNumber | Json[] | JsonObject;

export interface JsonObject {
  [key: string]: Json | undefined;
}

/** True for a JSON object: not an array, not null, not a number. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
}

/**
 * Parses JSON (RFC 8259). Of a key that occurs twice the last value stands, as in `JSON.parse`.
 *
 * @throws SyntaxError when the text is not JSON; RangeError when it nests too deep for the stack.
 */
export function parseJson(text: string): Json {
  const value: unknown = parse(text, null, {
    parseNumber: (token) => new LosslessNumber(token),
    onDuplicateKey: ({ newValue }) => newValue,
  });
  if (!isJson(value)) throw new SyntaxError('not a JSON value');
  return value;
}

/** lossless-json builds JSON values only, so the outermost one tells for all. */
function isJson(value: unknown): value is Json {
  return value === null || ['boolean', 'string', 'object'].includes(typeof value);
}

/** Writes a value as JSON, each number with its own digits. */
export function writeJson(value: Json): string {
  const text = stringify(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** The value as a list: FHIR's repeating elements are arrays, the others stand alone, the absent are none. */
export function listOf(value: Json | undefined): Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** The objects among `listOf(value)`. */
export function objectsOf(value: Json | undefined): JsonObject[] {
  return listOf(value).filter(isObject);
}

/** Every string that stands under `key`, however deep. */
export function* stringsUnder(value: Json | undefined, key: string): Generator<string> {
  if (Array.isArray(value)) {
    for (const item of value) yield* stringsUnder(item, key);
  } else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (name === key && typeof member === 'string') yield member;
      else yield* stringsUnder(member, key);
    }
  }
}

/** The value where it is a string, else the empty one. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The object without one of its members. */
export function without(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([one]) => one !== name));
}
