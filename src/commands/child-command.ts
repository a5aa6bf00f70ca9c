import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { BlueButtonError } from '../errors/index.ts';
import type { Context } from './context.ts';

/** Another command of this tool, running as a process of its own. */
export interface ChildCommand {
  child: ChildProcessByStdio<null, Readable, Readable>;
  /** Resolves with the exit status once it has ended and everything it said was handed on. */
  ended: Promise<number>;
}

/** Starts `bluebutton ARGUMENTS` as a person would type it; what it prints is handed to `onOut` and `onErr`. */
export function startCommand(
  words: readonly string[],
  context: Context,
  {
    env,
    cwd,
    onOut,
    onErr,
  }: {
    env: Record<string, string>;
    cwd: string;
    onOut: (text: string) => void;
    onErr: (text: string) => void;
  },
): ChildCommand {
  const { execPath, entry } = context.program;
  const child = spawn(execPath, [entry, ...words], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.setEncoding('utf8').on('data', onOut);
  child.stderr.setEncoding('utf8').on('data', onErr);
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      if (signal === null) resolve(status ?? 1);
      else reject(endedBy(words, signal));
    });
  });
  return { child, ended };
}

function endedBy(words: readonly string[], signal: NodeJS.Signals): BlueButtonError {
  return new BlueButtonError('failed', `${typed(words)} was ended from outside.`, {
    why: `It got the signal ${signal}.`,
    try: 'the same command again',
  });
}

/** A command line as a person types it, for showing. */
export function typed(words: readonly string[]): string {
  return ['bluebutton', ...words].map((word) => (/^[\w./:@=-]+$/.test(word) ? word : `'${word}'`)).join(' ');
}
