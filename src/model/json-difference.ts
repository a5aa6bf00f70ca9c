import { isObject, writeJson, type JsonValue } from '../json/index.ts';

/** A place where two JSON values differ: a value of one that the other does not have there. */
export interface JsonDifference {
  /** `note[0].text`; empty for the values themselves. */
  path: string;
  before?: JsonValue;
  after?: JsonValue;
}

/** Every place where two JSON values differ, down to strings, numbers and the like; the order of members is no difference. */
export function jsonDifferences(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path = '',
): JsonDifference[] {
  if (areAlike(before, after) && membersOf(before).size + membersOf(after).size > 0) {
    const [one, other] = [membersOf(before), membersOf(after)];
    return [...new Set([...one.keys(), ...other.keys()])].flatMap((key) =>
      jsonDifferences(one.get(key), other.get(key), joined(path, key)),
    );
  }
  if (textOf(before) === textOf(after)) return [];
  return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
}

/** Two lists or two objects; or one of them, and nothing. */
function areAlike(before: JsonValue | undefined, after: JsonValue | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  return Array.isArray(before) ? Array.isArray(after) : isObject(before) && isObject(after);
}

function membersOf(value: JsonValue | undefined): Map<string, JsonValue | undefined> {
  if (Array.isArray(value)) return new Map(value.map((item, index) => [`[${index}]`, item]));
  return new Map(isObject(value) ? Object.entries(value) : []);
}

function joined(path: string, key: string): string {
  return path === '' || key.startsWith('[') ? `${path}${key}` : `${path}.${key}`;
}

function textOf(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : writeJson(value);
}
