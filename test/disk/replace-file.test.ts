import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeReplaced, replaceFile } from '../../src/disk/index.ts';

const killed = fileURLToPath(new URL('killed.mjs', import.meta.url));
const dist = fileURLToPath(new URL('../../dist/disk/index.js', import.meta.url));

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'disk-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('writes for the owner only, in folders that are made for the owner only, and leaves no draft', async () => {
  const path = join(root, 'a', 'b', 'x.json');
  await replaceFile(path, 'one');
  await replaceFile(path, 'two');
  expect(await readFile(path, 'utf8')).toBe('two');
  expect(await readdir(join(root, 'a', 'b'))).toEqual(['x.json']);
  const modes = [path, join(root, 'a', 'b'), join(root, 'a')].map(
    async (each) => (await stat(each)).mode & 0o777,
  );
  expect(await Promise.all(modes)).toEqual([0o600, 0o700, 0o700]);
});

it('closes a file that was open to others', async () => {
  const path = join(root, 'x.json');
  await writeFile(path, 'one', { mode: 0o644 });
  await chmod(path, 0o644);
  await replaceFile(path, 'two');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('is removed with what killed writers of it have left, and nothing else is', async () => {
  const path = join(root, 'x.json');
  await replaceFile(path, 'one');
  await replaceFile(join(root, 'x.json.more'), 'another');
  await writeFile(join(root, '.x.json.1234.tmp'), 'half');
  await writeFile(join(root, '.y.json.1234.tmp'), 'half');
  await removeReplaced(path);
  expect((await readdir(root)).toSorted()).toEqual(['.y.json.1234.tmp', 'x.json.more']);
  await removeReplaced(path);
});

it('leaves the file as it was where the system refuses, and no draft', async () => {
  const path = join(root, 'x');
  await replaceFile(join(path, 'inside'), 'one');
  await expect(replaceFile(path, 'two')).rejects.toMatchObject({ code: 'EISDIR' });
  expect(await readdir(root)).toEqual(['x']);
  expect(await readFile(join(path, 'inside'), 'utf8')).toBe('one');
});

it('killed at any step leaves the old text or the new one whole, and the new one once it has returned', async () => {
  const path = join(root, 'x.json');
  const found: string[] = [];
  for (let step = 1; ; step += 1) {
    expect(step).toBeLessThan(40);
    await replaceFile(path, 'the old text');
    const { status, signal } = spawnSync(process.execPath, [killed, dist, path, 'the new text', `${step}`]);
    found.push(await readFile(path, 'utf8'));
    if (status === 0) break;
    expect(signal).toBe('SIGKILL');
  }
  const firstNew = found.indexOf('the new text');
  expect(new Set(found)).toEqual(new Set(['the old text', 'the new text']));
  // The steps before the rename leave the old text, all after it the new one.
  expect(found.slice(firstNew)).not.toContain('the old text');
  expect(firstNew).toBeGreaterThan(5);
  expect(found.length - firstNew).toBeGreaterThan(2);
});

it('killed at any step of the first write leaves no file or the whole one', async () => {
  for (let step = 1; ; step += 1) {
    const path = join(root, `${step}`, 'x.json');
    const { status } = spawnSync(process.execPath, [killed, dist, path, 'the new text', `${step}`]);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    expect([undefined, 'the new text']).toContain(text);
    if (status !== 0) continue;
    expect(text).toBe('the new text');
    break;
  }
});
