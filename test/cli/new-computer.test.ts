import { cp, mkdir, readdir } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { newHome, type Home } from './bluebutton.ts';
import { hashOf } from './folder.ts';
import { openPortal, signUp, type PracticePortal } from './practice-portal.ts';

interface PullJson {
  portals: { counts: Record<string, number>; bag?: string | null }[];
}

let old: Home;
let portal: PracticePortal;

async function pulled(home: Home): Promise<PullJson['portals'][number]> {
  const { stdout } = await home.done(['pull', 'practice', '--json']);
  const { portals }: PullJson = JSON.parse(stdout);
  const [one] = portals;
  if (one === undefined) throw new Error('nothing was pulled');
  return one;
}

beforeAll(async () => {
  old = await newHome();
  portal = await openPortal(old);
  await signUp(old, portal);
  await pulled(old);
}, 60_000);

const ways: Readonly<Record<string, (home: Home) => Promise<unknown>>> = {
  'copied as a folder': (home) =>
    cp(old.path('health-records'), home.path('health-records'), { recursive: true }),
  'exported and restored': async (home) => {
    await old.done(['archive', 'export', home.path('x.tar'), '--plain']);
    await home.done(['archive', 'restore', 'x.tar']);
  },
};

test.each(Object.entries(ways))(
  'on a new computer the archive, %s, is read at once; after signing in again a pull brings nothing twice',
  async (_, bring) => {
    const home = await newHome();
    await bring(home);
    const before = await hashOf(home.path('health-records'));
    await home.done(['verify']);
    expect((await home.done(['show', '--json'])).stdout).toBe((await old.done(['show', '--json'])).stdout);
    const refused = await home.run(['pull']);
    expect(refused.status).not.toBe(0);
    await signUp(home, portal);
    const { counts } = await pulled(home);
    expect(counts).toMatchObject({ new: 0, changed: 0, vanished: 0, renumbered: 0, documents: 0 });
    expect(await hashOf(home.path('health-records'))).toBe(before);
    expect(await readdir(home.path('health-records/jane-doe'))).toEqual(['practice']);
  },
);

test('an archive copied under another name on another disk needs only --archive', async () => {
  const home = await newHome();
  await mkdir(home.path('disk'));
  await cp(old.path('health-records'), home.path('disk/records'), { recursive: true });
  await signUp(home, portal);
  const before = await hashOf(home.path('disk/records'));
  await home.done(['pull', 'practice', '--archive', 'disk/records']);
  expect(await hashOf(home.path('disk/records'))).toBe(before);
});
