import { readdir, readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { newHome, repository, type Ended, type Home } from '../cli/bluebutton.ts';
import { logIn, openPortal, signUp, type PracticePortal } from '../cli/practice-portal.ts';

let home: Home;
let portal: PracticePortal;
const folder = (): string => home.path('.local/state/bluebutton/tokens');
const tokenFile = (): string => `${folder()}/practice.json`;

async function tokens(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(tokenFile(), 'utf8'));
}

/** The access has ended, and the next pull has to renew it. */
async function lapse(): Promise<Record<string, unknown>> {
  const lapsed = { ...(await tokens()), accessToken: 'no-longer-good' };
  await writeFile(tokenFile(), JSON.stringify(lapsed));
  return lapsed;
}

async function renewals(): Promise<number> {
  const log = await portal.log();
  return log.filter(({ form }) => form?.['grant_type'] === 'refresh_token').length;
}

function pullKilledAt(moment: string): Promise<Ended> {
  const loader = `${pathToFileURL(`${repository}/test/faults/killed.mjs`).href}?at=${moment}`;
  return home.run(['pull'], { node: ['--import', loader] });
}

beforeAll(async () => {
  home = await newHome();
  portal = await openPortal(home);
  await signUp(home, portal);
});

describe('a pull that is killed while it renews', () => {
  test.each([
    { moment: 'asked', isKept: false, statuses: [0] },
    { moment: 'sent', isKept: false, statuses: [0, 4] },
    { moment: 'answered', isKept: false, statuses: [4] },
    { moment: 'writing', isKept: false, statuses: [4] },
    { moment: 'written', isKept: false, statuses: [4] },
    { moment: 'renamed', isKept: true, statuses: [0] },
  ])('$moment: the next one works or says to sign in again', async ({ moment, isKept, statuses }) => {
    await logIn(home, 'practice');
    const before = await lapse();
    expect((await pullKilledAt(moment)).status).toBeNull();

    const kept = await tokens();
    const { refreshToken } = before;
    expect(kept).toMatchObject(isKept ? { previousRefreshToken: refreshToken } : { refreshToken });
    expect(kept['refreshToken'] === refreshToken).toBe(!isKept);
    expect(await readdir(folder())).toContain('practice.lock');

    const next = await home.run(['pull']);
    expect(statuses).toContain(next.status);
    expect(next.stderr).toMatch(next.status === 0 ? /Next: / : /no longer accepts this sign-in/);
    expect(next.stderr).not.toContain(String(refreshToken));

    if (next.status !== 0) await logIn(home, 'practice');
    await lapse();
    expect(await home.run(['pull'])).toMatchObject({ status: 0 });
    // The dead process's lock was taken over, and given back.
    expect(await readdir(folder())).not.toContain('practice.lock');
  });
});

test('pulls into two archives at once with access that has ended renew it once', async () => {
  await logIn(home, 'practice');
  await lapse();
  const before = await renewals();
  const all = ['a', 'b', 'c'].map((archive) => home.run(['pull', '--archive', archive]));
  for (const { status, stderr } of await Promise.all(all)) expect(status, stderr).toBe(0);
  expect(await renewals()).toBe(before + 1);
});

test('a sign-in that is ended while others pull is not there afterwards, and nothing crashes', async () => {
  await logIn(home, 'practice');
  await lapse();
  const [pull, logout, status] = await Promise.all(
    [['pull'], ['logout', 'practice'], ['status']].map((words) => home.run(words)),
  );
  expect([0, 4]).toContain(pull?.status);
  expect(logout).toMatchObject({ status: 0, stdout: expect.stringContaining('has ended the sign-in') });
  expect(status).toMatchObject({ status: 0 });
  expect(await readdir(folder())).not.toContain('practice.json');
});
