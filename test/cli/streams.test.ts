import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { spawn as spawnTerminal } from '@lydell/node-pty';
import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import type { CommandEntry } from '../../src/cli/command-entry.ts';
import { commandTable } from '../../src/cli/command-table.ts';
import { exitStatuses } from '../../src/cli/exit-codes.ts';
import { parseCommandLine } from '../../src/cli/program.ts';
import { bin, jane, newHome, repository, type Home } from './bluebutton.ts';
import { openPortal, signUp } from './practice-portal.ts';

let home: Home;

beforeAll(async () => {
  home = await newHome();
});

/** Runs a command line of the shell, in which `bluebutton` is the tool. */
async function shell(line: string): Promise<{ stdout: string; stderr: string }> {
  const script = `set -o pipefail; bluebutton() { "${process.execPath}" "${bin}" "$@"; }; ${line}`;
  return promisify(execFile)('bash', ['-c', script], {
    env: home.environment({ JANE: jane }),
    cwd: home.folder,
    maxBuffer: 64_000_000,
  });
}

test('a reader that goes away early ends the command quietly and well', async () => {
  for (const words of ['show "$JANE"', 'show "$JANE" --json', 'convert "$JANE" --to fhir', 'help']) {
    // More than a pipe holds goes unread. bash -e with pipefail: a status other than 0 rejects, as SIGPIPE's 141 would.
    const { stdout, stderr } = await shell(`set -e; bluebutton ${words} | (head -n 1; sleep 0.3)`);
    expect({ words, stderr, lines: stdout.split('\n').length }).toEqual({ words, stderr: '', lines: 2 });
  }
});

test('an answer of more than 3 MB comes whole through a pipe', async () => {
  const observations = Array.from({ length: 6000 }, (_, index) => ({
    resourceType: 'Observation',
    id: `weight-${index}`,
    status: 'final',
    category: [{ coding: [{ code: 'vital-signs' }] }],
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }], text: 'Body weight' },
    effectiveDateTime: '2024-01-01',
    valueQuantity: { value: 70 + index, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  }));
  await writeFile(home.path('many.json'), JSON.stringify(observations));
  const { stdout } = await shell('bluebutton show many.json --json | (sleep 0.5; cat)');
  expect(stdout.length).toBeGreaterThan(3_000_000);
  const record: { sections: Record<string, unknown[]> } = JSON.parse(stdout);
  expect(record.sections['vital-signs']).toHaveLength(6000);
});

test('a dash reads standard input', async () => {
  const ofFile = await home.run(['convert', jane, '--to', 'fhir']);
  const ofInput = await home.run(['convert', '-', '--to', 'fhir'], { stdin: await readFile(jane) });
  expect(ofInput).toEqual({ status: 0, stdout: ofFile.stdout, stderr: '' });
  const shown = await home.run(['show', '-'], { stdin: await readFile(jane) });
  expect(shown.stdout).toContain('standard input: FHIR R4 JSON');
});

test('a record is read from a pipe that another program fills', async () => {
  const { stdout, stderr } = await shell('cat "$JANE" | bluebutton summary -');
  expect(stdout).toContain('Jane Doe · born 1975-05-01');
  expect(stderr).toBe('');
});

/** What `show` prints in a terminal of 100 columns. */
function inTerminal(words: readonly string[], env: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    const terminal = spawnTerminal(process.execPath, [bin, ...words], {
      cols: 100,
      rows: 40,
      cwd: home.folder,
      env: home.environment({ TERM: 'xterm-256color', ...env }),
    });
    let text = '';
    terminal.onData((piece) => (text += piece));
    terminal.onExit(() => resolve(text));
  });
}

const escape = String.fromCodePoint(27);

test('a terminal gets colours, unless it or its person wants none', async () => {
  const words = ['summary', jane];
  expect(await inTerminal(words, {})).toContain(`${escape}[`);
  for (const env of [
    { NO_COLOR: '1' },
    { TERM: 'dumb' },
    { FORCE_COLOR: '0' },
    { NO_COLOR: '1', FORCE_COLOR: '1' },
  ]) {
    const text = await inTerminal(words, env);
    expect({ env, shown: text.includes('Jane Doe'), coloured: text.includes(escape) }).toEqual({
      env,
      shown: true,
      coloured: false,
    });
  }
  expect(await inTerminal([...words, '--no-color'], {})).not.toContain(escape);
});

test('a line that changes in place is for terminals that can, and never in a dumb one', async () => {
  const portal = await openPortal(home);
  await signUp(home, portal);
  for (const [env, changes] of [
    [{}, true],
    [{ TERM: 'dumb' }, false],
  ] as const) {
    const text = await inTerminal(['pull', '--archive', `of-${changes}`], { NO_COLOR: '1', ...env });
    expect({ env, pulled: text.includes('practice: Jane Doe'), changes: text.includes(escape) }).toEqual({
      env,
      pulled: true,
      changes,
    });
  }
});

test('a pipe gets no colours, unless they are asked for', async () => {
  expect((await home.run(['summary', jane])).stdout).not.toContain(escape);
  const forced = await home.run(['summary', jane], { env: { FORCE_COLOR: '1' } });
  expect(forced.stdout).toContain(`${escape}[`);
  const both = await home.run(['summary', jane], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
  expect(both.stdout).not.toContain(escape);
  const none = await home.run(['convert', jane, '--to', 'text'], { env: { FORCE_COLOR: '1' } });
  expect(none.stdout).not.toContain(escape);
});

/** The lines of tables, without the sentence below one that names the columns left out. */
function tableLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.startsWith('  ') && !line.startsWith('  No room for'));
}

test('no line of a table is wider than the terminal', async () => {
  const shown = tableLines(await inTerminal(['show', jane], { NO_COLOR: '1' }));
  expect(shown.length).toBeGreaterThan(100);
  expect(shown.filter((line) => line.length > 100)).toEqual([]);
  const narrow = tableLines((await home.run(['show', jane], { env: { COLUMNS: '60' } })).stdout);
  expect(narrow.length).toBeGreaterThan(shown.length);
  expect(narrow.filter((line) => line.length > 60)).toEqual([]);
});

test('control and bidi characters of a record are shown, not obeyed, in a terminal', async () => {
  const text = `Cough${escape}]0;owned\u0007 \u202Eesrever\u200B end`;
  await writeFile(home.path('hostile.json'), JSON.stringify({ resourceType: 'Condition', code: { text } }));
  const shown = await inTerminal(['show', 'hostile.json'], { NO_COLOR: '1' });
  expect(shown).toContain('Cough');
  expect(shown.replaceAll(/[\r\n]/g, '')).not.toMatch(/[\p{Cc}\u202E\u200B]/u);
});

test('an output file is private, its format follows its ending, and it is not overwritten unless told', async () => {
  const shapes: [string, (text: string) => unknown][] = [
    ['out.json', (text) => expect(JSON.parse(text)).toMatchObject({ schema: 'bluebutton/record/1' })],
    [
      'out.ndjson',
      (text) => expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({ section: 'person' }),
    ],
    ['out.md', (text) => expect(text).toMatch(/^# Jane Doe/)],
    ['out.txt', (text) => expect(text).toMatch(/^Jane Doe/)],
  ];
  for (const [name, check] of shapes) {
    const { stdout } = await home.done(['convert', jane, '-o', name]);
    expect(stdout).toBe('');
    expect(((await stat(home.path(name))).mode & 0o777).toString(8)).toBe('600');
    check(await readFile(home.path(name), 'utf8'));
  }
  await home.done(['convert', jane, '--section', 'allergies', '-o', 'out.csv']);
  expect(parse(await readFile(home.path('out.csv'), 'utf8'))).toHaveLength(6);

  await writeFile(home.path('mine.md'), 'my notes');
  const refused = await home.run(['convert', jane, '-o', 'mine.md']);
  expect(refused).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(/exists already.*\nNothing is overwritten.*\nTry: .*--force/),
  });
  expect(await readFile(home.path('mine.md'), 'utf8')).toBe('my notes');
  expect((await home.run(['convert', jane, '-o', 'mine.md', '--force'])).status).toBe(0);
  expect(await readFile(home.path('mine.md'), 'utf8')).toMatch(/^# Jane Doe/);

  const toStandardOutput = await home.run(['convert', jane, '--to', 'markdown', '-o', '-']);
  expect(toStandardOutput.stdout).toMatch(/^# Jane Doe/);
});

test('a conversion that fails leaves nothing behind', async () => {
  await writeFile(home.path('bad.json'), '{"resourceType":');
  const before = await readdir(home.folder);
  const bad = await home.run(['convert', 'bad.json', '-o', 'never.json']);
  expect(bad).toMatchObject({ status: 6, stdout: '' });
  const nowhere = await home.run(['convert', jane, '-o', 'no/such/folder/never.json']);
  expect(nowhere).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/never\.json could not be written/),
  });
  const unclear = await home.run(['convert', jane, '-o', 'never.xyz']);
  expect(unclear).toMatchObject({ status: 2, stdout: '' });
  expect(await readdir(home.folder)).toEqual(before);
});

test('help and version are answers: on standard output, with status 0', async () => {
  const { version }: { version: string } = JSON.parse(await readFile(`${repository}/package.json`, 'utf8'));
  for (const words of [['--version'], ['-V']]) {
    expect(await home.run(words)).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  }
  const [full, ...others] = await Promise.all(
    [['--help'], ['-h'], ['help'], []].map((words) => home.run(words)),
  );
  for (const { name } of commandTable) expect(full?.stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  for (const { status, meaning } of exitStatuses)
    expect(full?.stdout).toMatch(new RegExp(`^  ${status} +${meaning}`, 'm'));
  for (const { status, stdout, stderr } of others) {
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.trimEnd()).toBe(full?.stdout.trimEnd());
  }
  for (const words of [
    ['convert', '--help'],
    ['help', 'convert'],
  ]) {
    const { status, stdout } = await home.run(words);
    expect(status).toBe(0);
    expect(stdout).toContain('$ bluebutton convert record.json --to markdown');
  }
  expect(existsSync(home.path('health-records'))).toBe(false);
});

function examplesOf({ examples, commands = [] }: CommandEntry): readonly string[] {
  return [...examples, ...commands.flatMap(examplesOf)];
}

test.each(commandTable.flatMap(examplesOf))(
  'the example of the help is a command line: %s',
  async (example) => {
    const [program, ...words] = [...example.matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, bare]) => quoted ?? bare ?? '',
    );
    expect(program).toBe('bluebutton');
    const parsed = await parseCommandLine(words, '0.0.0');
    expect(parsed).toHaveProperty('invocation.module.run');
  },
);
