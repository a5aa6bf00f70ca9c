import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeAll, describe, expect, test } from 'vitest';
import { jane, newHome, type Home } from './bluebutton.ts';
import { hashOf } from './folder.ts';
import { typed } from './typed.ts';

let home: Home;
let recipient: string;

/** Words that find the passphrase in a file, as under cron. */
const withPass = { env: { BLUEBUTTON_PASSPHRASE_FILE: 'pass' } };

async function secretFile(name: string, text: string): Promise<void> {
  await writeFile(home.path(name), `${text}\n`);
  await chmod(home.path(name), 0o600);
}

beforeAll(async () => {
  home = await newHome();
  await home.done(['import', jane]);
  const identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
  await secretFile('key.txt', `# made by a test\n${identity}`);
  await secretFile('other-key.txt', await generateX25519Identity());
  await secretFile('recipients.txt', `# me\n${recipient}`);
  await secretFile('pass', 'correct horse');
  await secretFile('wrong', 'battery staple');
});

async function original(): Promise<string> {
  return hashOf(home.path('health-records'));
}

/** The most memory, in kB, that exporting and restoring an archive of about that many bytes takes. */
async function peak(size: number, key: string): Promise<number> {
  const own = await newHome();
  await writeFile(own.path('big.bin'), 'big');
  // Not made in memory here: a child begins with the memory its parent has.
  await truncate(own.path('big.bin'), size);
  await own.done(['import', 'big.bin', '--as-document', '--title', 'Big', '--person', 'Jane Doe']);
  // Tells, at the end, the most memory it has had, in kB.
  const tell = `process.on('exit', () => require('fs').appendFileSync('peak', process.resourceUsage().maxRSS + '\\n'))`;
  await writeFile(own.path('tell.cjs'), tell);
  const options = { env: { NODE_OPTIONS: `--require ${own.path('tell.cjs')}` } };
  await own.done(['archive', 'export', 'x.age', '--recipient', key], options);
  const identity = ['--identity', home.path('key.txt')];
  await own.done(['archive', 'restore', 'x.age', '--archive', 'back', ...identity], options);
  const peaks = (await readFile(own.path('peak'), 'utf8')).trim().split('\n').map(Number);
  return Math.max(...peaks);
}

describe('archive export and restore', () => {
  test.each([
    ['a passphrase', ['--encrypt'], []],
    ['a recipient', ['--recipient'], ['--identity', 'key.txt']],
    ['a list of recipients', ['--recipients-file', 'recipients.txt'], ['--identity', 'key.txt']],
    ['nothing, in words', ['--plain'], []],
  ])('with %s bring back every byte, name and permission', async (kind, lock, key) => {
    const file = `${kind.replaceAll(' ', '-')}.age`;
    const words = lock[0] === '--recipient' ? [...lock, recipient] : lock;
    await home.done(['archive', 'export', file, ...words], withPass);
    expect((await stat(home.path(file))).mode & 0o777).toBe(0o600);
    const restored = await home.done(
      ['archive', 'restore', file, ...key, '--archive', `${file}-back`],
      withPass,
    );
    expect(restored.stdout).toContain('all as it was written');
    expect(await hashOf(home.path(`${file}-back`))).toBe(await original());
    const isReadable = (await readFile(home.path(file))).includes('bluebutton-archive/1');
    expect(isReadable).toBe(kind.startsWith('nothing'));
  });

  test('ask for a new passphrase twice and for a known one once, and show neither', async () => {
    const exported = await typed(
      home,
      ['archive', 'export', 'typed.age', '--encrypt'],
      ['my phrase', 'my phrase'],
    );
    expect(exported.status).toBe(0);
    const restore = ['archive', 'restore', 'typed.age', '--archive', 'typed'];
    const wrong = await typed(home, restore, ['no phrase']);
    expect(wrong.status).toBe(2);
    expect(wrong.said).toContain('That is not the passphrase of this file.');
    const restored = await typed(home, restore, ['my phrase']);
    expect(restored.status).toBe(0);
    for (const { said } of [exported, wrong, restored]) expect(said).not.toMatch(/(my|no) phrase/);
  });

  test('never overwrite a file or an archive without being told so', async () => {
    await writeFile(home.path('there.age'), 'mine');
    const refused = await home.run(['archive', 'export', 'there.age', '--plain']);
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toMatch(/there\.age exists already\.[\s\S]*--force/);
    expect(await readFile(home.path('there.age'), 'utf8')).toBe('mine');
    await home.done(['archive', 'export', 'there.age', '--plain', '--force']);
    const before = await original();
    const over = await home.run(['archive', 'restore', 'there.age']);
    expect(over.status).toBe(2);
    expect(over.stderr).toContain('health-records is not empty.');
    expect(await original()).toBe(before);
  });

  test.each([
    ['no word of protection', ['export', 'x'], 2, /not said how the file is to be protected/],
    ['two that contradict', ['export', 'x', '--plain', '--encrypt'], 2, /contradict/],
    ['no passphrase at hand', ['export', 'x', '--encrypt'], 2, /passphrase of this file is needed/],
    ['a recipient that is none', ['export', 'x', '--recipient', 'age1jane'], 2, /no recipient of age/],
    ['a file in the archive', ['export', 'health-records/x', '--plain'], 2, /in the archive itself/],
    ['a folder that is not there', ['export', 'no/x', '--plain'], 1, /folder it is to lie in does not exist/],
    ['no such file', ['restore', 'nowhere.age', '--archive', 'x'], 1, /nowhere\.age could not be read/],
    ['no export', ['restore', 'pass', '--archive', 'x'], 12, /not a whole export/],
    ['a key, and none given', ['restore', 'keyed.age', '--archive', 'x'], 2, /Try: .*--identity KEYFILE/],
    [
      'another key',
      ['restore', 'keyed.age', '--archive', 'x', '--identity', 'other-key.txt'],
      2,
      /None of the keys/,
    ],
    [
      'no key in the file',
      ['restore', 'keyed.age', '--archive', 'x', '--identity', 'pass'],
      2,
      /no secret key of age/,
    ],
  ])('refuse %s, and leave nothing behind', async (_, words, status, says) => {
    await home.done(['archive', 'export', 'keyed.age', '--recipient', recipient, '--force']);
    const before = await hashOf(home.folder);
    const ended = await home.run(['archive', ...words]);
    expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status, stdout: '' });
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toContain('correct horse');
    expect(await hashOf(home.folder)).toBe(before);
  });

  test('tell a wrong passphrase from a damaged file, and restore nothing from either', async () => {
    // A passphrase is slow to try, by design: what is damaged is told with a key.
    await home.done(['archive', 'export', 'whole.age', '--recipient', recipient, '--force']);
    const bytes = await readFile(home.path('whole.age'));
    await writeFile(home.path('cut.age'), bytes.subarray(0, bytes.length / 2));
    bytes[bytes.length - 100_000] = (bytes[bytes.length - 100_000] ?? 0) ^ 1;
    await writeFile(home.path('flipped.age'), bytes);
    const env = { BLUEBUTTON_PASSPHRASE_FILE: 'wrong' };
    expect(
      await home.run(['archive', 'restore', 'a-passphrase.age', '--archive', 'none'], { env }),
    ).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('That is not the passphrase of this file.'),
    });
    for (const file of ['cut.age', 'flipped.age'])
      expect(
        await home.run(['archive', 'restore', file, '--archive', 'none', '--identity', 'key.txt']),
      ).toMatchObject({
        status: 12,
        stderr: expect.stringContaining('The encrypted file is damaged.'),
      });
    expect((await readdir(home.folder)).filter((name) => name.includes('none'))).toEqual([]);
  });

  test('a damaged archive is not exported: its copy would be taken for a backup', async () => {
    await cp(home.path('health-records'), home.path('damaged'), { recursive: true });
    const [bag = ''] = (await readdir(home.path('damaged/jane-doe/files'))).filter((name) =>
      /^\d/.test(name),
    );
    await rm(home.path('damaged/jane-doe/files', bag, 'data/documents.ndjson'));
    const ended = await home.run(['archive', 'export', 'bad.tar', '--plain', '--archive', 'damaged']);
    expect(ended.status).toBe(12);
    expect(await readdir(home.folder)).not.toContain('bad.tar');
  });

  test('need no more memory for an archive many times as large', async () => {
    const small = await peak(1_000_000, recipient);
    const large = await peak(150_000_000, recipient);
    expect(large - small).toBeLessThan(75_000);
  });
});

const age = spawnSync('age', ['--version']).error === undefined;

describe.runIf(age)('the program age', () => {
  test('opens an export, and what it encrypts is restored', async () => {
    await home.done(['archive', 'export', 'for-age.age', '--recipient', recipient]);
    await mkdir(home.path('by-hand'));
    const line = 'age -d -i key.txt for-age.age | tar x -C by-hand';
    expect(spawnSync('bash', ['-o', 'pipefail', '-c', line], { cwd: home.folder }).status).toBe(0);
    expect(await hashOf(home.path('by-hand/health-records'))).toBe(await original());
    const back = `tar c health-records | age -r ${recipient} > hand.age`;
    expect(spawnSync('bash', ['-o', 'pipefail', '-c', back], { cwd: home.folder }).status).toBe(0);
    await home.done(['archive', 'restore', 'hand.age', '--identity', 'key.txt', '--archive', 'from-hand']);
    expect(await hashOf(home.path('from-hand'))).toBe(await original());
  });
});
