import { BlueButtonError, messageOf, systemCodeOf } from '../errors/index.ts';

const reasons: Record<string, string> = {
  ENOSPC: 'No space is left on the disk.',
  EDQUOT: 'The disk quota is used up.',
  EROFS: 'The disk can only be read.',
  EACCES: 'You are not allowed to.',
  EPERM: 'You are not allowed to.',
  EIO: 'The disk reports an error.',
  EMFILE: 'Too many files are open.',
};

/** What to throw for something the disk refused: a `failed` error with the reason; anything else as it is. */
export function storageError(thrown: unknown, message: string): unknown {
  const code = systemCodeOf(thrown);
  if (thrown instanceof BlueButtonError || code === undefined) return thrown;
  return new BlueButtonError('failed', message, {
    why: `${reasons[code] ?? messageOf(thrown)} (${code})`,
    try: 'Nothing in the archive was changed. Put this right and run the same command again.',
    cause: thrown,
  });
}

/** The error for a file or bag of the archive that is not as it was written. `path` is relative to the archive. */
export function damage(path: string, problem: string, cause?: unknown): BlueButtonError {
  return new BlueButtonError('archive-damaged', `The archive is damaged at ${path}.`, {
    why: problem,
    try: 'bluebutton verify',
    cause,
  });
}
