import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  forget,
  listPeople,
  lockArchive,
  planForgetting,
  verifyArchive,
  type Archive,
} from '../../src/archive/index.ts';
import {
  filesUnder,
  holder,
  importFiles,
  newArchive,
  observation,
  pull,
  stateOf,
  treeHash,
} from './practice.ts';

const dist = resolve('dist/archive/index.js');

/** Jane's record from a portal and from files. */
async function janes(): Promise<Archive> {
  const archive = await newArchive();
  await pull(archive, [observation('a'), observation('b')]);
  await pull(archive, [observation('a')]);
  const bytes = Buffer.from('imported');
  await importFiles(archive, [{ bytes, name: 'x.txt', mediaType: 'text/plain', format: 'text' }]);
  return archive;
}

async function forgetIn(archive: Archive, source?: string): Promise<string> {
  const [person] = await listPeople(archive);
  if (person === undefined) throw new Error('nobody is there');
  const plan = await planForgetting(
    archive,
    person,
    person.sources.find(({ folder }) => folder === source),
  );
  const lock = await lockArchive(archive, holder);
  await forget(archive, lock, plan);
  await lock.release();
  return plan.path;
}

describe('forgetting', () => {
  test('takes one source and leaves the other as it was; the last takes the person along', async () => {
    const archive = await janes();
    const files = await treeHash(join(archive.directory, 'jane-doe/files'));
    expect(await forgetIn(archive, 'medicare')).toBe('jane-doe/medicare');
    expect(await treeHash(join(archive.directory, 'jane-doe/files'))).toBe(files);
    expect((await verifyArchive(archive.directory)).problems).toEqual([]);
    expect((await stateOf(archive)).sources.map(({ folder }) => folder)).toEqual(['files']);
    expect(await forgetIn(archive, 'files')).toBe('jane-doe');
    expect((await readdir(archive.directory)).toSorted()).toEqual(['README.md', 'archive.json']);
  });

  test.each(['jane-doe/letter.txt', 'jane-doe/medicare/scan.pdf'])(
    'deletes nothing while a file of somebody else lies there: %s',
    async (file) => {
      const archive = await janes();
      await writeFile(join(archive.directory, file), '');
      const before = await treeHash(archive.directory);
      await expect(forgetIn(archive)).rejects.toMatchObject({
        code: 'usage',
        why: expect.stringContaining(file),
      });
      expect(await treeHash(archive.directory)).toBe(before);
    },
  );

  test.each(['jane-doe', 'jane-doe/medicare'])(
    'refuses where %s is a link: its target would stay',
    async (path) => {
      const archive = await janes();
      const elsewhere = join(archive.directory, '..', 'elsewhere');
      await rename(join(archive.directory, path), elsewhere);
      await symlink(elsewhere, join(archive.directory, path));
      await expect(forgetIn(archive)).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining('link'),
      });
      expect(await filesUnder(elsewhere)).not.toEqual([]);
    },
  );

  test('killed at any step leaves the archive with the source or without it, and the next writer clears up', async () => {
    const archive = await janes();
    const path = 'jane-doe/medicare';
    const before = await treeHash(archive.directory);
    const killedAt = (directory: string, step: number): { signal: string | null; stdout: string } =>
      spawnSync(process.execPath, [resolve('test/archive/forget.mjs'), dist, directory, path, String(step)], {
        encoding: 'utf8',
      });
    const whole = `${archive.directory}-whole`;
    await cp(archive.directory, whole, { recursive: true });
    const steps = Number(killedAt(whole, 0).stdout);
    const after = await treeHash(whole);
    const states = new Set<string>();
    for (let step = 1; step <= steps; step += 1) {
      const directory = `${archive.directory}-${step}`;
      await cp(archive.directory, directory, { recursive: true });
      expect(killedAt(directory, step).signal).toBe('SIGKILL');
      const { problems, notes } = await verifyArchive(directory);
      expect({ step, problems, notes }).toEqual({ step, problems: [], notes: [] });
      // Nobody runs any more: the lock is taken over, and what is in `.staging` goes.
      const lock = await lockArchive({ directory }, { ...holder, isRunning: () => false });
      await lock.release();
      const left = await treeHash(directory);
      expect({ step, isKnown: left === before || left === after }).toEqual({ step, isKnown: true });
      states.add(left);
    }
    expect(states).toEqual(new Set([before, after]));
  });

  test('a record forgotten and pulled again goes into a folder of the same name', async () => {
    const archive = await janes();
    await forgetIn(archive);
    await mkdir(join(archive.directory, '.staging'), { recursive: true });
    const { bag } = await pull(archive, [observation('a')]);
    expect(bag).toMatch(/^jane-doe\/medicare\/0001-/);
  });
});
