import { setTimeout } from 'node:timers/promises';
import type { Headers } from 'undici';
import { BlueButtonError } from '../errors/index.ts';
import { statedWaitMs } from './stated-wait.ts';

/** How often a request is sent before its answer, or the lack of one, is final. */
export const maxAttempts = 4;

/** The longest wait a portal is granted; one that asks for more gets no second request in this pull. */
const longestWaitMs = 60_000;

/** The longest time one request may spend waiting between its attempts, all waits together. */
export const longestWaitsMs = 120_000;

/**
 * How often a GET answered so is sent in all. 408, 425, 429, 502, 503 and 504 promise that a later attempt may succeed.
 * 500 is as often a fault in the answer to this very query as one of the moment: it gets one attempt fewer.
 */
export function attemptsFor(status: number): number {
  if (status === 500) return maxAttempts - 1;
  return [408, 425, 429, 502, 503, 504].includes(status) ? maxAttempts : 1;
}

/** True for an answer that asks to be left alone for longer than a pull waits. */
export function wantsLongWait(answer: { status: number; headers: Headers }, now: Date): boolean {
  return attemptsFor(answer.status) > 1 && (statedWaitMs(answer, now) ?? 0) > longestWaitMs;
}

/** The least wait before attempt `attempt + 1`: 250 ms doubled each time, ± a quarter. */
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
