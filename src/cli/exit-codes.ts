import type { Outcome } from '../commands/context.ts';
import type { ErrorCode } from '../errors/index.ts';

/** Every exit status: the one table that the command, its help and the README share. */
export const exitStatuses = [
  { status: 0, meaning: 'done' },
  { status: 1, meaning: 'failed' },
  { status: 2, meaning: 'usage error' },
  { status: 3, meaning: 'done in part; what was missing is named' },
  { status: 4, meaning: 'login needed' },
  { status: 5, meaning: 'temporary; try again later' },
  { status: 6, meaning: 'not a health record this tool can read' },
  { status: 10, meaning: 'no archive here' },
  { status: 11, meaning: 'archive busy' },
  { status: 12, meaning: 'archive damaged' },
  { status: 130, meaning: 'interrupted' },
] as const;

export type ExitStatus = (typeof exitStatuses)[number]['status'];

const byOutcome = {
  done: 0,
  partial: 3,
  failed: 1,
  usage: 2,
  'several-patients': 2,
  'other-person': 2,
  'password-needed': 2,
  'login-needed': 4,
  temporary: 5,
  'store-locked': 5,
  'not-a-health-record': 6,
  'no-archive': 10,
  'archive-busy': 11,
  'archive-damaged': 12,
  interrupted: 130,
} as const satisfies Record<Outcome, ExitStatus>;

/** The exit status of an error, or of a command that ended by itself. */
export function exitStatusOf(outcome: Outcome | ErrorCode): ExitStatus {
  return byOutcome[outcome];
}
