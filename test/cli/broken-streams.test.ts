import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { systemCodeOf } from '../../src/errors/index.ts';
import { bin, jane, newHome, type Home } from './bluebutton.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(home: Home, words: readonly string[], stdout: number | 'pipe' = 'pipe') {
  const child = spawn(process.execPath, [bin, ...words], {
    env: home.environment(),
    cwd: home.folder,
    stdio: ['pipe', stdout, 'pipe'],
  });
  children.push(child);
  const said = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  child.stdin?.on('error', () => undefined);
  const ended = once(child, 'close').then(([status]: unknown[]) => ({ status, ...said }));
  return { child, ended };
}

test.skipIf(!existsSync('/dev/full'))(
  'an answer that cannot be written is told on standard error, with status 1',
  async () => {
    const home = await newHome();
    for (const words of [['show', jane], ['show', jane, '--json'], ['help'], ['--version'], ['sandbox']]) {
      const full = openSync('/dev/full', 'w');
      const { status, stderr } = await start(home, words, full).ended;
      closeSync(full);
      expect({ words, status }).toEqual({ words, status: 1 });
      expect(stderr).toMatch(
        /The answer could not be written to standard output\..*No space is left there\..*try/is,
      );
      expect(stderr).not.toMatch(/^\s+at |node:/m);
    }
  },
);

test('waiting for the rest of standard input ends at once when told to stop', async () => {
  const home = await newHome();
  const { child, ended } = start(home, ['show', '-']);
  // More than a pipe holds is taken only by somebody who reads.
  await new Promise((taken) => child.stdin?.write(' '.repeat(4_000_000), taken));
  child.kill('SIGTERM');
  expect(await ended).toEqual({ status: 130, stdout: '', stderr: expect.stringMatching(/^Stopped\.\n/) });
});

async function namedPipe(home: Home): Promise<string> {
  await promisify(execFile)('mkfifo', [home.path('pipe')]);
  return home.path('pipe');
}

/** Opens a named pipe for writing as soon as somebody has opened it for reading. */
function writerOf(path: string) {
  return vi.waitUntil(
    () =>
      open(path, constants.O_WRONLY | constants.O_NONBLOCK).catch((thrown: unknown) => {
        if (systemCodeOf(thrown) === 'ENXIO') return undefined;
        throw thrown;
      }),
    { timeout: 30_000 },
  );
}

test('waiting for a named pipe that nobody fills ends at once when told to stop', async () => {
  const home = await newHome();
  const path = await namedPipe(home);
  const { child, ended } = start(home, ['show', path]);
  const writer = await writerOf(path);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ status: 130, stdout: '', stderr: expect.stringMatching(/^Stopped\./) });
  await writer.close();
});

test('a named pipe is read to its end, whenever its writer comes', async () => {
  const home = await newHome();
  const path = await namedPipe(home);
  const { ended } = start(home, ['show', path]);
  const early = await writerOf(path);
  const writer = await open(path, 'w');
  await early.close();
  await writer.writeFile(await readFile(jane));
  await writer.close();
  expect(await ended).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^Jane Doe/),
    stderr: '',
  });
});
