import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import {
  beginImport,
  beginPull,
  createArchive,
  listPeople,
  lockArchive,
  memoryBytes,
  readState,
  type Archive,
  type ArchivedResource,
  type ArchiveState,
  type ImportedFile,
  type ImportResult,
  type ImportSubject,
  type LockHolder,
  type PullResult,
  type PullSubject,
} from '../../src/archive/index.ts';
import type { Ledger, LedgerRow } from '../../src/model/ledger.ts';
import type { Pulled, PulledDocument, PulledResource } from '../../src/model/pulled.ts';

export const software = 'bluebutton-cli/test';

/** A folder of its own for a test, removed after it. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bluebutton-archive-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function newArchive(): Promise<Archive> {
  return createArchive(join(await temporaryFolder(), 'health-records'));
}

export const holder: LockHolder = {
  pid: 4242,
  host: 'here',
  now: () => new Date('2026-11-22T17:40:00Z'),
  isRunning: () => true,
};

let hours = 0;
/** A clock that moves an hour at every look, so that no two bags share an instant. */
export function now(): Date {
  hours += 1;
  return new Date(Date.UTC(2026, 0, 1, hours));
}

export const jane: PullSubject = {
  person: 'jane-doe',
  identity: { name: 'Jane Doe', family: 'Doe', birthDate: '1975-05-01' },
  portal: { name: 'medicare', baseUrl: 'https://fhir.example/r4', fhirVersion: '4.0.1', patientId: 'p1' },
  software,
  now,
};

export function row(query: string, more: Partial<LedgerRow> = {}): LedgerRow {
  return {
    query,
    resourceType: query.split(/[?/ ]/, 1)[0] ?? '',
    outcome: 'complete',
    pages: 1,
    returned: 0,
    repeated: 0,
    new: 0,
    changed: 0,
    unchanged: 0,
    missing: [],
    notices: [],
    ...more,
  };
}

export function ledgerOf(...rows: LedgerRow[]): Ledger {
  return {
    schema: 'bluebutton/ledger/1',
    baseUrl: jane.portal.baseUrl,
    fhirVersion: '4.0.1',
    patientId: 'p1',
    scopesRequested: ['patient/*.rs'],
    scopesGranted: ['patient/*.rs'],
    started: '2026-01-01T00:00:00Z',
    finished: '2026-01-01T00:01:00Z',
    rows,
    vanished: [],
  };
}

export const observations = 'Observation?patient=p1';
export const attachments = row('attachments', { resourceType: 'DocumentReference' });

/** An Observation as a portal sends it; `rest` is the text of further members. */
export function observation(id: string, rest = '"status":"final"'): PulledResource {
  const text = `{"resourceType":"Observation","id":"${id}",${rest}}`;
  return { kind: 'resource', query: observations, resourceType: 'Observation', id, text };
}

export function attachment(id: string, text: string, more: Partial<PulledDocument> = {}): PulledDocument {
  return {
    kind: 'document',
    query: 'attachments',
    resource: { resourceType: 'DocumentReference', id, pointer: '/content/0/attachment' },
    url: `Binary/${id}`,
    contentType: 'text/plain',
    title: 'Visit note',
    date: '2024-03-05T10:00:00+02:00',
    bytes: Buffer.from(text),
    ...more,
  };
}

export async function pull(
  archive: Archive,
  items: readonly Pulled[],
  ledger: Ledger = ledgerOf(row(observations), attachments),
  subject: PullSubject = jane,
): Promise<PullResult> {
  const lock = await lockArchive(archive, holder);
  try {
    const draft = await beginPull(archive, lock, subject);
    for (const item of items) await draft.add(item);
    return await draft.finish(ledger);
  } finally {
    await lock.release();
  }
}

type FileInMemory = Omit<ImportedFile, 'content' | 'sha256'> & { bytes: Uint8Array };

export async function importFiles(
  archive: Archive,
  files: readonly FileInMemory[],
  subject: ImportSubject = { person: 'jane-doe', identity: jane.identity, software, now },
): Promise<ImportResult> {
  const lock = await lockArchive(archive, holder);
  try {
    const draft = await beginImport(archive, lock, subject);
    for (const { bytes, ...file } of files)
      await draft.add({
        ...file,
        content: memoryBytes(bytes),
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
    return await draft.finish();
  } finally {
    await lock.release();
  }
}

export async function stateOf(
  archive: Archive,
  folder = 'jane-doe',
): Promise<ArchiveState & { all: ArchivedResource[] }> {
  const person = (await listPeople(archive)).find((one) => one.folder === folder);
  if (person === undefined) throw new Error(`nobody is filed under ${folder}`);
  const state = await readState(archive, person);
  const all: ArchivedResource[] = [];
  for await (const resource of state.resources()) all.push(resource);
  return { ...state, all };
}

/** Every file under a folder, relative to it. */
export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

/** One hash over every name and byte under a folder. */
export async function treeHash(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const names = await readdir(folder, { recursive: true });
  hash.update(JSON.stringify(names.toSorted()));
  for (const file of await filesUnder(folder)) hash.update(await readFile(join(folder, file)));
  return hash.digest('hex');
}
