/**
 * Every way the tool can refuse or fail, as one closed list. `cli/exit-codes.ts` maps each to an exit status, so a
 * new code without a status does not compile.
 */
export type ErrorCode =
  | 'failed'
  | 'usage'
  | 'several-patients'
  | 'other-person'
  | 'login-needed'
  | 'temporary'
  | 'not-a-health-record'
  | 'password-needed'
  | 'store-locked'
  | 'no-archive'
  | 'archive-busy'
  | 'archive-damaged'
  | 'interrupted';

export interface ErrorParts {
  /** Why it happened: one sentence or a few lines. */
  why: string;
  /** What to do next: a command to paste, or one sentence. */
  try: string;
  cause?: unknown;
}

/**
 * A refusal or failure made for a person to read: `message` says what happened, `why` the reason, `try` the next
 * step. None of the three ever holds a token, a code, or text of a record.
 */
export class BlueButtonError extends Error {
  override readonly name = 'BlueButtonError';
  readonly code: ErrorCode;
  readonly why: string;
  readonly try: string;

  constructor(code: ErrorCode, message: string, parts: ErrorParts) {
    super(message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = code;
    this.why = parts.why;
    this.try = parts.try;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system error code (`ENOENT`, `EPIPE`, …) of anything that was thrown, if it has one; an error of ours has none. */
export function systemCodeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || thrown instanceof BlueButtonError || !('code' in thrown))
    return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
