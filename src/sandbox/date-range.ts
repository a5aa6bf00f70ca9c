import { isObject, type Json } from './json.ts';
import type { Resource } from './resource.ts';

/** The time a FHIR date covers, in milliseconds since 1970: `from` belongs to it, `to` no more. */
export interface DateRange {
  from: number;
  to: number;
}

const shape =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

/**
 * The range of a date, dateTime or instant (FHIR R4 search.html#date): `2014` covers its year. A text without an offset
 * is read as UTC, this portal's own zone. Undefined when it is none of these.
 */
export function rangeOf(text: string): DateRange | undefined {
  const [matched, year, month, day, hour, minute, second, fraction, zone] = shape.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const parts = [year, month ?? 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0].map(Number);
  const milliseconds = fraction === undefined ? 0 : Math.trunc(Number(`0.${fraction}`) * 1000);
  const offset = offsetOf(zone);
  const from = utc(parts, milliseconds) - offset;
  if (fraction !== undefined) return { from, to: from + 1 };
  const last = [year, month, day, hour, minute, second].findLastIndex((part) => part !== undefined);
  // A time is never given by the hour alone, so the last part given is the one to count up.
  return { from, to: utc(parts.with(last, (parts[last] ?? 0) + 1), 0) - offset };
}

function utc([year = 0, month = 1, day = 1, hour, minute, second]: number[], milliseconds: number): number {
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
}

function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** The range of an element, a date of any precision or a Period; `stem` finds every form of a choice type. */
export function rangeOfElement(resource: Resource, stem: string): DateRange | undefined {
  for (const name of [stem, `${stem}DateTime`, `${stem}Date`, `${stem}Instant`, `${stem}Period`]) {
    const range = rangeOfValue(resource[name]);
    if (range !== undefined) return range;
  }
  return undefined;
}

function rangeOfValue(value: Json | undefined): DateRange | undefined {
  if (typeof value === 'string') return rangeOf(value);
  if (!isObject(value)) return undefined;
  const start = typeof value['start'] === 'string' ? rangeOf(value['start']) : undefined;
  const end = typeof value['end'] === 'string' ? rangeOf(value['end']) : undefined;
  if (start === undefined && end === undefined) return undefined;
  return { from: start?.from ?? -Infinity, to: end?.to ?? Infinity };
}

/** How a search compares two ranges, by prefix (FHIR R4 search.html#prefix). */
export const comparisons: Readonly<Record<string, (held: DateRange, asked: DateRange) => boolean>> = {
  eq: within,
  ne: (held, asked) => !within(held, asked),
  gt: (held, asked) => held.to > asked.to,
  ge: (held, asked) => held.to > asked.to || within(held, asked),
  lt: (held, asked) => held.from < asked.from,
  le: (held, asked) => held.from < asked.from || within(held, asked),
  sa: (held, asked) => held.from >= asked.to,
  eb: (held, asked) => held.to <= asked.from,
};

function within(held: DateRange, asked: DateRange): boolean {
  return held.from >= asked.from && held.to <= asked.to;
}
