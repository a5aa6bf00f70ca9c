import { readFile, writeFile } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import { newHome, type Home } from '../cli/bluebutton.ts';
import { logIn, openPortal, signUp, type PracticePortal } from '../cli/practice-portal.ts';

let home: Home;
const tokenFile = (): string => home.path('.local/state/bluebutton/tokens/practice.json');

/** Signed in to a portal with that fault, with access that has ended. */
async function lapsedAt(fault: string): Promise<PracticePortal> {
  const portal = await openPortal(home, ['--fault', fault]);
  await signUp(home, portal);
  await lapse();
  return portal;
}

async function lapse(): Promise<void> {
  const tokens: object = JSON.parse(await readFile(tokenFile(), 'utf8'));
  await writeFile(tokenFile(), JSON.stringify({ ...tokens, accessToken: 'no-longer-good' }));
}

beforeEach(async () => {
  home = await newHome();
});

test('a renewal that grants less is said, shown, and counted until it is accepted or mended', async () => {
  await lapsedAt('token-narrow-scope');
  const gap = 'scope patient/*.rs: no longer granted';
  const first = await home.run(['pull']);
  expect(first.status, first.stderr).toBe(3);
  expect(first.stderr).toContain('practice no longer grants: patient/*.rs. What it covered will be missing.');
  expect(first.stderr).toContain(`  ${gap}\n`);
  expect((await home.done(['status'])).stdout).toContain('WARNING: no longer granted: patient/*.rs');

  const second = await home.run(['pull', '--json']);
  expect(second.status).toBe(3);
  expect(JSON.parse(second.stdout)).toMatchObject({
    portals: [{ gaps: expect.arrayContaining([gap]), scopesLost: ['patient/*.rs'] }],
  });

  const accepting = await home.run(['pull', '--accept-gaps']);
  expect(accepting).toMatchObject({
    status: 0,
    stderr: expect.stringContaining(`practice: accepted from now on: ${gap}`),
  });
  expect(await home.run(['pull', '-q'])).toEqual({ status: 0, stdout: '', stderr: '' });

  await logIn(home, 'practice');
  const whole = await home.done(['pull', '--json']);
  expect(JSON.parse(whole.stdout)).toMatchObject({ portals: [{ scopesLost: [], acceptedGaps: [] }] });
});

test('a renewal for another patient is refused: nothing is kept, and the tokens stay as they were', async () => {
  const portal = await lapsedAt('token-other-patient');
  const before = await readFile(tokenFile(), 'utf8');
  const { status, stdout, stderr } = await home.run(['pull']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('renewed the sign-in for another patient');
  expect(await readFile(tokenFile(), 'utf8')).toBe(before);
  const asked = (await portal.log()).filter(({ form }) => form?.['grant_type'] === 'refresh_token');
  expect(asked).toHaveLength(1);
});
