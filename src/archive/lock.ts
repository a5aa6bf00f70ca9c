import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { takeLock, type HeldBy, type LockHolder } from '../disk/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import type { Archive } from './archive.ts';
import { mayBeGoneOnFrom } from './broken-off-pull.ts';
import { storageError } from './storage-error.ts';

/** The right to write to an archive. Reading needs none. */
export interface Lock {
  /** @throws BlueButtonError `archive-busy` when the lock was taken away meanwhile. */
  check: () => Promise<void>;
  release: () => Promise<void>;
}

/**
 * Takes the archive's one lock, `.lock`, and clears away what a killed writer left in `.staging`. A lock whose holder
 * ran on this host and runs no more is taken over; one of another host never is.
 *
 * @throws BlueButtonError `archive-busy` naming the holder's process and the lock's age; `failed` when the archive
 * cannot be written.
 */
export async function lockArchive({ directory }: Archive, holder: LockHolder): Promise<Lock> {
  const path = join(directory, '.lock');
  try {
    const taken = await takeLock(path, holder);
    if ('heldBy' in taken) throw busy(path, taken.heldBy, holder);
    await clearLeftovers(directory, holder.now());
    const { isMine, release } = taken.lock;
    return {
      check: async () => {
        if (await isMine()) return;
        throw new BlueButtonError('archive-busy', `Another bluebutton took over the archive ${directory}.`, {
          why: `${path} is no longer the lock this command made.`,
          try: 'Run the same command again.',
        });
      },
      release,
    };
  } catch (thrown) {
    throw storageError(thrown, `The archive ${directory} could not be locked.`);
  }
}

/**
 * Nobody else writes while the lock is held: whatever is being built was left by a writer that is gone. Answers a pull
 * was broken off with are left to be gone on from, for as long as they are good.
 */
async function clearLeftovers(directory: string, now: Date): Promise<void> {
  const staging = join(directory, '.staging');
  const names = await readdir(staging).catch(() => []);
  for (const name of names) {
    const path = join(staging, name);
    if (!(await mayBeGoneOnFrom(path, now))) await rm(path, { recursive: true, force: true });
  }
  await rmdir(staging).catch(() => undefined);
}

function busy(path: string, found: HeldBy, holder: LockHolder): BlueButtonError {
  const minutes = Math.floor((holder.now().getTime() - Date.parse(found.started)) / 60_000);
  const age = minutes === 1 ? '1 minute' : `${Math.max(minutes, 0)} minutes`;
  const where = found.host === holder.host ? '' : ` on ${found.host}`;
  return new BlueButtonError(
    'archive-busy',
    `Another bluebutton (process ${found.pid}${where}) is writing to the archive, since ${age}.`,
    {
      why: `${path} says so; it was made at ${found.started}.`,
      try: `Wait until it is done. If no bluebutton runs${where} any more, delete ${path}.`,
    },
  );
}
