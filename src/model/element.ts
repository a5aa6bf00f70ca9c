import type { CodeNames } from './coding.ts';
import { ourExtensions } from './extension-urls.ts';
import { Decimal, isNumber, isObject, type JsonObject, type JsonValue } from '../json/index.ts';

/** Told of every element whose shape is not the one FHIR gives it: where, and what was expected there. */
export type ReportShape = (pointer: string, expected: string) => void;

/** A `value[x]` as found: the type suffix (`Quantity`, `DateTime`, …) and the whole member name. */
export interface Choice {
  type: string;
  name: string;
}

/**
 * Reads a FHIR element without trusting it. What came from outside may have any shape: an accessor returns what it
 * can use, reports what is shaped otherwise, and never throws. Nothing is defaulted: absent is `undefined`.
 */
export class Element {
  readonly value: JsonObject;
  /** JSON pointer of this element inside its resource. */
  readonly pointer: string;
  /** Where codes without a name of the source's can be looked up; an element's parts have the same. */
  readonly codeNames: CodeNames;
  readonly #report: ReportShape;

  constructor(value: JsonObject, report: ReportShape, pointer = '', codeNames: CodeNames = () => undefined) {
    this.value = value;
    this.pointer = pointer;
    this.codeNames = codeNames;
    this.#report = report;
  }

  /** A string-like primitive. A number or boolean in its place is reported and returned as its text. */
  string(name: string): string | undefined {
    return this.#primitive(this.value[name], name);
  }

  /** The strings of a repeating primitive; one lone string is reported and read as a list of one. */
  strings(name: string): string[] {
    return this.#list(name).flatMap((item, index) => {
      if (item === null) return [];
      return this.#primitive(item, `${name}/${index}`) ?? [];
    });
  }

  /** A boolean; its text (`"true"`) is reported and understood. */
  boolean(name: string): boolean | undefined {
    const found = this.value[name];
    if (found === undefined || typeof found === 'boolean') return found;
    this.#wrong(name, 'a boolean');
    return found === 'true' ? true : found === 'false' ? false : undefined;
  }

  /** A number's digits exactly as sent. A number sent as a string is reported and returned. */
  decimal(name: string): string | undefined {
    const found = this.value[name];
    if (found === undefined) return undefined;
    if (isNumber(found)) return String(found);
    this.#wrong(name, 'a number');
    return typeof found === 'string' && /^[+-]?[0-9.]+([eE][+-]?[0-9]+)?$/.test(found) ? found : undefined;
  }

  /** A single complex element; the first of a list in its place is reported and read. */
  child(name: string): Element | undefined {
    const found = this.value[name];
    if (found === undefined) return undefined;
    if (isObject(found)) return this.#at(found, name);
    this.#wrong(name, 'an object');
    const first = Array.isArray(found) ? found[0] : undefined;
    return isObject(first) ? this.#at(first, `${name}/0`) : undefined;
  }

  /** The elements of a repeating complex element; a lone object is reported and read as a list of one. */
  children(name: string): Element[] {
    return this.#list(name).flatMap((item, index) => {
      if (isObject(item))
        return [this.#at(item, Array.isArray(this.value[name]) ? `${name}/${index}` : name)];
      this.#wrong(`${name}/${index}`, 'an object');
      return [];
    });
  }

  /** The `value[x]` that is present: with `name` "onset", `onsetDateTime` gives `{ type: 'DateTime', … }`. */
  choice(name: string): Choice | undefined {
    for (const key of Object.keys(this.value)) {
      const type = key.startsWith(name) ? key.slice(name.length) : '';
      if (/^[A-Z]/.test(type) && this.value[key] !== undefined) return { type, name: key };
    }
    return undefined;
  }

  /**
   * A date, dateTime or instant as recorded. Where the source states a time that FHIR cannot say (without an offset, to
   * the minute), that time stands in its extension and is returned.
   */
  date(name: string): string | undefined {
    return this.#companionText(name, ourExtensions.timeAsRecorded) ?? this.string(name);
  }

  /** Code of the data-absent-reason extension on the primitive `name` (R4 "Missing data"). */
  absentReason(name: string): string | undefined {
    return this.#companionText(name, 'http://hl7.org/fhir/StructureDefinition/data-absent-reason');
  }

  /** The value of an extension on the primitive `name`. */
  #companionText(name: string, url: string): string | undefined {
    const companion = this.value[`_${name}`];
    if (!isObject(companion)) return undefined;
    const extensions = this.#at(companion, `_${name}`).children('extension');
    const found = extensions.find((extension) => extension.string('url') === url);
    return found?.string('valueCode') ?? found?.string('valueString');
  }

  #primitive(found: JsonValue | undefined, name: string): string | undefined {
    if (typeof found === 'string') return found === '' ? undefined : found;
    if (found === undefined) return undefined;
    this.#wrong(name, 'a string');
    const readable = typeof found === 'number' || typeof found === 'boolean' || found instanceof Decimal;
    return readable ? String(found) : undefined;
  }

  #list(name: string): JsonValue[] {
    const found = this.value[name];
    if (found === undefined) return [];
    if (Array.isArray(found)) return found;
    this.#wrong(name, 'a list');
    return [found];
  }

  #at(value: JsonObject, name: string): Element {
    return new Element(value, this.#report, `${this.pointer}/${name}`, this.codeNames);
  }

  #wrong(name: string, expected: string): void {
    this.#report(`${this.pointer}/${name}`, expected);
  }
}
