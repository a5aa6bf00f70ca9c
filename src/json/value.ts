/** A number as its JSON text, kept where a JavaScript number would print other digits (`5.0`, `1e3`, `-0`). */
export class Decimal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type JsonValue = null | boolean | number | string | Decimal | JsonValue[] | JsonObject;

export interface JsonObject {
  [key: string]: JsonValue | undefined;
}

/** True for a JSON object: not an array, not null, not a `Decimal`. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Decimal);
}

/** True for a number in either of its two forms. */
export function isNumber(value: JsonValue | undefined): value is number | Decimal {
  return typeof value === 'number' || value instanceof Decimal;
}
