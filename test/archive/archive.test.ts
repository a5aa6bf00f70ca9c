import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createArchive, listPeople, lockArchive, openArchive } from '../../src/archive/index.ts';
import { holder, newArchive, observation, pull, temporaryFolder, treeHash } from './practice.ts';

describe('an archive', () => {
  test('is made in a new folder for the owner only, and making it again changes nothing', async () => {
    const archive = await newArchive();
    expect((await stat(archive.directory)).mode & 0o777).toBe(0o700);
    expect((await readdir(archive.directory)).toSorted()).toEqual(['README.md', 'archive.json']);
    const before = await treeHash(archive.directory);
    await createArchive(archive.directory);
    expect(await treeHash(archive.directory)).toBe(before);
  });

  test('is not made among other files', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'letter.txt'), 'dear');
    await expect(createArchive(folder)).rejects.toMatchObject({ code: 'usage', try: expect.any(String) });
    expect(await readdir(folder)).toEqual(['letter.txt']);
  });

  test('that is not there is said to be made by pull or import', async () => {
    const folder = await temporaryFolder();
    await expect(openArchive(join(folder, 'none'))).rejects.toMatchObject({
      code: 'no-archive',
      try: 'bluebutton pull, or bluebutton import FILE',
    });
  });

  test('of a later format is refused, naming the format', async () => {
    const archive = await newArchive();
    await writeFile(join(archive.directory, 'archive.json'), '{"format":"bluebutton-archive/2"}');
    const refusal = { code: 'failed', message: expect.stringContaining('bluebutton-archive/2') };
    await expect(openArchive(archive.directory)).rejects.toMatchObject(refusal);
  });

  test('may be reached through a symbolic link', async () => {
    const archive = await newArchive();
    const link = join(await temporaryFolder(), 'link');
    await symlink(archive.directory, link);
    await pull(await openArchive(link), [observation('a')]);
    expect(await listPeople(archive)).toHaveLength(1);
  });
});

describe('the lock', () => {
  test('keeps a second writer out, naming the first and since when', async () => {
    const archive = await newArchive();
    await lockArchive(archive, holder);
    const later = { ...holder, pid: 1, now: () => new Date('2026-11-22T17:47:30Z') };
    await expect(lockArchive(archive, later)).rejects.toMatchObject({
      code: 'archive-busy',
      message: 'Another bluebutton (process 4242) is writing to the archive, since 7 minutes.',
    });
  });

  test('is free again after its release', async () => {
    const archive = await newArchive();
    const before = await treeHash(archive.directory);
    await (await lockArchive(archive, holder)).release();
    expect(await treeHash(archive.directory)).toBe(before);
    await (await lockArchive(archive, holder)).release();
  });

  test('of a process that is gone is taken over, and what it was building is removed', async () => {
    const archive = await newArchive();
    const before = await treeHash(archive.directory);
    const dead = await lockArchive(archive, holder);
    await mkdir(join(archive.directory, '.staging/half'), { recursive: true });
    const lock = await lockArchive(archive, { ...holder, isRunning: () => false });
    await expect(dead.check()).rejects.toMatchObject({ code: 'archive-busy' });
    await dead.release();
    await lock.check();
    await lock.release();
    expect(await treeHash(archive.directory)).toBe(before);
  });

  test('of another computer is never taken over', async () => {
    const archive = await newArchive();
    await lockArchive(archive, holder);
    const elsewhere = { ...holder, host: 'there', isRunning: () => false };
    await expect(lockArchive(archive, elsewhere)).rejects.toMatchObject({
      code: 'archive-busy',
      message: expect.stringContaining('process 4242 on here'),
    });
  });

  test('that was killed before it was written is taken over', async () => {
    const archive = await newArchive();
    await writeFile(join(archive.directory, '.lock'), '');
    const lock = await lockArchive(archive, holder);
    await lock.check();
    expect(await readFile(join(archive.directory, '.lock'), 'utf8')).toContain('"pid":4242');
  });

  test('is held by one of many who ask at once', async () => {
    const archive = await newArchive();
    const asked = await Promise.allSettled(Array.from({ length: 20 }, () => lockArchive(archive, holder)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('of a process that is gone is taken over by one of many who ask at once', async () => {
    const archive = await newArchive();
    await lockArchive(archive, { ...holder, pid: 1 });
    const asked = await Promise.allSettled(
      Array.from({ length: 20 }, () => lockArchive(archive, { ...holder, isRunning: (pid) => pid !== 1 })),
    );
    const locks = asked.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const held = await Promise.allSettled(locks.map((lock) => lock.check()));
    expect(held.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('is not needed for reading', async () => {
    const archive = await newArchive();
    await pull(archive, [observation('a')]);
    await lockArchive(archive, holder);
    expect(await listPeople(archive)).toHaveLength(1);
    expect(await readFile(join(archive.directory, '.lock'), 'utf8')).toContain('"pid":4242');
  });
});
