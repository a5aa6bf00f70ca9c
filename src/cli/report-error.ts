import type { Output } from '../commands/context.ts';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import { exitStatusOf, type ExitStatus } from './exit-codes.ts';

/** Tells a person, or with `json` a script, what went wrong, and returns the exit status for it. */
export async function reportError(thrown: unknown, err: Output, json: boolean): Promise<ExitStatus> {
  const error = thrown instanceof BlueButtonError ? thrown : (refusedBySystem(thrown) ?? unexpected(thrown));
  const status = exitStatusOf(error.code);
  if (json) {
    const { code, message, why } = error;
    err.write(
      `${JSON.stringify({ schema: 'bluebutton/error/1', code, status, message, why, try: error.try })}\n`,
    );
  } else {
    const { errorText } = await import('../commands/error-text.ts');
    err.write(errorText(error));
  }
  return status;
}

/** A refusal of the system that no command put into words: it names the place and the reason itself. */
function refusedBySystem(thrown: unknown): BlueButtonError | undefined {
  const code = systemCodeOf(thrown);
  if (code === undefined || !(thrown instanceof Error) || !('path' in thrown)) return undefined;
  const allowed = code === 'EACCES' || code === 'EPERM';
  return new BlueButtonError('failed', `${String(thrown.path)} could not be used.`, {
    why: allowed ? `Its permissions do not allow it. (${code})` : `The system says ${code}.`,
    try: 'put this right, then the same command again',
    cause: thrown,
  });
}

/** A failure nobody foresaw: its kind and its place in the code. Its own words could quote a record. */
function unexpected(thrown: unknown): BlueButtonError {
  const kind = thrown instanceof Error ? thrown.name : `thrown ${typeof thrown}`;
  return new BlueButtonError('failed', 'Something went wrong that this tool did not foresee.', {
    why: `${kind} at ${placeOf(thrown)}.`,
    try: 'the same command again; if it stays, please report it with these lines',
    cause: thrown,
  });
}

/** The innermost place in this tool's own code: `commands/show.js:12`. */
function placeOf(thrown: unknown): string {
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line));
  const [, place] = /\/dist\/([\w./-]+:\d+)/.exec(frames.join('\n')) ?? [];
  return place ?? 'a place that is not known';
}
