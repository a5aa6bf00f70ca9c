import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { systemCodeOf } from '../errors/index.ts';

/** Who asks for a lock, and how to tell whether an earlier holder still runs. */
export interface LockHolder {
  pid: number;
  host: string;
  now: () => Date;
  /** Whether a process of this host runs under that number. */
  isRunning: (pid: number) => boolean;
}

/** The right to do something that one process may do at a time. */
export interface ProcessLock {
  /** False when the lock was taken away meanwhile. */
  isMine: () => Promise<boolean>;
  release: () => Promise<void>;
}

const lockFile = v.object({ pid: v.number(), host: v.string(), started: v.string(), id: v.string() });

/** Who holds a lock; `started` is an instant, ISO 8601 in UTC. */
export type HeldBy = Omit<v.InferOutput<typeof lockFile>, 'id'>;

type LockFile = v.InferOutput<typeof lockFile>;

/** How often an empty lock is read again: a living writer fills it at once, one that was killed never does. */
const patience = { times: 10, milliseconds: 50 };

/**
 * Takes the lock that the file `path` is, in a folder that exists. A lock whose holder ran on this host and runs no more is
 * taken over; one of another host never is. One that is held is waited for, about `waitMs` milliseconds.
 *
 * @returns the lock, or who holds it.
 * @throws what the system says when the file cannot be written.
 */
export async function takeLock(
  path: string,
  holder: LockHolder,
  { waitMs = 0 }: { waitMs?: number } = {},
): Promise<{ lock: ProcessLock } | { heldBy: HeldBy }> {
  const mine: LockFile = {
    pid: holder.pid,
    host: holder.host,
    started: holder.now().toISOString(),
    id: randomUUID(),
  };
  let waited = 0;
  while (!(await writeLock(path, mine))) {
    const text = await readLock(path);
    if (text === undefined) continue;
    const found = parseLock(text);
    if (found === undefined || isStale(found, holder)) {
      await takeAway(path, text);
      continue;
    }
    if (waited >= waitMs) return { heldBy: found };
    waited += patience.milliseconds;
    await sleep(patience.milliseconds);
  }
  const isMine = async (): Promise<boolean> => parseLock((await readLock(path)) ?? '')?.id === mine.id;
  return {
    lock: {
      isMine,
      release: async () => {
        if (await isMine()) await rm(path, { force: true });
      },
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
