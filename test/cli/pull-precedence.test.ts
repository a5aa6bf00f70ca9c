import { describe, expect, it } from 'vitest';
import { exitStatusOf } from '../../src/cli/exit-codes.ts';
import type { Context, Output } from '../../src/commands/context.ts';
import { reportPull, type PullEnd } from '../../src/commands/pull-report.ts';
import { BlueButtonError, type ErrorCode } from '../../src/errors/index.ts';
import { ledgerOf, row } from '../archive/practice.ts';

const silent: Output = { write: () => undefined, closed: false, isTerminal: false, width: 80, colour: false };
const streams: Pick<Context, 'out' | 'err'> = { out: silent, err: silent };

const failed = (code: ErrorCode): PullEnd => ({
  name: code,
  error: new BlueButtonError(code, 'It failed.', { why: 'It did.', try: 'again' }),
});

const pulled = (name: string, outcome: 'complete' | 'refused'): PullEnd => ({
  name,
  who: 'Jane Doe',
  scopesLost: [],
  counts: { new: 0, changed: 0, unchanged: 0, vanished: 0, renumbered: 0, reappeared: 0, documents: 0 },
  ledger: ledgerOf(row('Goal?patient=1', { outcome })),
});

/** How a portal can end, the gravest first, with the exit status that is its own. */
const ends: readonly (readonly [number, PullEnd])[] = [
  [12, failed('archive-damaged')],
  [11, failed('archive-busy')],
  [4, failed('login-needed')],
  [5, failed('temporary')],
  [1, failed('failed')],
  [3, pulled('partly', 'refused')],
  [0, pulled('wholly', 'complete')],
];

const pairs = ends.flatMap(([status, graver], index) =>
  ends.slice(index).map(([less, lighter]) => ({ status, less, graver, lighter })),
);

describe('the exit status of a pull of several portals', () => {
  it.each(pairs)('of $status and $less is $status, in whichever order', ({ status, graver, lighter }) => {
    for (const both of [
      [graver, lighter],
      [lighter, graver],
    ]) {
      const outcome = reportPull(both, new Map(), { json: false, quiet: true }, streams);
      expect(exitStatusOf(outcome)).toBe(status);
    }
  });
});
