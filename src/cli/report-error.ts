import type { Output } from '../commands/context.ts';
import { BlueButtonError, messageOf } from '../errors/index.ts';
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

/** A failure nobody foresaw: its own words, without a stack, which could hold text of a record. */
function unexpected(thrown: unknown): BlueButtonError {
  return new BlueButtonError('failed', 'Something went wrong that this tool did not foresee.', {
    why: messageOf(thrown),
    try: 'the same command again; if it stays, report it with the command and this message',
    cause: thrown,
  });
}
