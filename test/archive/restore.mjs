/**
 * Run as a child process: restores an archive from a tar file and is killed at the n-th step on the file system.
 * `node restore.mjs DIST FILE DIRECTORY STEP`; STEP 0 kills never. Prints the number of steps.
 */
import { createReadStream } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import { stepAtWrites } from '../disk/step-at-writes.mjs';

const [dist, file, directory, at] = process.argv.slice(2);
let steps = 0;
let counting = false;
const step = (half) => {
  if (!counting || (steps += 1) !== Number(at)) return;
  half?.();
  process.kill(process.pid, 'SIGKILL');
};
for (const name of ['mkdir', 'open', 'rename', 'rm', 'rmdir', 'readFile', 'readdir', 'realpath', 'stat']) {
  const original = files[name];
  files[name] = async (...values) => {
    step();
    return original(...values);
  };
}
await stepAtWrites(step);
syncBuiltinESMExports();

const { restoreArchive } = await import(pathToFileURL(dist).href);
counting = true;
const isRunning = (pid) => pid === process.pid;
const holder = { pid: process.pid, host: 'here', now: () => new Date(), isRunning };
await restoreArchive(createReadStream(file), directory, holder, () => undefined);
process.stdout.write(String(steps));
