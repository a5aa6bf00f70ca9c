import type { JsonObject } from '../../json/index.ts';
import { pointMembers } from '../point-in-time.ts';
import { isBlank, isRule, type Line } from './lines.ts';
import { readTextDate } from './text-date.ts';

/** One `Key: value` of a record. */
export interface Field {
  key: string;
  /** May have several lines. */
  value: string;
  /** The heading inside the record that it stands under. */
  part?: string;
}

/** What stands in place of a value to say that there is none. */
const nothing =
  /^(--|\*? ?not available ?\*?|none entered|none recorded|no information (provided|available|reported)|n\/a|undefined)?$/i;

/** True for a text that says no more than that there is no value. */
export function saysNothing(text: string): boolean {
  return nothing.test(text.trim());
}

/**
 * One record of a section as its keys and values, and the text after them. Whoever reads it takes what has a place of its
 * own in FHIR; `left` is the rest, which is kept as sent.
 */
export class TextRecord {
  readonly fields: Field[] = [];
  readonly body: Line[] = [];
  /** Every line that is part of it. */
  readonly lines: Line[] = [];
  /** The heading around the record that it stands under. */
  readonly group: string | undefined;
  readonly #taken = new Set<Field>();

  constructor(group?: string) {
    this.group = group;
  }

  /** The first value of a key that is not taken yet, taken; undefined when there is none or it says that there is none. */
  text(key: string, part?: string): string | undefined {
    const found = this.fields.find(
      (field) =>
        field.key === key &&
        (part === undefined || field.part === part) &&
        !this.#taken.has(field) &&
        !saysNothing(field.value),
    );
    if (found) this.#taken.add(found);
    return found?.value;
  }

  /** The values of a key, all taken. */
  all(key: string, part?: string): string[] {
    const found = this.fields.filter(
      (field) => field.key === key && (part === undefined || field.part === part),
    );
    for (const field of found) this.#taken.add(field);
    return found.flatMap(({ value }) => (saysNothing(value) ? [] : [value]));
  }

  /** A key's value as `parse` understands it; one that it does not stays among what is left. */
  read<T>(key: string, parse: (text: string) => T | undefined): T | undefined {
    const field = this.fields.find((one) => one.key === key && !saysNothing(one.value));
    const value = field && parse(field.value);
    if (field && value !== undefined) this.#taken.add(field);
    return value;
  }

  /** A key's date as FHIR members: `date('recordedDate', 'Date Entered')`. */
  date(member: string, key: string): JsonObject {
    const value = this.text(key);
    return value === undefined ? {} : pointMembers(member, readTextDate(value));
  }

  /** The same for a member that R4 wants as an instant: without an offset the time is kept beside it. */
  instant(member: string, key: string): JsonObject {
    const value = this.text(key);
    if (value === undefined) return {};
    const { value: day, recorded, unreadable } = readTextDate(value);
    if (day?.includes('T') === true) return { [member]: day };
    const said = recorded ?? day;
    return pointMembers(member, {
      ...(said !== undefined && { recorded: said }),
      ...(unreadable !== undefined && { unreadable }),
    });
  }

  /** The lines of a value that is a list. */
  list(key: string): string[] {
    return this.all(key).flatMap((value) => value.split('\n'));
  }

  /** Every key and value that nobody has taken and that says something: `Location: DAYT29`. */
  left(): string[] {
    return this.fields.flatMap((field) => {
      if (this.#taken.has(field) || saysNothing(field.value)) return [];
      const { key, value, part } = field;
      return `${part === undefined ? '' : `${part}, `}${key}: ${value}`;
    });
  }

  /** The text after the keys, without the blank lines and rules around it. */
  bodyText(): string {
    const first = this.body.findIndex((line) => !isEdge(line));
    const last = this.body.findLastIndex((line) => !isEdge(line));
    return this.body
      .slice(first, last + 1)
      .map(({ text }) => text.trimEnd())
      .join('\n');
  }
}

function isEdge({ text }: Line): boolean {
  return isBlank(text) || isRule(text);
}
