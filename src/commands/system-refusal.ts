import { BlueButtonError, systemCodeOf } from '../errors/index.ts';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'Its permissions do not allow it.',
  EPERM: 'Its permissions do not allow it.',
  EROFS: 'The disk can only be read.',
  ENOSPC: 'No space is left on the disk.',
  EDQUOT: 'The disk quota is used up.',
  ENOENT: 'The folder it is to lie in does not exist.',
  ENOTDIR: 'A part of its path is a file, not a folder.',
  EEXIST: 'A file of that name is there already.',
};

/** The error for a file or folder that the system refuses; `happened` says what, e.g. `x.csv could not be written.` */
export function systemRefusal(happened: string, cause: unknown, next: string): BlueButtonError {
  const code = systemCodeOf(cause);
  const why =
    code === undefined ? 'The system says nothing more.' : (reasons[code] ?? `The system says ${code}.`);
  return new BlueButtonError('failed', happened, { why, try: next, cause });
}
