/**
 * Run as a child process: takes a source out of an archive and is killed at the n-th step on the file system.
 * `node forget.mjs DIST DIRECTORY PATH STEP`; STEP 0 kills never. Prints the number of steps.
 */
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';

const [dist, directory, path, at] = process.argv.slice(2);
let steps = 0;
let counting = false;
for (const name of ['mkdir', 'open', 'rename', 'rm', 'rmdir', 'readFile', 'readdir', 'lstat']) {
  const original = files[name];
  files[name] = async (...values) => {
    if (counting && (steps += 1) === Number(at)) process.kill(process.pid, 'SIGKILL');
    return original(...values);
  };
}
syncBuiltinESMExports();

const { forget, listPeople, lockArchive, openArchive, planForgetting } = await import(
  pathToFileURL(dist).href
);
counting = true;
const archive = await openArchive(directory);
const isRunning = (pid) => pid === process.pid;
const lock = await lockArchive(archive, { pid: process.pid, host: 'here', now: () => new Date(), isRunning });
const [person] = await listPeople(archive);
const source = person.sources.find((each) => each.path === path);
await forget(archive, lock, await planForgetting(archive, person, source));
await lock.release();
process.stdout.write(String(steps));
