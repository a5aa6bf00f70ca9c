import { nameOf } from './coding.ts';
import type { Element } from './element.ts';
import { lookUp } from './look-up.ts';
import { periodOf } from './period.ts';
import { quantityOf, rangeText } from './quantity.ts';

/** UCUM units of time as words. */
const unitWords: Readonly<Record<string, string>> = {
  s: 'second',
  min: 'minute',
  h: 'hour',
  d: 'day',
  wk: 'week',
  mo: 'month',
  a: 'year',
};

/**
 * A Timing (R4) in words: `2 times every 1 day, for 10 days`. A code stands for everything but the bounds,
 * as R4 says of Timing.code.
 */
export function timingText(timing: Element | undefined): string | undefined {
  if (timing === undefined) return undefined;
  const repeat = timing.child('repeat');
  const events = timing.strings('event');
  const pattern = nameOf(timing.child('code')) ?? (repeat && repeatText(repeat));
  const dates = events.length > 0 ? `at ${events.join(', ')}` : undefined;
  const parts = [pattern, dates, repeat && boundsText(repeat)].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(', ') : undefined;
}

/** A number with a unit of time: `1 day`, `4–6 hours`, `10 days`. */
export function durationText(value: string, unit: string | undefined): string {
  const word = lookUp(unitWords, unit);
  if (word !== undefined) return counted(value, word);
  return unit === undefined ? `${value} (unit not recorded)` : `${value} ${unit}`;
}

/** A Quantity that is a duration. */
export function durationQuantityText(quantity: Element | undefined): string | undefined {
  const { value, unit } = quantityOf(quantity);
  return value === undefined ? unit : durationText(value, unit);
}

function repeatText(repeat: Element): string | undefined {
  const frequency = span(repeat, 'frequency');
  const period = span(repeat, 'period');
  const duration = span(repeat, 'duration');
  const count = span(repeat, 'count');
  const offset = repeat.decimal('offset');
  const parts = [
    frequency && counted(frequency, 'time'),
    period && `every ${durationText(period, repeat.string('periodUnit'))}`,
    ...repeat.strings('dayOfWeek'),
    ...repeat.strings('timeOfDay'),
    // R4 counts the offset of an event in minutes.
    offset && durationText(offset, 'min'),
    ...repeat.strings('when'),
    duration && `for ${durationText(duration, repeat.string('durationUnit'))} each time`,
    count && `${counted(count, 'time')} in all`,
  ].filter((part) => part !== undefined && part !== '');
  return parts.length > 0 ? parts.join(' ') : undefined;
}

/** How long the schedule lasts: `bounds[x]`. */
function boundsText(repeat: Element): string | undefined {
  const choice = repeat.choice('bounds');
  const bounds = choice && repeat.child(choice.name);
  switch (choice?.type) {
    case 'Period': {
      const { start, end } = periodOf(bounds);
      const parts = [start && `from ${start}`, end && `until ${end}`].filter((part) => part !== undefined);
      return parts.length > 0 ? parts.join(' ') : undefined;
    }
    case 'Range':
      return withFor(durationRangeText(bounds));
    default:
      return withFor(durationQuantityText(bounds));
  }
}

function durationRangeText(range: Element | undefined): string | undefined {
  const low = quantityOf(range?.child('low'));
  const high = quantityOf(range?.child('high'));
  const haveOneUnit = low.unit === high.unit && low.value !== undefined && high.value !== undefined;
  return haveOneUnit ? durationText(`${low.value}–${high.value}`, low.unit) : rangeText(range);
}

function withFor(text: string | undefined): string | undefined {
  return text && `for ${text}`;
}

/** `frequency` with `frequencyMax`, and others of that shape. */
function span(repeat: Element, member: string): string | undefined {
  const low = repeat.decimal(member);
  const high = repeat.decimal(`${member}Max`);
  if (low === undefined) return high && `up to ${high}`;
  return high === undefined ? low : `${low}–${high}`;
}

function counted(count: string, word: string): string {
  return `${count} ${word}${count === '1' || count === 'up to 1' ? '' : 's'}`;
}
