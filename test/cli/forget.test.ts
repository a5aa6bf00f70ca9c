import { readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { beforeAll, describe, expect, test } from 'vitest';
import { jane, newHome, type Home } from './bluebutton.ts';
import { hashOf } from './folder.ts';
import { openPortal, signUp } from './practice-portal.ts';
import { typed } from './typed.ts';

let home: Home;

async function archive(): Promise<string> {
  return hashOf(home.path('health-records'));
}

async function stateText(): Promise<string> {
  const folder = home.path('.local/state/bluebutton');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  return (await Promise.all(names.map((name) => readFile(`${folder}/${name}`, 'utf8')))).join('');
}

beforeAll(async () => {
  home = await newHome();
  await signUp(home, await openPortal(home));
  await home.done(['pull', 'practice']);
  await home.done(['import', jane, '--person', 'Jane Doe']);
}, 60_000);

describe('forget', () => {
  test.each([
    ['nobody there to ask', ['jane-doe/practice'], /Nothing was deleted\.\nNobody said/],
    ['--no-input', ['jane-doe/practice', '--no-input'], /Nothing was deleted\.\nNobody said/],
    [
      'a name of nobody',
      ['john-doe', '--yes'],
      /no person or source "john-doe"[\s\S]*Try: bluebutton forget jane-doe\n/,
    ],
    ['a source without its person', ['practice', '--yes'], /Try: bluebutton forget jane-doe\/practice\n/],
  ])('refuses with %s, having told what would go', async (_, words, says) => {
    const before = await archive();
    const { status, stderr } = await home.run(['forget', ...words]);
    expect({ status, told: says.test(stderr) }).toEqual({ status: 2, told: true });
    expect(await archive()).toBe(before);
  });

  test('refuses when another name is typed than was told', async () => {
    const before = await archive();
    const { said, status } = await typed(home, ['forget', 'jane-doe/practice'], ['jane-doe']);
    expect(status).toBe(2);
    expect(said).toMatch(/jane-doe\/practice: 1 bag of \d{4}-\d\d-\d\d, \d+ resources, \d+ documents/);
    expect(said).toContain('What was typed is not the name.');
    expect(await archive()).toBe(before);
  });

  test('waits for no lock: an archive that is written to stays', async () => {
    const lock = home.path('health-records/.lock');
    const held = { pid: process.pid, host: hostname(), started: new Date().toISOString(), id: 'another' };
    await writeFile(lock, `${JSON.stringify(held)}\n`);
    expect(await home.run(['forget', 'jane-doe', '--yes'])).toMatchObject({ status: 11 });
    await writeFile(lock, '');
  });

  test('deletes a source once its name is typed, with what the state folder knew of it, and names what stays', async () => {
    expect(await stateText()).toContain('jane-doe/practice');
    const { said, status } = await typed(home, ['forget', 'jane-doe/practice'], ['jane-doe/practice']);
    expect(status).toBe(0);
    expect(said).toContain('jane-doe/practice is no longer in the archive.');
    expect(said).toContain('Other copies of the archive keep it');
    expect(said).toContain('To end it: bluebutton logout practice');
    expect(await readdir(home.path('health-records/jane-doe'))).toEqual(['files']);
    expect((await readdir(home.path('health-records'))).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(await stateText()).not.toContain('jane-doe/practice');
    await home.done(['verify']);
    await home.done(['show']);
  });

  test('what was forgotten comes back with the next pull, whole', async () => {
    const { stdout } = await home.done(['pull', 'practice', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ portals: [{ counts: { unchanged: 0, changed: 0 } }] });
    await home.done(['verify']);
  });

  test('a person is named by their own name too, and goes as a whole with --yes', async () => {
    const { stdout } = await home.done(['forget', 'Jane Doe', '--yes', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      forgotten: 'jane-doe',
      sources: [{ path: 'jane-doe/files' }, { path: 'jane-doe/practice' }],
      signInsKept: ['practice'],
    });
    expect((await readdir(home.path('health-records'))).toSorted()).toEqual(['README.md', 'archive.json']);
  });
});
