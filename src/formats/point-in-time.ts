import type { JsonObject } from '../json/index.ts';
import { ourExtensions } from '../model/index.ts';
import { filled, listOf, valued } from './json-parts.ts';

/** A point in time as a source states it, as FHIR can say it. */
export interface PointInTime {
  /** FHIR date or dateTime, as precise as FHIR allows. */
  value?: string;
  /** The time as recorded, ISO 8601, where `value` cannot say all of it: no offset, no seconds, only an hour. */
  recorded?: string;
  /** What stands there and is no date. */
  unreadable?: string;
}

/** A point in time as FHIR members: the value under `name`, and what FHIR cannot say of it under `_name`. */
export function pointMembers(name: string, { value, recorded, unreadable }: PointInTime): JsonObject {
  const extension = listOf([
    valued(ourExtensions.timeAsRecorded, 'valueString', recorded),
    valued(ourExtensions.dateNotRead, 'valueString', unreadable),
  ]);
  return filled({ [name]: value, [`_${name}`]: extension && { extension } });
}

/** True for a day that is on the calendar; a month or day that is not stated is any. */
export function isOnCalendar(year: string, month: string | undefined, day: string | undefined): boolean {
  if (month === undefined) return true;
  const [y, m, d] = [Number(year), Number(month), Number(day ?? 1)];
  if (m < 1 || m > 12) return false;
  const leap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][m - 1] ?? 0;
  return d >= 1 && d <= days;
}

/** True for a time that a clock shows. */
export function isOnClock(hour = '0', minute = '0', second = '0'): boolean {
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
}
