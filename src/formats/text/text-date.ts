import { isOnCalendar, isOnClock, type PointInTime } from '../point-in-time.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** US time zones by the letters that reports print, as offsets. */
const zones: Readonly<Record<string, string>> = {
  EST: '-05:00',
  EDT: '-04:00',
  CST: '-06:00',
  CDT: '-05:00',
  MST: '-07:00',
  MDT: '-06:00',
  PST: '-08:00',
  PDT: '-07:00',
  AKST: '-09:00',
  AKDT: '-08:00',
  HST: '-10:00',
  UTC: 'Z',
};

interface Parts {
  year: string;
  month?: string | undefined;
  day?: string | undefined;
  hour?: string | undefined;
  minute?: string | undefined;
  second?: string | undefined;
  half?: string | undefined;
  zone?: string | undefined;
}

const clock = String.raw`(?:,? *(?:@|at)? *(?<hour>\d{1,2}):?(?<minute>\d{2})(?::(?<second>\d{2}))? *(?<half>[AaPp])?(?:\.?[Mm]\.?)? *(?<zone>[A-Z]{3,4})?)?`;

/** `09 Sep 2013 @ 0602`, `1/27/1942`, `July 23, 2014, 3:00 p.m. EDT`, `JUL 23, 2014@09:32`, `Sep 2013`, `2013`, ISO 8601. */
const shapes: readonly RegExp[] = [
  new RegExp(String.raw`^(?<day>\d{1,2})[ -](?<name>[A-Za-z]{3,9})\.?[ -](?<year>\d{4})${clock}$`),
  new RegExp(String.raw`^(?<month>\d{1,2})/(?<day>\d{1,2})/(?<year>\d{4})${clock}$`),
  new RegExp(String.raw`^(?<name>[A-Za-z]{3,9})\.? +(?<day>\d{1,2}), *(?<year>\d{4})${clock}$`),
  /^(?<name>[A-Za-z]{3,9})\.?,? (?<year>\d{4})$/,
  /^(?<month>\d{1,2})\/(?<year>\d{4})$/,
  /^(?<year>\d{4})$/,
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)$/,
];

/**
 * Reads a date as reports for people print it, in its own precision. A time of day without a zone is local to a place
 * that the report does not tell: it is kept beside the day (`PointInTime.recorded`).
 */
export function readTextDate(text: string): PointInTime {
  const parts = partsOf(text.trim());
  if (parts === undefined) return { unreadable: text };
  const { year, month, day, minute, second = '00' } = parts;
  const hour = hourOf(parts);
  if (parts.half !== undefined && !/^(0?[1-9]|1[0-2])$/.test(parts.hour ?? '')) return { unreadable: text };
  if (!isOnCalendar(year, month, day) || !isOnClock(hour, minute, second)) return { unreadable: text };
  const date = [year, month, day].filter((part) => part !== undefined).join('-');
  if (hour === undefined || minute === undefined) return { value: date };
  const offset = zones[parts.zone ?? ''];
  if (offset !== undefined) return { value: `${date}T${hour}:${minute}:${second}${offset}` };
  const clockText = [hour, minute, parts.second].filter((part) => part !== undefined).join(':');
  return { value: date, recorded: `${date}T${clockText}` };
}

function partsOf(text: string): Parts | undefined {
  for (const shape of shapes) {
    const found = shape.exec(text)?.groups;
    if (found === undefined) continue;
    const { year, month, name, day, ...time } = found;
    const named = name === undefined ? -1 : months.indexOf(name.slice(0, 3).toLowerCase());
    if (year === undefined || (name !== undefined && named < 0)) return undefined;
    const number = month ?? (name === undefined ? undefined : String(named + 1));
    return { ...time, year, month: number?.padStart(2, '0'), day: day?.padStart(2, '0') };
  }
  return undefined;
}

/** The hour of 24; undefined without a time. */
function hourOf({ hour, half }: Parts): string | undefined {
  if (hour === undefined || half === undefined) return hour?.padStart(2, '0');
  const twelve = Number(hour) % 12;
  return String(half.toLowerCase() === 'p' ? twelve + 12 : twelve).padStart(2, '0');
}
