import { spawn } from '@lydell/node-pty';
import { bin, type Home } from './bluebutton.ts';

/** Runs a command on a terminal and types an answer to each question, a line that ends in `: `. */
export function typed(
  home: Home,
  words: readonly string[],
  answers: readonly string[],
): Promise<{ said: string; status: number }> {
  const left = [...answers];
  const terminal = spawn(process.execPath, [bin, ...words], {
    env: home.environment({ TERM: 'dumb' }),
    cwd: home.folder,
    cols: 200,
  });
  let said = '';
  let heard = 0;
  terminal.onData((piece) => {
    said += piece;
    if (!/[^\n]: $/.test(said.slice(heard))) return;
    heard = said.length;
    terminal.write(`${left.shift() ?? ''}\r`);
  });
  return new Promise((resolve) => {
    terminal.onExit(({ exitCode }) => resolve({ said, status: exitCode }));
  });
}
