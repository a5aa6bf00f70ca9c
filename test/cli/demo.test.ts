import { mkdir, readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { newHome } from './bluebutton.ts';

/** The commands a demo types, in order, without their arguments. */
const commands = [
  'sandbox',
  'portals add',
  'login practice',
  'pull practice',
  'verify',
  'summary',
  'convert --to json',
  'convert --to csv',
  'convert --to markdown',
  'pull practice',
];

test('the demo types the main job, shows each command before its answer, and leaves nothing behind', async () => {
  const home = await newHome();
  await mkdir(home.path('tmp'));
  const { stdout } = await home.done(['demo'], { env: { TMPDIR: home.path('tmp') } });
  const shown = stdout.split('\n').filter((line) => line.startsWith('$ bluebutton '));
  expect(shown).toHaveLength(commands.length);
  shown.forEach((line, index) => expect(line).toContain(`$ bluebutton ${commands[index]}`));
  const inOrder = ['$ bluebutton verify', 'All is as it was written', '$ bluebutton summary', 'ALLERGIES'];
  const places = inOrder.map((text) => stdout.indexOf(text));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(stdout).toMatch(/Jane Doe, born 1975-05-01: [1-9]\d* new/);
  expect(stdout).toMatch(/Jane Doe, born 1975-05-01: 0 new, 0 changed/);
  expect(await readdir(home.folder)).toEqual(['tmp']);
  expect(await readdir(home.path('tmp'))).toEqual([]);
});

test('demo --keep leaves the archive, the outputs and the log in the folder named', async () => {
  const home = await newHome();
  await home.done(['demo', '--keep', 'kept']);
  expect(await readdir(home.path('kept'))).toEqual(
    expect.arrayContaining(['csv', 'health-records', 'record.json', 'record.md', 'sandbox.log']),
  );
  const log = await readFile(home.path('kept', 'sandbox.log'), 'utf8');
  expect(log).toContain('"code_challenge_method":"S256"');
  const verified = await home.run(['verify', '--archive', 'kept/health-records']);
  expect(verified).toMatchObject({ status: 0, stderr: '' });
});

test('demo --keep refuses a folder that is there already', async () => {
  const home = await newHome();
  await mkdir(home.path('mine'));
  const { status, stdout, stderr } = await home.run(['demo', '--keep', 'mine']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('Try: bluebutton demo --keep');
  expect(await readdir(home.path('mine'))).toEqual([]);
});
