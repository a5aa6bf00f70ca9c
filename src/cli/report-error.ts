import type { Output } from '../commands/context.ts';
import { BlueButtonError } from '../errors/index.ts';
import { exitStatusOf, type ExitStatus } from './exit-codes.ts';

/** Tells a person, or with `json` a script, what went wrong, and returns the exit status for it. */
export async function reportError(thrown: unknown, err: Output, json: boolean): Promise<ExitStatus> {
  const error = thrown instanceof BlueButtonError ? thrown : unexpected(thrown);
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

/** A failure nobody foresaw: its kind and its place in the code. Its own words could quote a record. */
function unexpected(thrown: unknown): BlueButtonError {
  const kind = thrown instanceof Error ? thrown.name : typeof thrown;
  return new BlueButtonError('failed', 'Something went wrong that this tool did not foresee.', {
    why: `A ${kind} at ${placeOf(thrown)}.`,
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
