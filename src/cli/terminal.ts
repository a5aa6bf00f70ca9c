import type { Writable } from 'node:stream';
import type { Output } from '../commands/context.ts';
import { systemCodeOf } from '../errors/index.ts';

/** Wider than this, long lines are hard to follow. */
const widest = 160;

export interface OutputOptions {
  env: NodeJS.ProcessEnv;
  allowColour: boolean;
  onFailure: (thrown: unknown) => void;
}

/** A standard stream of a process; only a terminal has the two members. */
type StandardStream = Writable & { isTTY?: boolean; columns?: number };

/** An output whose end can be waited for. */
export interface StandardOutput extends Output {
  /** Resolves when everything written has been taken, or cannot be any more. */
  drained(): Promise<void>;
}

/**
 * A standard stream as a command sees it. A reader that goes away (EPIPE) closes it quietly; any other failure closes
 * it too, and `onFailure` is told the first.
 */
export function outputFor(
  stream: StandardStream,
  { env, allowColour, onFailure }: OutputOptions,
): StandardOutput {
  let closed = false;
  stream.on('error', (thrown) => {
    if (!closed && systemCodeOf(thrown) !== 'EPIPE') onFailure(thrown);
    closed = true;
  });
  const isTerminal = stream.isTTY ?? false;
  return {
    write(text) {
      if (!closed) stream.write(text);
    },
    drained: () =>
      new Promise((resolve) => {
        if (closed) resolve();
        else stream.write('', () => resolve());
      }),
    get closed() {
      return closed;
    },
    isTerminal,
    width: Math.min(widthOf(stream, env), widest),
    colour: allowColour && coloured(isTerminal, env),
  };
}

function widthOf(stream: StandardStream, env: NodeJS.ProcessEnv): number {
  const fromEnv = Number(env['COLUMNS']);
  return stream.columns ?? (Number.isInteger(fromEnv) && fromEnv >= 40 ? fromEnv : 80);
}

/** NO_COLOR (no-color.org) wins, then FORCE_COLOR, then whether a capable terminal is there. */
function coloured(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && env['TERM'] !== 'dumb';
}
