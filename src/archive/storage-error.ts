import { BlueButtonError, messageOf, systemCodeOf } from '../errors/index.ts';

const reasons: Record<string, string> = {
  ENOSPC: 'No space is left on the disk.',
  EDQUOT: 'The disk quota is used up.',
  EROFS: 'The disk can only be read.',
  EACCES: 'You are not allowed to.',
  EPERM: 'You are not allowed to.',
  EIO: 'The disk reports an error.',
  EMFILE: 'Too many files are open.',
  ENOENT: 'The system has no such place, or does not let folders be made there.',
  EEXIST: 'A file stands in its place.',
  ENOTDIR: 'A part of its path is a file, not a folder.',
  EISDIR: 'A folder stands in its place.',
  EXDEV: 'It is on another disk.',
  EBUSY: 'It is in use, or a disk begins there.',
  ELOOP: 'It is a link that leads back to itself.',
};

/** What a place of the archive that cannot be read is answered with; anything else is no fault of the place. */
const unreadable: Record<string, string> = {
  ...reasons,
  ENOENT: 'Nothing is there, or a link that leads nowhere.',
  ENOTDIR: 'It is a file, not a folder.',
};
const ofThePlace = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'EACCES',
  'EPERM',
  'EIO',
  'ENXIO',
  'ESTALE',
]);

/** Why a place cannot be read, where the system says so; undefined for anything else that was thrown. */
export function readingProblem(thrown: unknown): string | undefined {
  const code = systemCodeOf(thrown);
  if (code === undefined || !ofThePlace.has(code)) return undefined;
  return `It cannot be read. ${unreadable[code] ?? messageOf(thrown)} (${code})`;
}

/** What to throw for something the disk refused: a `failed` error with the reason; anything else as it is. */
export function storageError(thrown: unknown, message: string): unknown {
  const code = systemCodeOf(thrown);
  if (thrown instanceof BlueButtonError || code === undefined) return thrown;
  return new BlueButtonError('failed', message, {
    why: `${reasons[code] ?? messageOf(thrown)} (${code})\nNothing in the archive was changed.`,
    try: 'put this right, then the same command again',
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
