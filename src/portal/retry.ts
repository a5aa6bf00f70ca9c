import { setTimeout } from 'node:timers/promises';
import { BlueButtonError } from '../errors/index.ts';

/** How often a request is sent before its answer, or the lack of one, is final. */
export const maxAttempts = 4;

/** The longest wait a portal is granted; one that asks for more gets no second request in this pull. */
export const longestWaitMs = 60_000;

/** Statuses that promise a later attempt may succeed. */
export function isTransient(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504;
}

/**
 * Milliseconds to wait as `Retry-After` states them (RFC 9110 §10.2.3): seconds or a date, and, as seen in the field,
 * the instant as epoch seconds or milliseconds. Undefined when absent or unreadable.
 */
export function retryAfterMs(value: string | null, now: Date): number | undefined {
  if (value === null) return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (number > 1e12) return Math.max(0, number - now.getTime());
    if (number > 1e9) return Math.max(0, number * 1000 - now.getTime());
    return number * 1000;
  }
  if (!/[a-z]/i.test(text)) return undefined;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - now.getTime());
}

/** The wait before attempt `attempt + 1` where the portal states none: 250 ms doubled each time, ± a quarter. */
export function backoffMs(attempt: number): number {
  return 250 * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
}

export type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** Waits; throws BlueButtonError `interrupted` when the signal fires first. */
export const pauseFor: Pause = async (milliseconds, signal) => {
  try {
    await setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch {
    throw interrupted();
  }
};

/** The refusal to go on after the person stopped the command. */
export function interrupted(): BlueButtonError {
  return new BlueButtonError('interrupted', 'Interrupted.', {
    why: 'It was told to stop.',
    try: 'the same command again, whenever you like',
  });
}
