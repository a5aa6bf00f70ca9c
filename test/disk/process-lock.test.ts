import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeLock, type LockHolder, type ProcessLock } from '../../src/disk/index.ts';

const holder: LockHolder = {
  pid: 4242,
  host: 'here',
  now: () => new Date('2026-11-22T17:40:00Z'),
  isRunning: () => true,
};

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lock-'));
  path = join(root, 'x.lock');
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function taken(waitMs = 0, by = holder): Promise<ProcessLock> {
  const answer = await takeLock(path, by, { waitMs });
  if ('lock' in answer) return answer.lock;
  throw new Error(`held by ${answer.heldBy.pid}`);
}

it('is refused to the second, who learns who holds it and since when', async () => {
  await taken();
  expect(await takeLock(path, { ...holder, pid: 1 })).toMatchObject({
    heldBy: { pid: 4242, host: 'here', started: '2026-11-22T17:40:00.000Z' },
  });
});

it('is waited for until it is free', async () => {
  const first = await taken();
  const second = taken(60_000);
  await first.release();
  expect(await (await second).isMine()).toBe(true);
  expect(await first.isMine()).toBe(false);
});

it('is not waited for longer than asked', async () => {
  await taken();
  expect(await takeLock(path, holder, { waitMs: 120 })).toHaveProperty('heldBy');
});

it('of a process that is gone is taken over by the one who waits', async () => {
  const dead = await taken();
  const mine = await taken(0, { ...holder, isRunning: () => false });
  await dead.release();
  expect(await mine.isMine()).toBe(true);
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: 4242, host: 'here' });
});

it('lets many who wait have it one after the other, and leaves nothing behind', async () => {
  let inside = 0;
  let most = 0;
  const one = async (): Promise<void> => {
    const lock = await taken(60_000);
    inside += 1;
    most = Math.max(most, inside);
    await readFile(path);
    inside -= 1;
    await lock.release();
  };
  await Promise.all(Array.from({ length: 8 }, one));
  expect(most).toBe(1);
  expect(await readdir(root)).toEqual([]);
});
