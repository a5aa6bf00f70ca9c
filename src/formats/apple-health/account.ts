import type { Finding } from '../../model/index.ts';

/** What can be wrong with parts of an export, or is not carried over: how grave it is, and what is said of so many. */
const kinds = {
  'no-type': ['lost', (count) => `${counted(count, 'record')} without a type`],
  'bad-value': ['lost', (count) => `${counted(count, 'record')} without a value that can be read`],
  'bad-date': ['lost', (count) => `${counted(count, 'record')} without a start that is a date`],
  'heart-beats-not-read': [
    'note',
    (count) =>
      `${counted(count, 'single heart beat')} (InstantaneousBeatsPerMinute) of heart rate variability`,
  ],
  'positions-not-read': [
    'note',
    (count) => `${counted(count, 'position')} (Location) of the routes of workouts`,
  ],
  'clinical-records-apart': [
    'note',
    (count) =>
      `${counted(count, 'clinical record')} of providers only named here, each in a file of its own (clinical-records) beside the export`,
  ],
  'not-carried': [
    'note',
    (count) =>
      `${counted(count, 'record')} told by day (several of one day by their sum, or their least, greatest and last), without when, on what device and by what version of an app each was written, and without metadata that do not change what it means`,
  ],
} as const satisfies Record<string, readonly [Finding['severity'], (count: number) => string]>;

export type LossKind = keyof typeof kinds;

/** Keeps count of what an export has and its reading does not carry, each kind with its first line. */
export class Account {
  readonly #source: string;
  readonly #counts = new Map<LossKind, { count: number; line: number }>();
  readonly #unknown = new Map<string, { count: number; line: number }>();

  constructor(source: string) {
    this.#source = source;
  }

  count(kind: LossKind, line: number, more = 1): void {
    countIn(this.#counts, kind, line, more);
  }

  /** An element of a kind nobody told this tool about. */
  countUnknown(name: string, line: number): void {
    countIn(this.#unknown, name, line, 1);
  }

  findings(): Finding[] {
    const source = this.#source;
    return [
      ...[...this.#counts].map(([code, { count, line }]): Finding => {
        const [severity, message] = kinds[code];
        return { severity, code, message: message(count), source, line };
      }),
      ...[...this.#unknown].map(([name, { count, line }]): Finding => ({
        severity: 'lost',
        code: 'unread-element',
        message: `${counted(count, 'element')} of a kind this tool does not know (${name})`,
        source,
        line,
      })),
    ];
  }
}

function countIn<Key>(
  counts: Map<Key, { count: number; line: number }>,
  key: Key,
  line: number,
  more: number,
): void {
  const known = counts.get(key);
  if (known === undefined) counts.set(key, { count: more, line });
  else known.count += more;
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
