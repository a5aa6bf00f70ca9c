import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Context } from '../commands/context.ts';

/** Asks the person at the terminal, on standard error: standard output is the answer. */
export function askOn(
  stdin: NodeJS.ReadStream,
  stderr: NodeJS.WriteStream,
  signal: AbortSignal,
): Context['ask'] {
  return async (question, { hidden = false, signal: over } = {}) => {
    if (!stdin.isTTY || !stderr.isTTY) return undefined;
    const muted = new Writable({ write: (_chunk, _encoding, done) => done() });
    // From here on the terminal echoes what is typed only through the interface's output: before the question is seen.
    const lines = createInterface({ input: stdin, output: hidden ? muted : stderr, terminal: true });
    if (hidden) stderr.write(question);
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    // Ctrl-D is no answer.
    const closed = new AbortController();
    lines.once('close', () => closed.abort());
    try {
      return await lines.question(hidden ? '' : question, {
        signal: AbortSignal.any([signal, closed.signal, ...(over === undefined ? [] : [over])]),
      });
    } catch (thrown) {
      if (signal.aborted || !(closed.signal.aborted || over?.aborted === true)) throw thrown;
      return undefined;
    } finally {
      lines.close();
      if (hidden) stderr.write('\n');
    }
  };
}
