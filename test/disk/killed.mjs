/**
 * Run as a child process: replaces a file and is killed at the n-th step on the file system.
 * `node killed.mjs DIST FILE TEXT STEP`. A kill while writing comes when half of the text is written. Without a kill it
 * ends with status 0.
 */
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import { stepAtWrites } from './step-at-writes.mjs';

const [dist, path, text, at] = process.argv.slice(2);
let steps = 0;
let counting = false;

function step(half) {
  if (!counting) return;
  steps += 1;
  if (steps !== Number(at)) return;
  half?.();
  process.kill(process.pid, 'SIGKILL');
}

for (const name of ['mkdir', 'open', 'rename']) {
  const original = files[name];
  files[name] = async (...values) => {
    step();
    const result = await original(...values);
    step();
    return result;
  };
}
await stepAtWrites(step);
syncBuiltinESMExports();

const { replaceFile } = await import(pathToFileURL(dist).href);
counting = true;
await replaceFile(path, text);
