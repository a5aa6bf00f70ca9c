import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { settingNames, variableOf } from '../../src/settings/index.ts';
import { jane, newHome, type Home } from './bluebutton.ts';
import { answerConsent, openPortal, signInAddress } from './practice-portal.ts';
import { refusalOf } from './refusal.ts';

interface DoctorJson {
  settings: { name: string; variable: string; value: string | null; origin: string }[];
  problems: { message: string; why: string; try: string }[];
}

/** Writes the config file of a home. */
async function configure(home: Home, text: string): Promise<void> {
  await mkdir(home.path('.config', 'bluebutton'), { recursive: true });
  await writeFile(home.path('.config', 'bluebutton', 'config.json'), text);
}

async function settingsOf(
  home: Home,
  words: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Record<string, string>> {
  const { stdout } = await home.run(['doctor', '--json', ...words], { env });
  const { settings }: DoctorJson = JSON.parse(stdout);
  return Object.fromEntries(settings.map(({ name, value, origin }) => [name, `${value}, ${origin}`]));
}

test('one rule makes the flag, the variable and the key of every setting', async () => {
  const { stdout } = await (await newHome()).done(['doctor', '--json']);
  const { settings }: DoctorJson = JSON.parse(stdout);
  expect(settings.map(({ name }) => name)).toEqual(settingNames);
  const flags = commandTable.flatMap(({ options }) => options.map((option) => option.flags));
  for (const { name, variable } of settings) {
    expect(variable).toBe(`BLUEBUTTON_${name.toUpperCase().replaceAll('-', '_')}`);
    expect(flags.some((words) => new RegExp(`^--${name}( <|$)`).test(words))).toBe(true);
  }
});

test('a flag outranks the environment, the environment the config file, and that the default', async () => {
  const home = await newHome();
  const env = { BLUEBUTTON_ARCHIVE: '/from/env' };
  expect((await settingsOf(home))['archive']).toBe('~/health-records, default');
  await configure(home, '{"archive": "/from/config", "timeout": 60, "browser": false}');
  expect(await settingsOf(home)).toEqual({
    archive: '/from/config, config file',
    'token-store': 'null, default',
    'passphrase-file': 'null, default',
    browser: 'no, config file',
    'redirect-port': 'null, default',
    timeout: '60, config file',
    ca: 'null, default',
  });
  expect((await settingsOf(home, [], env))['archive']).toBe('/from/env, environment');
  expect((await settingsOf(home, ['--archive', '/typed'], env))['archive']).toBe('/typed, flag');
  // An empty variable is what a script leaves of one it does not want.
  expect((await settingsOf(home, [], { BLUEBUTTON_ARCHIVE: '' }))['archive']).toBe(
    '/from/config, config file',
  );
});

test.each([
  ['a flag', { words: ['--archive', 'here'], at: ['work', 'here'] }],
  ['a flag with ~', { words: ['--archive=~/here'], at: ['here'] }],
  ['the environment', { env: { BLUEBUTTON_ARCHIVE: 'here' }, at: ['work', 'here'] }],
  ['the environment with ~', { env: { BLUEBUTTON_ARCHIVE: '~/here' }, at: ['here'] }],
  ['the config file', { config: '{"archive": "~/here"}', at: ['here'] }],
  ['nothing', { at: ['health-records'] }],
])('the archive is where %s says', async (_, { words = [], env = {}, config, at }: Place) => {
  const home = await newHome();
  await mkdir(home.path('work'));
  if (config !== undefined) await configure(home, config);
  await home.done(['import', jane, ...words], { env, cwd: home.path('work') });
  expect(existsSync(home.path(...at, 'archive.json'))).toBe(true);
  const shown = await home.done(['status', ...words], { env, cwd: home.path('work') });
  expect(shown.stdout).toContain(`Archive ${home.path(...at)}\n`);
});

interface Place {
  words?: string[];
  env?: Record<string, string>;
  config?: string;
  at: string[];
}

test('a config file alone can say how login goes', async () => {
  const home = await newHome();
  const { baseUrl } = await openPortal(home);
  await configure(home, '{"token-store": "file", "browser": "no", "timeout": "30"}');
  await home.done(['portals', 'add', 'practice', baseUrl, '--client-id', 'x']);
  const login = home.start(['login', 'practice']);
  const [, address = ''] = await login.said(signInAddress);
  await answerConsent(address, 'allow');
  const { status, stderr } = await login.ended;
  expect({ status, opened: stderr.includes('No browser could be opened') }).toEqual({
    status: 0,
    opened: false,
  });
  expect((await home.run(['pull', '-q'])).status).toBe(0);
});

describe('what is no value of a setting is refused, and where it stands is named', () => {
  const cases: [string, { env?: Record<string, string>; config?: string; says: RegExp; why: RegExp }][] = [
    [
      'a variable',
      {
        env: { BLUEBUTTON_TIMEOUT: 'soon' },
        says: /^BLUEBUTTON_TIMEOUT cannot be "soon"/,
        why: /1 to 86400/,
      },
    ],
    [
      'a number that is too large',
      { env: { BLUEBUTTON_REDIRECT_PORT: '65536' }, says: /REDIRECT_PORT cannot be "65536"/, why: /65535/ },
    ],
    [
      'a choice in the config file',
      {
        config: '{"token-store": "fiel"}',
        says: /"token-store" in .*config\.json cannot be "fiel"/,
        why: /file or memory/,
      },
    ],
    [
      'a relative path in the config file, which would start anywhere',
      { config: '{"archive": "records"}', says: /"archive" in .* cannot be "records"/, why: /absolute/ },
    ],
    [
      'a key that is no setting',
      { config: '{"archve": "/x"}', says: /"archve" in .* is no setting/, why: /archive, token-store/ },
    ],
    [
      'a config file that is no JSON',
      { config: '{archive', says: /cannot be read as settings/, why: /JSON/ },
    ],
    ['a list', { config: '["archive"]', says: /cannot be read as settings/, why: /JSON object/ }],
  ];

  test.each(cases)('%s', async (_, { env = {}, config, says, why }) => {
    const home = await newHome();
    const { baseUrl } = await openPortal(home);
    await home.done(['portals', 'add', 'practice', baseUrl, '--client-id', 'x']);
    if (config !== undefined) await configure(home, config);
    const words = [
      'login',
      'practice',
      ...(env['BLUEBUTTON_TIMEOUT'] === undefined && config !== undefined ? [] : ['--token-store', 'file']),
      '--no-browser',
    ];
    const reading = await home.run(config?.includes('arch') === true ? ['import', jane] : words, { env });
    expect(refusalOf(reading)).toMatchObject({ status: 2, stdout: '', what: expect.stringMatching(says) });
    expect(reading.stderr).toMatch(why);
    expect(await readdir(home.folder)).not.toContain('health-records');

    const doctor = await home.run(['doctor', '--json'], { env });
    const { problems }: DoctorJson = JSON.parse(doctor.stdout);
    expect(doctor.status).toBe(1);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(says)]);
  });

  test('with what was probably meant', async () => {
    const home = await newHome();
    await configure(home, '{"archve": "/x"}');
    expect(refusalOf(await home.run(['show'])).next).toBe('write "archive" there');
    const { stdout } = await home.run(['doctor'], { env: { BLUEBUTTON_TOKENSTORE: 'file' } });
    expect(stdout).toMatch(
      /BLUEBUTTON_TOKENSTORE in the environment sets nothing[\s\S]*Try: BLUEBUTTON_TOKEN_STORE/,
    );
  });
});

test('no setting says whose record is meant: that is decided anew for each command', () => {
  expect(settingNames.filter((name) => /person|patient/.test(name))).toEqual([]);
  expect(variableOf('token-store')).toBe('BLUEBUTTON_TOKEN_STORE');
});
