import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Context, Outcome } from '../commands/context.ts';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import type { ExitStatus } from './exit-codes.ts';
import { parseCommandLine } from './program.ts';
import { reportError } from './report-error.ts';
import { outputFor } from './terminal.ts';

const statusOf = { done: 0, partial: 3 } as const satisfies Record<Outcome, ExitStatus>;

/**
 * Runs one command line and sets the exit status. `process.exit` is never called: it would cut what a pipe has not
 * read yet.
 */
export async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const allowColour = !argv.includes('--no-color');
  const out = outputFor(process.stdout, process.env, allowColour);
  const err = outputFor(process.stderr, process.env, allowColour);
  const stop = new AbortController();
  process.once('SIGINT', () => {
    stop.abort(new BlueButtonError('interrupted', 'Stopped.', { why: 'Nothing half-done was kept.' }));
    // A second Ctrl-C ends at once, as the system does by default.
  });
  process.once('SIGTERM', () => stop.abort(new BlueButtonError('interrupted', 'Stopped.')));
  try {
    const parsed = await parseCommandLine(argv, version());
    if ('text' in parsed) {
      out.write(parsed.text);
      return;
    }
    const { module, input } = parsed.invocation;
    const context: Context = {
      out,
      err,
      stdin: process.stdin,
      env: process.env,
      cwd: process.cwd(),
      now: () => new Date(),
      signal: stop.signal,
      openBrowser,
      program: {
        pid: process.pid,
        host: hostname(),
        version: version(),
        execPath: process.execPath,
        entry: fileURLToPath(new URL('../../bin/bluebutton.js', import.meta.url)),
        isRunning,
      },
    };
    process.exitCode = statusOf[await module.run(input, context)];
  } catch (thrown) {
    const asJson = argv.includes('--json') || /--format[ =]json(?!\S)/.test(argv.join(' '));
    process.exitCode = await reportError(stop.signal.aborted ? stop.signal.reason : thrown, err, asJson);
  }
}

async function openBrowser(url: string): Promise<void> {
  const { default: open } = await import('open');
  await open(url);
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 only asks.
    return process.kill(pid, 0);
  } catch (thrown) {
    return systemCodeOf(thrown) === 'EPERM';
  }
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known && typeof manifest.version === 'string' ? manifest.version : 'unknown';
}
