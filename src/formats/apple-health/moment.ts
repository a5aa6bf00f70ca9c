import { isOnCalendar, isOnClock, type PointInTime } from '../point-in-time.ts';

/** A time of an export, read. */
export interface Moment extends PointInTime {
  value: string;
  /** The calendar day, as written. */
  day: string;
  /** Seconds since 1970, for putting moments in order and for lengths of time. */
  instant: number;
}

const pattern = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.\d+)? ?(?:([+-]\d\d):?(\d\d)|Z)?)?$/;

/** `2024-01-01 01:01:36 +0200` as FHIR says it, offset and all; undefined for what is no time. */
export function readMoment(text: string | undefined): Moment | undefined {
  const [, year = '', month = '', date = '', hour, minute = '', second = '', hours, minutes] =
    pattern.exec(text?.trim() ?? '') ?? [];
  if (year === '' || !isOnCalendar(year, month, date) || !isOnClock(hour, minute || '0', second || '0'))
    return undefined;
  const day = `${year}-${month}-${date}`;
  const midnight = daysSince1970(Number(year), Number(month), Number(date)) * 86_400;
  if (hour === undefined) return { value: day, day, instant: midnight };
  const time = `${day}T${hour}:${minute}:${second}`;
  const clock = midnight + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  if (text?.endsWith('Z') === true) return { value: `${time}Z`, day, instant: clock };
  if (hours === undefined) return { value: day, recorded: time, day, instant: clock };
  const offset = (Math.abs(Number(hours)) * 60 + Number(minutes)) * (hours.startsWith('-') ? -60 : 60);
  return { value: `${time}${hours}:${minutes}`, day, instant: clock - offset };
}

/** Days of the Gregorian calendar between 1970-01-01 and a day; years are counted from March, so that a leap day ends one. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}
