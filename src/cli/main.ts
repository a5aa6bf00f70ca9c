import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Context } from '../commands/context.ts';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import { askOn } from './ask.ts';
import { exitStatusOf, type ExitStatus } from './exit-codes.ts';
import { reportError } from './report-error.ts';
import { rootAnswer, version } from './root-texts.ts';
import { outputFor, type StandardOutput } from './terminal.ts';

/**
 * Runs one command line and sets the exit status. `process.exit` is never called: it would cut what a pipe has not
 * read yet.
 */
export async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const { env } = process;
  const allowColour = !argv.includes('--no-color');
  const stop = new AbortController();
  let unwritten: BlueButtonError | undefined;
  const out = outputFor(process.stdout, {
    env,
    allowColour,
    onFailure(thrown) {
      unwritten = unwrittenAnswer(thrown);
      stop.abort(unwritten);
    },
  });
  // Where standard error cannot be written there is nobody to tell.
  const err = outputFor(process.stderr, { env, allowColour, onFailure: () => undefined });
  process.once('SIGINT', () => {
    stop.abort(stopped());
    // A second Ctrl-C ends at once, as the system does by default.
  });
  process.once('SIGTERM', () => stop.abort(stopped()));
  const report = (thrown: unknown): Promise<ExitStatus> => {
    const asJson = argv.includes('--json') || /--format[ =]json(?!\S)/.test(argv.join(' '));
    return reportError(thrown, err, asJson);
  };
  try {
    const status = await runCommandLine(argv, out, err, stop.signal);
    await out.drained();
    process.exitCode = unwritten === undefined ? status : await report(unwritten);
  } catch (thrown) {
    process.exitCode = await report(stop.signal.aborted ? stop.signal.reason : thrown);
  }
}

async function runCommandLine(
  argv: readonly string[],
  out: StandardOutput,
  err: StandardOutput,
  signal: AbortSignal,
): Promise<ExitStatus> {
  const answer = rootAnswer(argv);
  if (answer !== undefined) {
    out.write(answer);
    return exitStatusOf('done');
  }
  const { parseCommandLine } = await import('./program.ts');
  const parsed = await parseCommandLine(argv, version());
  if ('text' in parsed) {
    out.write(parsed.text);
    return exitStatusOf('done');
  }
  const { module, input } = parsed.invocation;
  const context: Context = {
    out,
    err,
    stdin: process.stdin,
    ask: askOn(process.stdin, process.stderr, signal),
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    signal,
    openBrowser,
    program: {
      pid: process.pid,
      host: hostname(),
      version: version(),
      node: process.versions.node,
      system: `${process.platform} ${process.arch}`,
      execPath: process.execPath,
      entry: fileURLToPath(new URL('../../bin/bluebutton.js', import.meta.url)),
      isRunning,
    },
  };
  return exitStatusOf(await module.run(input, context));
}

function unwrittenAnswer(thrown: unknown): BlueButtonError {
  const code = systemCodeOf(thrown);
  return new BlueButtonError('failed', 'The answer could not be written to standard output.', {
    why: code === 'ENOSPC' ? 'No space is left there.' : `The system says ${code ?? 'nothing more'}.`,
    try: 'send it somewhere else: the same command with > FILE',
    cause: thrown,
  });
}

function stopped(): BlueButtonError {
  return new BlueButtonError('interrupted', 'Stopped.', {
    why: 'Nothing half-done was kept.',
    try: 'the same command again, whenever you like',
  });
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
