import { execFile } from 'node:child_process';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { jane, newHome, type Home } from './bluebutton.ts';
import { hashOf } from './folder.ts';

const bags = 'health-records/jane-doe/files';

/** Three imports, and a copy of the archive named `copy`. */
async function archiveAndCopy(): Promise<{ home: Home; names: [string, string, string] }> {
  const home = await newHome();
  await home.done(['import', jane]);
  for (const number of [2, 3]) {
    const condition = { resourceType: 'Condition', id: `c${number}`, code: { text: `Problem ${number}` } };
    await writeFile(home.path('one.json'), JSON.stringify(condition));
    await home.done(['import', 'one.json', '--person', 'Jane Doe']);
  }
  await cp(home.path('health-records'), home.path('copy'), { recursive: true });
  const [one = '', two = '', three = ''] = (await readdir(home.path(bags))).toSorted();
  return { home, names: [one, two, three] };
}

async function documentIn(home: Home, bag: string): Promise<string> {
  const [name = ''] = await readdir(home.path(bags, bag, 'data/documents'));
  return home.path(bags, bag, 'data/documents', name);
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

/** Does what a command said to try, line by line, and returns what the archive is then. */
async function doWhatWasSaid(home: Home, stderr: string): Promise<string[]> {
  const lines = stderr
    .slice(stderr.indexOf('\nTry: ') + 6)
    .trimEnd()
    .split('\n');
  const commands = lines.filter((line) => !line.startsWith('bluebutton '));
  for (const command of commands) await promisify(execFile)('bash', ['-c', command], { cwd: home.folder });
  return commands;
}

test.each([
  ['a flipped byte', 1, async (home, [, two]) => flip(await documentIn(home, two))],
  ['a flipped byte in a manifest', 1, (home, [one]) => flip(home.path(bags, one, 'manifest-sha256.txt'))],
  ['a flipped byte in a seal', 1, (home, [one]) => flip(home.path(bags, one, 'tagmanifest-sha256.txt'))],
  [
    'a flipped byte in the newest seal',
    1,
    (home, [, , three]) => flip(home.path(bags, three, 'tagmanifest-sha256.txt')),
  ],
  ['a file that came later', 1, (home, [, two]) => writeFile(home.path(bags, two, 'data/x'), '')],
  ['a folder that is gone', 2, (home, [, two]) => rm(home.path(bags, two, 'data'), { recursive: true })],
  ['a bag that is gone', 1, (home, [, two]) => rm(home.path(bags, two), { recursive: true })],
  ['a source.json that is gone', 1, (home) => rm(home.path(bags, 'source.json'))],
] satisfies [string, number, (home: Home, names: [string, string, string]) => Promise<void>][])(
  '%s is named with what it held and that the copy has it, and the commands told mend the archive',
  async (_, count, harm) => {
    const { home, names } = await archiveAndCopy();
    await harm(home, names);
    const before = await hashOf(home.folder);
    const { status, stdout, stderr } = await home.run(['verify', '--from', 'copy']);
    expect({ status, stdout }).toEqual({ status: 12, stdout: '' });
    expect(await hashOf(home.folder)).toBe(before);
    expect(stderr).not.toContain('does not have it');
    expect(stderr).toMatch(/The copy has (it|the whole bag) intact\./);
    expect(await doWhatWasSaid(home, stderr)).toHaveLength(count);
    await home.done(['verify']);
    expect((await home.run(['verify', '--from', 'copy'])).stderr).not.toContain('Try:');
  },
);

test('what no copy has is said, and nothing to copy is told', async () => {
  const { home, names } = await archiveAndCopy();
  const path = await documentIn(home, names[1]);
  await rm(path);
  await rm(path.replace('health-records', 'copy'));
  const { status, stderr } = await home.run(['verify', '--from', 'copy']);
  expect(status).toBe(12);
  expect(stderr).toMatch(
    /The file is missing\. It held an imported file of Jane Doe, import 0002\. The copy does not/,
  );
  expect(stderr).toContain('The copy ' + home.path('copy') + ' has 1 problem of its own.');
  expect(stderr).toMatch(/\nTry: bluebutton verify --from with another copy/);
});

test('a damaged file of the copy is not offered in place of a damaged one', async () => {
  const { home, names } = await archiveAndCopy();
  const path = await documentIn(home, names[1]);
  await rm(path);
  await flip(path.replace('health-records', 'copy'));
  expect((await home.run(['verify', '--from', 'copy'])).stderr).toContain(
    'The copy does not have it intact.',
  );
});

test('bags that only the copy has are named with the command that brings them, and no damage is claimed', async () => {
  const { home, names } = await archiveAndCopy();
  await rm(home.path(bags, names[2]), { recursive: true });
  const { status, stderr, stdout } = await home.run(['verify', '--from', 'copy', '--json']);
  expect(status).toBe(0);
  expect(stderr).toContain(`  jane-doe/files/${names[2]}\nTry: cp -Rp `);
  expect(JSON.parse(stdout)).toMatchObject({
    problems: [],
    from: { lacking: [`jane-doe/files/${names[2]}`] },
  });
  await doWhatWasSaid(home, stderr);
  await rm(home.path('health-records/jane-doe'), { recursive: true });
  const all = await home.run(['verify', '--from', 'copy']);
  expect(all.stderr).toContain(':\n  jane-doe\nTry: cp -Rp ');
  await doWhatWasSaid(home, all.stderr);
  expect(await hashOf(home.path('health-records'))).toBe(await hashOf(home.path('copy')));
});

test.each([
  ['nowhere', 10, /no archive in/],
  ['health-records', 2, /names the archive itself/],
])('--from %s is refused', async (from, status, says) => {
  const { home } = await archiveAndCopy();
  const ended = await home.run(['verify', '--from', from]);
  expect({ status: ended.status, said: says.test(ended.stderr) }).toEqual({ status, said: true });
});
