import type { Ended } from './bluebutton.ts';

/** A refusal as it reaches a person or a script. */
export interface Refusal {
  status: number | null;
  stdout: string;
  /** What happened: the first line of standard error that does not only name the host being asked. */
  what: string;
  /** The next step, after `Try:`. */
  next: string;
  /** Lines that show the inside of the tool: a stack, a source file of ours. */
  internals: string[];
}

/** Reads what a command said when it refused. */
export function refusalOf({ status, stdout, stderr }: Ended): Refusal {
  const lines = stderr.split('\n');
  return {
    status,
    stdout,
    what: lines.find((line) => !line.startsWith('Asking ')) ?? '',
    next: /^Try: (.+)$/m.exec(stderr)?.[1] ?? '',
    internals: lines.filter((line) => /^\s+at |\.[jt]s:\d/.test(line)),
  };
}
