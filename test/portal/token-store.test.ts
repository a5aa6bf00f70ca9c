import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileTokenStore, memoryTokenStore } from '../../src/portal/index.ts';
import { tokensFor } from './stub.ts';

let root: string;
const tokens = tokensFor('https://portal.example.org');

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tokens-'));
});

afterEach(() => rm(root, { recursive: true, force: true }));

describe.each([
  ['file', () => fileTokenStore(join(root, 'a', 'b'))],
  ['memory', () => memoryTokenStore()],
])('the %s store', (_, open) => {
  it('gives back what was written, knows nothing of other names, and forgets', async () => {
    const store = open();
    expect(await store.read('clinic')).toBeUndefined();
    await store.write('clinic', tokens);
    await store.write('clinic', { ...tokens, accessToken: 'second' });
    expect(await store.read('clinic')).toEqual({ ...tokens, accessToken: 'second' });
    expect(await store.read('other')).toBeUndefined();
    await store.remove('clinic');
    await store.remove('clinic');
    expect(await store.read('clinic')).toBeUndefined();
  });
});

describe('the file store', () => {
  it('lets nobody else read, even where the directory was open before, and leaves no draft', async () => {
    await chmod(root, 0o755);
    await fileTokenStore(root).write('clinic', tokens);
    expect((await stat(root)).mode & 0o777).toBe(0o700);
    expect((await stat(join(root, 'clinic.json'))).mode & 0o777).toBe(0o600);
    expect(await readdir(root)).toEqual(['clinic.json']);
  });

  it('asks for a new sign-in when the file is damaged', async () => {
    await writeFile(join(root, 'clinic.json'), '{"schema":"bluebutton/tokens/1"');
    await expect(fileTokenStore(root).read('clinic')).rejects.toMatchObject({
      code: 'login-needed',
      try: 'bluebutton login clinic --token-store file',
    });
  });

  it.each(['../clinic', 'a/b', '.hidden', ''])('takes no path for a name (%j)', async (name) => {
    await expect(fileTokenStore(root).write(name, tokens)).rejects.toMatchObject({ code: 'usage' });
    expect(await readdir(root)).toEqual([]);
  });
});
