/**
 * Run as a child process: reads, verifies and tries to lock an archive that it may only read.
 * `node read-only.mjs DIST DIRECTORY`. Root may write anywhere, so it gives its rights up first.
 */
import { pathToFileURL } from 'node:url';

const [dist, directory] = process.argv.slice(2);
const archives = await import(pathToFileURL(dist).href);
if (process.getuid?.() === 0) {
  process.setgroups([]);
  process.setgid(65534);
  process.setuid(65534);
}
const archive = await archives.openArchive(directory);
const people = await archives.listPeople(archive);
const state = await archives.readState(archive, people[0]);
let resources = 0;
for await (const _resource of state.resources()) resources += 1;
const { problems } = await archives.verifyArchive(directory);
const holder = { pid: process.pid, host: 'here', now: () => new Date(), isRunning: () => true };
const refused = await archives.lockArchive(await archives.createArchive(directory), holder).then(
  () => 'nothing',
  ({ code, message, why }) => ({ code, message, why }),
);
const answer = { people: people.map(({ folder }) => folder), resources, problems: problems.length, refused };
process.stdout.write(JSON.stringify(answer));
