import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { newHome, type Home } from './bluebutton.ts';
import { logIn, openPortal, type PracticePortal } from './practice-portal.ts';

let home: Home;
let down: PracticePortal;

/** Portals `up`, which answers, `strange`, never signed in to, and `down`, which has gone since the sign-in. */
beforeAll(async () => {
  home = await newHome();
  const up = await openPortal(home);
  down = await openPortal(home);
  for (const [name, { baseUrl }] of [
    ['down', down],
    ['strange', up],
    ['up', up],
  ] as const) {
    await home.done(['portals', 'add', name, baseUrl, '--client-id', 'practice']);
    if (name !== 'strange') await logIn(home, name);
  }
  await down.stop('SIGTERM');
});

test('a portal that fails does not stop the others, and the gravest failure is the status', async () => {
  const { status, stdout, stderr } = await home.run(['pull']);
  expect(status).toBe(4);
  expect(stdout).toMatch(/^up: Jane Doe, born 1975-05-01: \d+ new.*Kept in .*\n$/);
  expect(stderr).toContain(`down: 127.0.0.1:${down.port} did not answer.`);
  expect(stderr).toMatch(
    /^strange: You are not signed in to strange\.\nNo sign-in is kept for it\.\nTry: bluebutton login strange --token-store file$/m,
  );
  expect(stderr).not.toContain('Next:');
  expect(await readdir(home.path('health-records', 'jane-doe'))).toEqual(['up']);
});

test('of a portal that is down and one that answers, the status is temporary', async () => {
  const { status, stdout, stderr } = await home.run(['pull', 'up', 'down', '-q']);
  expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
  expect(stderr).toContain('down: ');
});

test('as JSON every portal asked is there in order, the failed with their error', async () => {
  const { status, stdout } = await home.run(['pull', 'strange', 'up', 'down', '--json']);
  expect(status).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'bluebutton/pull/1',
    portals: [
      {
        name: 'strange',
        error: {
          code: 'login-needed',
          message: 'You are not signed in to strange.',
          try: 'bluebutton login strange --token-store file',
        },
      },
      { name: 'up', counts: { new: 0 } },
      { name: 'down', error: { code: 'temporary', why: expect.any(String) } },
    ],
  });
});

test('the same portal and patient under a second name is refused: everything would be there twice', async () => {
  const own = await newHome();
  const { baseUrl } = await openPortal(own);
  for (const name of ['one', 'two']) {
    await own.done(['portals', 'add', name, baseUrl, '--client-id', 'practice']);
    await logIn(own, name);
  }
  await own.done(['pull', 'one']);
  const { status, stderr } = await own.run(['pull', 'two']);
  expect(status).toBe(2);
  expect(stderr).toContain('The archive knows this portal as one.');
  expect(await readdir(own.path('health-records', 'jane-doe'))).toEqual(['one']);
});

test('status says when a source was last checked, also when that brought nothing to keep', async () => {
  const file = home.path('.local/state/bluebutton/last-checks.json');
  const [source] = await sources();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const first = source?.lastCheck ?? '';
  expect(Date.parse(first)).toBeGreaterThanOrEqual(Date.parse(source?.lastPull ?? ''));
  await home.done(['pull', 'up']);
  const [after] = await sources();
  expect(after?.lastPull).toBe(source?.lastPull);
  expect(Date.parse(after?.lastCheck ?? '')).toBeGreaterThan(Date.parse(first));

  const instant = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d UTC`;
  const { stdout } = await home.done(['status']);
  expect(stdout).toMatch(new RegExp(`up .* pulled ${instant}, checked ${instant}\n`));
  await rm(file);
  expect((await sources())[0]).not.toHaveProperty('lastCheck');
  expect(await readFile(home.path('health-records/archive.json'), 'utf8')).toContain('bluebutton-archive/1');
});

async function sources(): Promise<{ lastPull: string; lastCheck?: string }[]> {
  const { stdout } = await home.done(['status', '--json']);
  return JSON.parse(stdout).people[0].sources;
}
