import { isBefore } from './period.ts';

/** Whether what a row names holds as of its source's own date. Never a default: what no rule decides is `not stated`. */
export const statuses = ['current', 'past', 'not stated'] as const;

export type Status = (typeof statuses)[number];

/** What a source says about whether something still holds. */
export interface CurrencyEvidence {
  /** When it ended, as stated. */
  end?: string | undefined;
  /** It ended, and no date says when (an age, a phrase). */
  endedWithoutDate?: boolean;
  /** The status code that speaks of currency: clinical status, else the status of the request or event. */
  status?: string | readonly string[] | undefined;
  /** The source's own date. */
  asOf?: string | undefined;
}

const current = ['active', 'recurrence', 'relapse', 'in-progress', 'arrived', 'triaged', 'onleave'];
const past = ['inactive', 'remission', 'resolved', 'completed', 'stopped', 'cancelled', 'ended', 'finished'];

/**
 * The precedence of `docs/model.md`: an end that had passed by the source's date, then the status code. Where the
 * source has no date of its own, an end date cannot be judged and the status code decides.
 */
export function currencyOf({ end, endedWithoutDate, status, asOf }: CurrencyEvidence): Status {
  if (endedWithoutDate === true) return 'past';
  if (end !== undefined && asOf !== undefined && isBefore(end, asOf) === true) return 'past';
  const words = [status ?? []].flat();
  if (words.some((word) => current.includes(word))) return 'current';
  if (words.some((word) => past.includes(word))) return 'past';
  return 'not stated';
}
