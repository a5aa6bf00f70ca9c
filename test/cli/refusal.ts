import type { Ended } from './bluebutton.ts';

/** A refusal as it reaches a person or a script. */
export interface Refusal {
  status: number | null;
  stdout: string;
  /** What happened: the first line of standard error that does not only name the host being asked. */
  what: string;
  /** Why: everything between that and the next step. */
  why: string;
  /** The next step, after `Try:`. */
  next: string;
  /** Lines that show the inside of the tool: a stack, a source file of ours. */
  internals: string[];
}

/** The one sentence that may name a place in the code: of a failure that nobody foresaw. */
const unforeseenPlace = /^\w+ at [\w/-]+\.js:\d+\.$/;

/** Reads what a command said when it refused. */
export function refusalOf({ status, stdout, stderr }: Ended): Refusal {
  const lines = stderr.split('\n');
  // A login has told where to sign in before it refuses.
  const begun = lines.findLastIndex((line) => line.endsWith('Ctrl-C stops.')) + 1;
  const told = lines.slice(begun).filter((line) => !line.startsWith('Asking '));
  const next = told.findIndex((line) => line.startsWith('Try: '));
  return {
    status,
    stdout,
    what: told[0] ?? '',
    why: told.slice(1, Math.max(1, next)).join('\n'),
    next: told[next]?.slice('Try: '.length) ?? '',
    internals: lines.filter((line) => /^\s+at |\.[jt]s:\d/.test(line) && !unforeseenPlace.test(line)),
  };
}
