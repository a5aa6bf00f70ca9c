/**
 * Run as a child process: pulls into an archive and, at the n-th step on the file system, is killed or told of a fault.
 * `node faults.mjs DIST DIRECTORY FAULT STEP`; FAULT is `none`, `kill` or an error code. Prints how it went as JSON.
 */
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import { stepAtWrites } from '../disk/step-at-writes.mjs';

const [dist, directory, fault, at] = process.argv.slice(2);
let steps = 0;
let counting = false;

function step(half) {
  if (!counting) return;
  steps += 1;
  if (steps !== Number(at)) return;
  if (fault === 'kill') {
    half?.();
    process.kill(process.pid, 'SIGKILL');
  }
  if (fault !== 'none') throw Object.assign(new Error(fault), { code: fault });
}

/** Steps that a full or failing disk can refuse; a kill can also come at the others. */
const writing = ['mkdir', 'open', 'rename', 'chmod'];
const others = ['readdir', 'readFile', 'rm', 'rmdir', 'stat'];
for (const name of fault === 'kill' || fault === 'none' ? [...writing, ...others] : writing) {
  const original = files[name];
  files[name] = async (...values) => {
    step();
    return original(...values);
  };
}
await stepAtWrites(step);
syncBuiltinESMExports();

const { createArchive, lockArchive, beginPull } = await import(pathToFileURL(dist).href);
const now = () => new Date('2026-11-22T17:40:00Z');
const isRunning = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const counts = { pages: 1, returned: 0, repeated: 0, new: 0, changed: 0, unchanged: 0 };
const row = (query, resourceType) => ({
  query,
  resourceType,
  outcome: 'complete',
  ...counts,
  missing: [],
  notices: [],
});
const portal = {
  name: 'medicare',
  baseUrl: 'https://fhir.example/r4',
  fhirVersion: '4.0.1',
  patientId: 'p1',
};

counting = true;
try {
  const archive = await createArchive(directory);
  const lock = await lockArchive(archive, { pid: process.pid, host: 'here', now, isRunning });
  try {
    const identity = { name: 'Jane Doe', family: 'Doe', birthDate: '1975-05-01' };
    const draft = await beginPull(archive, lock, {
      person: 'jane-doe',
      identity,
      portal,
      software: 'test',
      now,
    });
    for (const id of ['a', 'b', 'c']) {
      const text = JSON.stringify({ resourceType: 'Observation', id, text: 'x'.repeat(40_000) });
      await draft.add({
        kind: 'resource',
        query: 'Observation?patient=p1',
        resourceType: 'Observation',
        id,
        text,
      });
    }
    await draft.add({
      kind: 'document',
      query: 'attachments',
      resource: { resourceType: 'DocumentReference', id: 'd', pointer: '/content/0/attachment' },
      url: 'Binary/1',
      contentType: 'text/plain',
      bytes: Buffer.from('note'),
    });
    await draft.finish({
      schema: 'bluebutton/ledger/1',
      baseUrl: portal.baseUrl,
      fhirVersion: '4.0.1',
      patientId: 'p1',
      scopesRequested: [],
      scopesGranted: [],
      started: '',
      finished: '',
      rows: [row('Observation?patient=p1', 'Observation'), row('attachments', 'DocumentReference')],
      vanished: [],
    });
  } finally {
    await lock.release();
  }
  process.stdout.write(JSON.stringify({ steps }));
} catch (thrown) {
  process.stdout.write(JSON.stringify({ steps, code: thrown.code, why: thrown.why }));
}
