/**
 * Run as a child process: restores an archive from a tar file and, at the n-th step on the file system, is killed or told
 * of a fault. `node restore.mjs DIST FILE DIRECTORY STEP FAULT`; STEP 0 is never, FAULT `kill` or an error code. Prints how
 * it went as JSON.
 */
import { createReadStream } from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import { stepAtWrites } from '../disk/step-at-writes.mjs';

const [dist, file, directory, at, fault] = process.argv.slice(2);
let steps = 0;
let counting = false;
const step = (half) => {
  if (!counting || (steps += 1) !== Number(at)) return;
  if (fault !== 'kill') throw Object.assign(new Error(fault), { code: fault });
  half?.();
  process.kill(process.pid, 'SIGKILL');
};
/** Steps that a full or failing disk can refuse; a kill can also come at the others. */
const writing = ['mkdir', 'open', 'rename'];
const others = ['rm', 'rmdir', 'readFile', 'readdir', 'realpath', 'stat'];
for (const name of fault === 'kill' ? [...writing, ...others] : writing) {
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
try {
  await restoreArchive(createReadStream(file), directory, holder, () => undefined);
  process.stdout.write(JSON.stringify({ steps }));
} catch ({ code, why }) {
  process.stdout.write(JSON.stringify({ steps, code, why }));
}
