import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { commandTable } from '../src/cli/command-table.ts';
import { withTables } from '../src/cli/readme-tables.ts';
import { newHome, repository, type Home, type Running } from './cli/bluebutton.ts';
import { answerConsent, signInAddress } from './cli/practice-portal.ts';

const readme = await readFile(`${repository}/README.md`, 'utf8');

/** Every line of the README's shell blocks, in order. */
const commands = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
  block.split('\n').filter((line) => line.trim() !== ''),
);

/** A Markdown table without the padding that makes its columns line up. */
function squeezed(text: string): string {
  return text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
}

describe('the README', () => {
  it('says first what the tool is, that nothing leaves the computer, and whose mark Blue Button is', () => {
    const opening = readme.split('\n## ')[0] ?? '';
    expect(opening).toContain('Get your own health records out of patient portals');
    expect(opening).toContain('Nothing leaves your computer');
    expect(opening.replaceAll('\n', ' ')).toMatch(
      /registered mark of the U\.S\. Department of Health and Human Services/,
    );
  });

  it('has the tables that the command table and the exit statuses make', () => {
    expect(squeezed(withTables(readme))).toBe(squeezed(readme));
  });

  it('names for set-up only what CI runs', async () => {
    const ci = await readFile(`${repository}/.ci/run`, 'utf8');
    const setUp = commands.filter((line) => line.startsWith('npm'));
    expect(setUp).toEqual(['npm ci && npm run demo', 'npm cit']);
    for (const part of setUp.flatMap((line) => line.split(' && ')))
      expect(ci).toMatch(new RegExp(`^${part}$`, 'm'));
  });
});

describe('the config file of the README', () => {
  it('sets what it says', async () => {
    const [, config = ''] = /^```json\n([\s\S]*?)^```$/m.exec(readme) ?? [];
    const home = await newHome();
    await mkdir(home.path('.config', 'bluebutton'), { recursive: true });
    await writeFile(home.path('.config', 'bluebutton', 'config.json'), config);
    const { stdout } = await home.done(['doctor']);
    for (const name of Object.keys(JSON.parse(config)))
      expect(stdout).toMatch(new RegExp(`^ {2}${name} .*\\(config file\\)$`, 'm'));
  });
});

describe('every bluebutton command of the README works, in the order written', () => {
  let home: Home;
  let portal: Running;

  beforeAll(async () => {
    home = await newHome();
    await cp(`${repository}/samples`, home.path('samples'), { recursive: true });
  });

  it.each(commands.filter((line) => line.includes('bluebutton')))('%s', async (line) => {
    const words = line.replace(/^.*\bbluebutton /, '').split(' ');
    if (words[0] === 'sandbox') {
      portal = home.start(words);
      await portal.said(/is at http:\/\/127\.0\.0\.1:8099\/fhir/);
      return;
    }
    const stdin = line.startsWith('cat ') ? await readFile(home.path(line.split(' ')[1] ?? '')) : '';
    const running = home.start(words[0] === 'login' ? [...words, '--no-browser'] : words, { stdin });
    if (words[0] === 'login') {
      const [, address = ''] = await running.said(signInAddress);
      await answerConsent(address, 'allow');
    }
    const { status, stdout, stderr } = await running.ended;
    expect(status, stderr).toBe(0);
    expect(stdout === '').toBe(words.includes('-o'));
  });

  it('ends the practice portal by Ctrl-C', async () => {
    expect((await portal.stop('SIGINT')).status).toBe(0);
  });
});

describe('help', () => {
  const entries = commandTable.flatMap((entry) => [
    { path: [entry.name], entry },
    ...(entry.commands ?? []).map((sub) => ({ path: [entry.name, sub.name], entry: sub })),
  ]);

  it.each(entries.filter(({ entry }) => entry.load !== undefined))(
    'of $path names every option and shows examples',
    async ({ path, entry }) => {
      const home = await newHome();
      const { status, stdout } = await home.run([...path, '--help']);
      expect(status).toBe(0);
      for (const { flags } of entry.options) expect(stdout).toContain(flags);
      for (const example of entry.examples) expect(stdout).toContain(example);
    },
  );

  const examples = entries.flatMap(({ path, entry }) =>
    entry.load === undefined ? [] : entry.examples.map((example) => ({ example, path, entry })),
  );

  it.each(examples)('gives the example $example in words the command knows', ({ example, path, entry }) => {
    const words = example.split(' ').slice(1);
    expect(words.slice(0, path.length)).toEqual(path);
    const options = words.filter((word) => word.startsWith('--'));
    const known = entry.options.map(({ flags }) => flags).join(' ');
    expect(options.filter((option) => !known.includes(option))).toEqual([]);
  });
});
