import { createReadStream } from 'node:fs';
import { refusedBySystem } from './private-file.ts';

/**
 * The lines of a file of ours that may be large, without their ends. Only a line feed ends a line: JSON text may hold the
 * other characters that `node:readline` takes for one.
 *
 * @throws BlueButtonError `failed` when the system refuses to read it.
 */
export async function* linesOf(file: string): AsyncGenerator<string, void, void> {
  let rest = '';
  const pieces: AsyncIterable<string> = createReadStream(file, { encoding: 'utf8' });
  try {
    for await (const piece of pieces) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (thrown) {
    throw refusedBySystem(file, 'read', thrown);
  }
  if (rest !== '') yield rest;
}
