import type { Writable } from 'node:stream';
import type { Output } from '../commands/context.ts';
import { systemCodeOf } from '../errors/index.ts';

/** Wider than this, long lines are hard to follow. */
const widest = 160;

/** A standard stream of a process; only a terminal has the two members. */
type StandardStream = Writable & { isTTY?: boolean; columns?: number };

/** A standard stream as a command sees it. A reader that goes away (EPIPE) closes it quietly. */
export function outputFor(stream: StandardStream, env: NodeJS.ProcessEnv, allowColour: boolean): Output {
  let closed = false;
  stream.on('error', (thrown) => {
    if (systemCodeOf(thrown) !== 'EPIPE') throw thrown;
    closed = true;
  });
  const isTerminal = stream.isTTY ?? false;
  return {
    write(text) {
      if (!closed) stream.write(text);
    },
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
