import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import type { Archive } from './archive.ts';
import { storageError } from './storage-error.ts';

/** Who asks for the lock, and how to tell whether an earlier holder still runs. */
export interface LockHolder {
  pid: number;
  host: string;
  now: () => Date;
  /** Whether a process of this host runs under that number. */
  isRunning: (pid: number) => boolean;
}

/** The right to write to an archive. Reading needs none. */
export interface Lock {
  /** @throws BlueButtonError `archive-busy` when the lock was taken away meanwhile. */
  check: () => Promise<void>;
  release: () => Promise<void>;
}

const lockFile = v.object({ pid: v.number(), host: v.string(), started: v.string(), id: v.string() });
type LockFile = v.InferOutput<typeof lockFile>;

/** How often an empty lock is read again: a living writer fills it at once, one that was killed never does. */
const patience = { times: 10, milliseconds: 50 };

/**
 * Takes the archive's one lock, `.lock`, and clears away what a killed writer left in `.staging`. A lock whose holder
 * ran on this host and runs no more is taken over; one of another host never is.
 *
 * @throws BlueButtonError `archive-busy` naming the holder's process and the lock's age; `failed` when the archive
 * cannot be written.
 */
export async function lockArchive(archive: Archive, holder: LockHolder): Promise<Lock> {
  try {
    return await takeLock(archive.directory, holder);
  } catch (thrown) {
    throw storageError(thrown, `The archive ${archive.directory} could not be locked.`);
  }
}

async function takeLock(directory: string, holder: LockHolder): Promise<Lock> {
  const path = join(directory, '.lock');
  const mine: LockFile = {
    pid: holder.pid,
    host: holder.host,
    started: holder.now().toISOString(),
    id: randomUUID(),
  };
  while (!(await writeLock(path, mine))) {
    const text = await readLock(path);
    if (text === undefined) continue;
    const found = parseLock(text);
    if (found !== undefined && !isStale(found, holder)) throw busy(path, found, holder);
    await takeAway(path, text);
  }
  await clearLeftovers(directory);
  const isMine = async (): Promise<boolean> => parseLock((await readLock(path)) ?? '')?.id === mine.id;
  return {
    check: async () => {
      if (await isMine()) return;
      throw new BlueButtonError('archive-busy', `Another bluebutton took over the archive ${directory}.`, {
        why: `${path} is no longer the lock this command made.`,
        try: 'Run the same command again.',
      });
    },
    release: async () => {
      if (await isMine()) await rm(path, { force: true });
    },
  };
}

/** True when the lock was free and is now ours. */
async function writeLock(path: string, lock: LockFile): Promise<boolean> {
  const file = await open(path, 'wx', 0o600).catch((thrown: unknown) => {
    if (systemCodeOf(thrown) === 'EEXIST') return undefined;
    throw thrown;
  });
  if (file === undefined) return false;
  try {
    await file.writeFile(`${JSON.stringify(lock)}\n`);
    await file.sync();
    return true;
  } catch (thrown) {
    await rm(path, { force: true });
    throw thrown;
  } finally {
    await file.close();
  }
}

/** The lock's text; `undefined` when there is none. */
async function readLock(path: string): Promise<string | undefined> {
  let text = '';
  for (let time = 0; time < patience.times && !text.endsWith('\n'); time += 1) {
    if (time > 0) await sleep(patience.milliseconds);
    try {
      text = await readFile(path, 'utf8');
    } catch (thrown) {
      if (systemCodeOf(thrown) === 'ENOENT') return undefined;
      throw thrown;
    }
  }
  return text;
}

/** `undefined` for a lock that was never finished: its writer was killed. */
function parseLock(text: string): LockFile | undefined {
  try {
    return v.parse(lockFile, JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isStale(found: LockFile, holder: LockHolder): boolean {
  return found.host === holder.host && !holder.isRunning(found.pid);
}

/** Removes a dead lock. When somebody else was quicker and the lock is theirs by now, it is put back. */
async function takeAway(path: string, text: string): Promise<void> {
  const aside = `${path}-${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (thrown) {
    if (systemCodeOf(thrown) === 'ENOENT') return;
    throw thrown;
  }
  if ((await readFile(aside, 'utf8')) !== text) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

/** Nobody else writes while the lock is held: whatever is being built was left by a writer that is gone. */
async function clearLeftovers(directory: string): Promise<void> {
  await rm(join(directory, '.staging'), { recursive: true, force: true });
}

function busy(path: string, found: LockFile, holder: LockHolder): BlueButtonError {
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
