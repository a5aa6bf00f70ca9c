/**
 * Loaded before the command (`node --import killed.mjs?at=MOMENT`): ends the process at that moment of a renewal, as a
 * power cut would. `asked`: the token request is made, not yet sent. `sent`: it is sent. `answered`: its answer has come.
 * `writing`: half of the new tokens is in a file beside. `written`: all of them are. `renamed`: they are in their place.
 */
import { subscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const moment = new URL(import.meta.url).searchParams.get('at');

function reach(reached) {
  if (reached === moment) process.kill(process.pid, 'SIGKILL');
}

for (const [channel, reached] of [
  ['undici:request:create', 'asked'],
  ['undici:request:bodySent', 'sent'],
  ['undici:request:trailers', 'answered'],
]) {
  subscribe(channel, ({ request }) => {
    if (request.method === 'POST' && request.path.endsWith('/token')) reach(reached);
  });
}

const isTokens = (path) => /tokens[/\\]\.[^/\\]+\.tmp$/.test(String(path));
const { open, rename } = files;
files.open = async (path, ...rest) => {
  const handle = await open(path, ...rest);
  if (!isTokens(path)) return handle;
  const writeFile = handle.writeFile.bind(handle);
  handle.writeFile = async (data, ...more) => {
    if (moment === 'writing') fs.writeSync(handle.fd, Buffer.from(data).subarray(0, data.length / 2));
    reach('writing');
    return writeFile(data, ...more);
  };
  return handle;
};
files.rename = async (from, to) => {
  if (isTokens(from)) reach('written');
  await rename(from, to);
  if (isTokens(from)) reach('renamed');
};
syncBuiltinESMExports();
