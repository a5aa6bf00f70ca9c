import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { newHome, repository, type Ended, type Home } from '../cli/bluebutton.ts';
import { logIn, openPortal, signUp, type PracticePortal } from '../cli/practice-portal.ts';

let home: Home;
let portal: PracticePortal;
/** What a pull that is let alone asks for, and what it keeps. */
let whole: string[];
let kept: string;

const archive = (): string => home.path('health-records');
const answers = (): string => home.path('health-records', '.staging', 'practice.answers');

function pullKilledAfter(count: number): Promise<Ended> {
  const loader = `${pathToFileURL(`${repository}/test/faults/killed-after.mjs`).href}?answers=${count}`;
  return home.run(['pull', '--full'], { node: ['--import', loader] });
}

/** What has been asked for of the record, beside whose it is; and forgets it. */
async function askedSince(before: number): Promise<string[]> {
  const log = (await portal.log()).slice(before);
  return log
    .filter(({ method, path }) => method === 'GET' && /\/fhir\/[A-Z]/.test(path))
    .map(({ path, query }) => `${path}?${JSON.stringify(query)}`)
    .filter((address) => !/\/Patient\/jane-doe\?/.test(address))
    .toSorted();
}

/** Every text of the record, as the archive shows it. */
async function shown(): Promise<string> {
  const { stdout } = await home.done(['show', '--format', 'fhir']);
  return stdout.replace(/"timestamp":"[^"]*"/, '');
}

async function startOfPull(): Promise<string> {
  const source = home.path('health-records', 'jane-doe', 'practice');
  const [bag = ''] = (await readdir(source)).filter((name) => name !== 'source.json');
  return JSON.parse(await readFile(join(source, bag, 'data', 'ledger.json'), 'utf8')).started;
}

beforeAll(async () => {
  home = await newHome();
  // A summary document is made anew at each asking.
  portal = await openPortal(home, ['--fault', 'docref-empty']);
  await signUp(home, portal);
  const before = (await portal.log()).length;
  await home.done(['pull']);
  whole = await askedSince(before);
  kept = await shown();
});

test.each([1, 5, 40, 75])(
  'a pull that is killed after %i answers is gone on with: none of them is asked for again, and all comes',
  async (count) => {
    await rm(archive(), { recursive: true });
    const first = (await portal.log()).length;
    expect((await pullKilledAfter(count)).status).toBeNull();
    const killed = new Date().toISOString();
    const came = await askedSince(first);
    const second = (await portal.log()).length;
    const next = await home.done(['pull', '--full']);
    const again = await askedSince(second);
    // Up to four requests are under way when it is killed.
    expect(came.length + again.length - whole.length).toBeLessThanOrEqual(5);
    expect(again.length).toBeLessThanOrEqual(whole.length - count + 5);
    expect(next.stderr.includes('goes on from a pull that was broken off')).toBe(count > 1);
    expect(await shown()).toBe(kept);
    // What was answered before the kill is no fresher for being kept after it.
    expect((await startOfPull()) < killed).toBe(count > 1);
    await home.done(['verify']);
    expect((await readdir(archive())).filter((name) => name.startsWith('.'))).toEqual([]);
  },
);

test('what it goes on from is private, holds no token, and is kept through an import', async () => {
  await pullKilledAfter(60);
  const text = await readFile(answers(), 'utf8');
  expect((await stat(answers())).mode & 0o777).toBe(0o600);
  const tokens = await readFile(home.path('.local/state/bluebutton/tokens/practice.json'), 'utf8');
  const { accessToken, refreshToken }: Record<string, string> = JSON.parse(tokens);
  expect(accessToken).toBeDefined();
  expect([accessToken, refreshToken].filter((token) => token !== undefined && text.includes(token))).toEqual(
    [],
  );
  await writeFile(home.path('note.json'), '{"resourceType":"Condition","id":"c","code":{"text":"Cough"}}');
  await home.done(['import', 'note.json', '--person', 'Jane Doe']);
  expect(await readFile(answers(), 'utf8')).toBe(text);
  await home.done(['verify']);
});

test.each([
  ['cut in the middle of an answer', (text: Buffer) => text.subarray(0, text.length - 700)],
  [
    'with a flipped byte',
    (text: Buffer) => Buffer.from(text).fill(0x78, text.length - 900, text.length - 890),
  ],
  [
    'of another patient',
    (text: Buffer) => Buffer.from(text.toString('latin1').replace('jane-doe', 'john-roe'), 'latin1'),
  ],
  [
    'a day old',
    (text: Buffer) =>
      Buffer.from(text.toString('latin1').replace(/"started":"\d{4}/, '"started":"2020'), 'latin1'),
  ],
  ['with nothing but noise', () => Buffer.from('\u0000'.repeat(200_000))],
] as const)('a file %s brings nothing that the portal does not say', async (_, damaged) => {
  await rm(archive(), { recursive: true });
  await pullKilledAfter(40);
  await writeFile(answers(), damaged(await readFile(answers())));
  await home.done(['pull', '--full']);
  expect(await shown()).toBe(kept);
});

test('where addresses of further pages have lapsed meanwhile, all is asked for anew', async () => {
  await rm(archive(), { recursive: true });
  await pullKilledAfter(11);
  expect(await readFile(answers(), 'latin1')).toContain('"relation":"next"');
  await portal.stop('SIGTERM');
  portal = await openPortal(home, ['--fault', 'docref-empty', '--port', String(portal.port)]);
  await logIn(home, 'practice');
  const next = await home.done(['pull', '--full', '--json']);
  expect(next.stderr).toContain('goes on from a pull that was broken off');
  expect(JSON.parse(next.stdout).portals[0].gaps).toEqual([]);
  expect(await shown()).toBe(kept);
});

test('forgetting a record leaves nothing of a pull that was broken off', async () => {
  await pullKilledAfter(40);
  expect((await stat(answers())).size).toBeGreaterThan(0);
  await home.done(['forget', 'jane-doe', '--yes']);
  expect((await readdir(archive())).filter((name) => name.startsWith('.'))).toEqual([]);
});
