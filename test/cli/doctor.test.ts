import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jane, newHome } from './bluebutton.ts';
import { openPortal, signUp } from './practice-portal.ts';

test('a computer on which nothing was done yet has nothing wrong, and nothing is made by looking', async () => {
  const home = await newHome();
  const { status, stdout, stderr } = await home.run(['doctor']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^bluebutton \d+\.\d+\.\d+ on Node 2\d\.\d+\.\d+, /);
  expect(stdout).toContain('Nothing wrong was found.');
  expect(await readdir(home.folder)).toEqual([]);
});

test('what it prints can be shown to others: it counts people and portals, names none, and home is ~', async () => {
  const home = await newHome();
  const portal = await openPortal(home);
  await signUp(home, portal);
  await home.done(['pull']);
  await home.done(['import', jane]);
  for (const words of [['doctor'], ['doctor', '--json']]) {
    const { stdout, stderr } = await home.done(words);
    expect(stderr).toBe('');
    for (const secret of [home.folder, 'practice', 'jane', 'Jane', '127.0.0.1:', 'Bearer'])
      expect(stdout).not.toContain(secret);
    expect(stdout).toContain('~/health-records');
  }
  const { stdout } = await home.done(['doctor', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'bluebutton/doctor/1',
    portals: 1,
    signIns: 1,
    people: 1,
    sources: 2,
    problems: [],
    places: expect.arrayContaining([
      { name: 'sign-ins', path: '~/.local/state/bluebutton/tokens', mode: '0700' },
      { name: 'archive', path: '~/health-records', mode: '0700' },
    ]),
  });
});

test('an archive that others can look into, or that is damaged, is a problem with its next step', async () => {
  const home = await newHome();
  await home.done(['import', jane]);
  await chmod(home.path('health-records'), 0o755);
  const files = home.path('health-records', 'jane-doe', 'files');
  const [bag = ''] = (await readdir(files)).filter((name) => name !== 'source.json');
  await rm(join(files, bag, 'bag-info.txt'));
  const { status, stdout } = await home.run(['doctor']);
  expect(status).toBe(1);
  expect(stdout).toContain('2 problems:');
  expect(stdout).toMatch(/can be looked into by other users[\s\S]*Try: chmod 700 ~\/health-records\n/);
  expect(stdout).toMatch(/The archive is damaged\.[\s\S]*Try: bluebutton verify, which names it/);
  expect(stdout).not.toContain('jane-doe');
});

test('an archive that is not there yet, or a folder that is none, is nothing wrong', async () => {
  const home = await newHome();
  await mkdir(home.path('other'));
  expect((await home.run(['doctor', '--archive', 'nowhere'])).status).toBe(0);
  expect((await home.run(['doctor', '--archive', 'other'])).status).toBe(0);
});
