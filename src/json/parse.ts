import { parse } from 'lossless-json';
import { survey } from './scan.ts';
import { Decimal, isObject, type JsonValue } from './value.ts';

/** Deeper nesting than any health record has; refused so that no reader of the value can exhaust the stack. */
export const maxDepth = 200;

/** A text that is not JSON. The message names the place, never the text found there: it may be a record's. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  /** Offset into the text parsed, in UTF-16 units; undefined when no single place is at fault. */
  readonly offset: number | undefined;

  constructor(reason: string, offset?: number) {
    super(reason);
    this.offset = offset;
  }
}

/**
 * Parses JSON (RFC 8259) and keeps every number's digits: a number that JavaScript would print differently becomes a
 * `Decimal`. Of a member that occurs twice the last value counts; `onDuplicate` is told the key when the values differ.
 *
 * @throws JsonSyntaxError when the text is not JSON, or nests deeper than `maxDepth`.
 */
export function parseJson(text: string, onDuplicate?: (key: string) => void): JsonValue {
  const { depth, members, keepsDigits } = survey(text);
  if (depth > maxDepth) throw new JsonSyntaxError(`nested deeper than ${maxDepth} levels`);
  let value: JsonValue;
  try {
    // JSON.parse returns `any`; the annotation states what RFC 8259 guarantees.
    value = JSON.parse(text);
  } catch {
    throw syntaxError(text);
  }
  const repeats = onDuplicate !== undefined && countMembers(value) < members;
  return keepsDigits && !repeats ? value : parseKeepingDigits(text, onDuplicate);
}

function parseKeepingDigits(text: string, onDuplicate: (key: string) => void = () => undefined): JsonValue {
  const value: unknown = parse(text, null, {
    parseNumber: (token) => (String(Number(token)) === token ? Number(token) : new Decimal(token)),
    onDuplicateKey: ({ key, newValue }) => {
      onDuplicate(key);
      return newValue;
    },
  });
  if (!isJsonValue(value)) throw new JsonSyntaxError('not a JSON value');
  return value;
}

function countMembers(value: JsonValue | undefined): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countMembers(item), 0);
  if (!isObject(value)) return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + 1 + countMembers(item), 0);
}

/** lossless-json builds only JSON values and what `parseNumber` makes: checking the outermost one tells the type. */
function isJsonValue(value: unknown): value is JsonValue {
  return value === null || ['boolean', 'number', 'string', 'object'].includes(typeof value);
}

/** JSON.parse quotes the record in its message and often names no place; lossless-json names the place. */
function syntaxError(text: string): JsonSyntaxError {
  try {
    parse(text, null, { parseNumber: () => 0, onDuplicateKey: ({ newValue }) => newValue });
  } catch (thrown) {
    const position = thrown instanceof Error ? /at position (\d+)$/.exec(thrown.message)?.[1] : undefined;
    if (position !== undefined) {
      const offset = Number(position);
      return offset >= text.length
        ? new JsonSyntaxError('the text ends too early', text.length)
        : new JsonSyntaxError('not valid JSON', offset);
    }
  }
  return new JsonSyntaxError('not valid JSON');
}
