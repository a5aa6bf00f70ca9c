import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** The built command, as npm installs it. */
export const bin = fileURLToPath(new URL('../../bin/bluebutton.js', import.meta.url));

export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** The sample record that the practice portal serves. */
export const jane = join(repository, 'samples', 'jane-doe.fhir.json');

/** How a command ended. `status` is null when a signal ended it. */
export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Beside HOME, PATH and the like; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  /** Relative paths start here; the home otherwise. */
  cwd?: string;
  /** Piped into standard input, which is empty otherwise. */
  stdin?: string | Uint8Array;
  /** True keeps standard input open, for `Running.write`. */
  keepOpen?: boolean;
  /** Words for node itself, before the command. */
  node?: readonly string[];
}

/** A command that runs. */
export interface Running {
  pid: number;
  /** Waits until standard error or standard output has said something. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Types a line, where standard input was kept open. */
  write(line: string): void;
  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<Ended>;
  ended: Promise<Ended>;
}

/** One person's computer: a private home folder and the barest environment, as under cron or `env -i`. */
export interface Home {
  folder: string;
  /** A path in the home. */
  path(...parts: string[]): string;
  environment(more?: RunOptions['env']): Record<string, string>;
  run(words: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Runs a command that is to end with status 0: anything else throws what it said. */
  done(words: readonly string[], options?: RunOptions): Promise<Ended>;
  start(words: readonly string[], options?: RunOptions): Running;
}

/**
 * Compiling what runs briefly for speed costs a fifth of all the time these processes take. Encrypting an archive is no
 * brief matter.
 */
const optionsFor = ([command]: readonly string[]): string[] => (command === 'archive' ? [] : ['--no-opt']);

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const children = new Set<Child>();
const folders = new Set<string>();

// Whatever a test file started or made is gone after it, also when a test failed halfway.
afterAll(async () => {
  const ends = [...children].map(async (child) => {
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  });
  await Promise.all(ends);
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A new home, removed after the test file. */
export async function newHome(): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'bluebutton-cli-'));
  folders.add(folder);
  const environment: Home['environment'] = (more = {}) => {
    const all = { HOME: folder, PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], ...more };
    return Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
  };
  const start: Home['start'] = (words, { env, cwd = folder, stdin = '', keepOpen, node = [] } = {}) => {
    const child = spawn(process.execPath, [...optionsFor(words), ...node, bin, ...words], {
      env: environment(env),
      cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // A command that does not read its input closes it.
    child.stdin.on('error', () => undefined);
    if (keepOpen !== true) child.stdin.end(stdin);
    return follow(child);
  };
  return {
    folder,
    path: (...parts) => join(folder, ...parts),
    environment,
    start,
    run: (words, options) => start(words, options).ended,
    async done(words, options) {
      const ended = await start(words, options).ended;
      if (ended.status === 0) return ended;
      throw new Error(`bluebutton ${words.join(' ')} ended with ${ended.status}: ${ended.stderr}`);
    },
  };
}

function follow(child: Child): Running {
  children.add(child);
  const heard = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  const hear = (name: keyof typeof heard) => (text: string) => {
    heard[name] += text;
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', hear('stdout'));
  child.stderr.setEncoding('utf8').on('data', hear('stderr'));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      children.delete(child);
      resolve({ status, ...heard });
    });
  });
  const said: Running['said'] = (pattern) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(heard.stderr) ?? pattern.exec(heard.stdout);
        if (found === null) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
      ended.then(
        ({ status, stderr }) => reject(new Error(`ended with ${status}, never said ${pattern}: ${stderr}`)),
        reject,
      );
    });
  return {
    pid: child.pid ?? -1,
    said,
    write: (line) => void child.stdin.write(`${line}\n`),
    stop(signal) {
      child.kill(signal);
      return ended;
    },
    ended,
  };
}
