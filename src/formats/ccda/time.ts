import type { JsonObject } from '../../json/index.ts';
import { ourExtensions } from '../../model/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { absent } from '../absent.ts';
import { isOnCalendar, isOnClock, pointMembers, type PointInTime } from '../point-in-time.ts';
import { absentReasonOf, nullFlavorOf } from './null-flavor.ts';

const literalShape =
  /^(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(\.\d+)?)?)?)?)?)?(Z|[+-]\d\d:?(?:\d\d)?)?$/;

/** ISO 8601, which some programs write in place of HL7's form; `2014-05` could be either, and is read as neither. */
const isoShape =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(\.\d+)?)?)?)?(Z|[+-]\d\d:?(?:\d\d)?)?$/;

/**
 * Reads a TS literal: `YYYY[MM[DD[HH[MM[SS[.s]]]]]][±ZZZZ]`, also with the punctuation of ISO 8601. The precision is
 * kept. A time without an offset is local to a place the document does not tell: the date is said in FHIR and the time
 * is kept beside it, for UTC would be a guess (C-CDA on FHIR, "Dates and times"). An offset on a bare date is dropped.
 */
export function readTime(literal: string): PointInTime {
  const parts = isoShape.exec(literal) ?? (/^\d{4}-\d\d$/.test(literal) ? null : literalShape.exec(literal));
  const [, year = '', month, day, hour, minute, second, fraction = '', zone] = parts ?? [];
  if (!parts || isSentinel(year) || !isOnCalendar(year, month, day) || !isOnClock(hour, minute, second))
    return { unreadable: literal };
  const date = [year, month, day].filter((part) => part !== undefined).join('-');
  if (hour === undefined) return { value: date };
  const clock = [hour, minute, second].filter((part) => part !== undefined).join(':') + fraction;
  const offset = offsetOf(zone);
  const recorded = `${date}T${clock}${offset}`;
  if (!isOffset(offset) || minute === undefined) return { value: date, recorded };
  if (second === undefined) return { value: `${date}T${hour}:${minute}:00${offset}`, recorded };
  return { value: recorded };
}

/** A dated element as FHIR members: the value under `name`, and what FHIR cannot say of it under `_name`. */
export function dated(name: string, element: XmlElement | undefined): JsonObject {
  const literal = element?.attribute('value');
  return literal === undefined ? {} : pointMembers(name, readTime(literal));
}

/** The same for a FHIR `date`: a time of day is kept beside it. */
export function datedDay(name: string, element: XmlElement | undefined): JsonObject {
  const found = dated(name, element);
  const value = found[name];
  if (typeof value !== 'string' || !value.includes('T')) return found;
  const recorded = valued(ourExtensions.timeAsRecorded, 'valueString', value);
  const kept = { [`_${name}`]: { extension: listOf([recorded]) } };
  return { ...kept, ...found, [name]: value.slice(0, 10) };
}

/** The same for a FHIR `instant`, which is nothing less than a time with an offset. */
export function instantOf(element: XmlElement | undefined): string | undefined {
  const { value } = readTime(element?.attribute('value') ?? '');
  return value?.includes('T') === true ? value : undefined;
}

/** An interval (IVL_TS) as a FHIR Period: its low and high, or its one point as the start: nothing says that it ended then. */
export function periodOf(interval: XmlElement | undefined): JsonObject | undefined {
  if (interval === undefined) return undefined;
  const point = pointOf(interval);
  const [low, high] = point ? [point, undefined] : [interval.at('low'), interval.at('high')];
  const found = { ...dated('start', low), ...dated('end', high), ...unknownEnd(high) };
  return Object.keys(found).length > 0 ? found : undefined;
}

/**
 * The point that an interval is when it states a value or a centre in place of its ends. Some exports state all three: then
 * the ends count.
 */
export function pointOf(interval: XmlElement | undefined): XmlElement | undefined {
  if (interval === undefined || isBounded(interval)) return undefined;
  if (interval.attribute('value') !== undefined) return interval;
  const center = interval.at('center');
  return center?.attribute('value') === undefined ? undefined : center;
}

/** Where something happened at one point, its date under `nameDateTime`; over a time, its Period under `namePeriod`. */
export function dateOrPeriod(name: string, interval: XmlElement | undefined): JsonObject {
  const point = pointOf(interval);
  const [low, high] = [interval?.at('low'), interval?.at('high')];
  const isPoint = low !== undefined && low.attribute('value') === high?.attribute('value');
  if (point ?? isPoint) return dated(`${name}DateTime`, point ?? low);
  return filled({ [`${name}Period`]: periodOf(interval) });
}

/** True for an interval that states one of its ends. */
function isBounded(interval: XmlElement): boolean {
  return ['low', 'high'].some((name) => interval.at(name)?.attribute('value') !== undefined);
}

/** True for a high end that says that it ended, at a time not known; NA and PINF say that it goes on. */
export function endedUnknown(high: XmlElement | undefined): boolean {
  return high?.attribute('value') === undefined && nullFlavorOf(high) === 'UNK';
}

function unknownEnd(high: XmlElement | undefined): JsonObject {
  const says = ['UNK', 'ASKU', 'NASK', 'NAV', 'MSK'].includes(nullFlavorOf(high) ?? '');
  return says && high?.attribute('value') === undefined
    ? { _end: { extension: [absent(absentReasonOf(high))] } }
    : {};
}

/** Years that stand for "no date" or "for ever" in the exports of several vendors. */
function isSentinel(year: string): boolean {
  return year === '0000' || year === '0001' || year === '9999';
}

/** The offsets that FHIR allows; `-50:00` was seen, and says no place on earth. */
function isOffset(offset: string): boolean {
  return offset === 'Z' || /^[+-]((0\d|1[0-3]):[0-5]\d|14:00)$/.test(offset);
}

/** `-0500`, `-05` and `-05:00` are `-05:00`. */
function offsetOf(zone: string | undefined): string {
  if (zone === undefined || zone === 'Z') return zone ?? '';
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone.charAt(0)}${digits.slice(0, 2)}:${digits.slice(2)}`;
}
