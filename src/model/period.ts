import type { Element } from './element.ts';
import { quantityText, rangeText } from './quantity.ts';

/** When something held or happened, every date a FHIR string exactly as stated. */
export interface Times {
  /** A moment, where the source states one. */
  date?: string;
  start?: string;
  end?: string;
  /** What is not a date: an age, a range, a phrase. */
  text?: string;
}

/** Start and end of a Period. */
export function periodOf(period: Element | undefined): Pick<Times, 'start' | 'end'> {
  const start = period?.date('start');
  const end = period?.date('end');
  return { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
}

/** A `value[x]` that says when (`onset`, `performed`, `effective`, `occurrence`, …), whichever type it has. */
export function timesOf(element: Element, name: string): Times {
  const choice = element.choice(name);
  if (choice === undefined) return {};
  switch (choice.type) {
    case 'Period':
      return periodOf(element.child(choice.name));
    case 'Timing': {
      const events = element.child(choice.name)?.strings('event') ?? [];
      const first = events.at(0);
      const last = events.at(-1);
      if (first === undefined || last === undefined) return {};
      return first === last ? { date: first } : { start: first, end: last };
    }
    case 'Age':
    case 'Quantity':
    case 'Duration':
      return withText(quantityText(element.child(choice.name)));
    case 'Range':
      return withText(rangeText(element.child(choice.name)));
    case 'Boolean':
      return element.boolean(choice.name) === true ? { text: 'yes, date not stated' } : {};
    case 'String':
      return withText(element.string(choice.name));
    default: {
      const date = element.date(choice.name);
      return date === undefined ? {} : { date };
    }
  }
}

/**
 * When something began: `onset[x]`. Its Period says that it began at some time inside, never that it ended with it
 * (R4 Condition.onset, AllergyIntolerance.onset).
 */
export function onsetOf(element: Element): { start?: string; text?: string } {
  const { date, start, end, text } = timesOf(element, 'onset');
  const from = date ?? start;
  const span = end === undefined ? text : `between ${start ?? 'a time not stated'} and ${end}`;
  return { ...(from !== undefined && { start: from }), ...withText(span) };
}

function withText(text: string | undefined): Times {
  return text === undefined ? {} : { text };
}

/**
 * Whether a FHIR date lies before another, compared at the coarser of the two precisions and by the calendar dates
 * as written; undefined when that precision cannot tell (2014 and 2014-03).
 */
export function isBefore(a: string, b: string): boolean | undefined {
  const length = Math.min(a.length, b.length, 10);
  const left = a.slice(0, length);
  const right = b.slice(0, length);
  if (left === right) return length === 10 ? false : undefined;
  return left < right;
}
