import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/program.ts';
import { newHome, repository } from './bluebutton.ts';
import { openPortal } from './practice-portal.ts';

const { version }: { version: string } = JSON.parse(await readFile(`${repository}/package.json`, 'utf8'));

test.each([[['--help']], [['-h']], [['help']], [[]], [['--version']], [['-V']]])(
  'the text built for %j is commander’s own',
  async (words) => {
    const own = await parseCommandLine(words, version);
    expect(await (await newHome()).run(words)).toEqual({
      status: 0,
      stdout: 'text' in own ? own.text : undefined,
      stderr: '',
    });
  },
);

test.each([['--help'], ['--version']])('%s loads no command and no commander', async (word) => {
  const home = await newHome();
  // Lists, at the end, every CommonJS module that was loaded: commander is one.
  const list = `process.on('exit', () => require('fs').writeFileSync('loaded', Object.keys(require.cache).join('\\n')))`;
  await writeFile(home.path('list.cjs'), list);
  const env = { NODE_OPTIONS: `--require ${home.path('list.cjs')}` };
  await home.done([word], { env });
  expect(await readFile(home.path('loaded'), 'utf8')).not.toContain('commander');
  await home.done(['help', 'pull'], { env });
  expect(await readFile(home.path('loaded'), 'utf8')).toContain('commander');
});

test('a portal mistyped is answered with the one that was probably meant', async () => {
  const home = await newHome();
  const { baseUrl } = await openPortal(home);
  await home.done(['portals', 'add', 'practice', baseUrl, '--client-id', 'x']);
  expect((await home.run(['pull', 'practise'])).stderr).toContain('Try: the same command with practice\n');
});

test.each([
  [['shwo'], 'bluebutton show'],
  [['pul'], 'bluebutton pull'],
  [['help', 'verfy'], 'bluebutton verify'],
  [['portals', 'lsit'], 'bluebutton portals list'],
  [['show', '--sectoin', 'x'], 'the same command with --section'],
  [['show', 'x.json', '--section', 'medicatoins'], '--section medications'],
  [['sandbox', '--refuse', 'Obsevation'], 'bluebutton sandbox --refuse Observation'],
])('%j is answered with what was probably meant', async (words, next) => {
  const { status, stderr } = await (await newHome()).run(words);
  expect(status).toBe(2);
  expect(stderr).toContain(`Try: ${next}`);
});
