import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parseManifest, parseTags, writeManifest, writeTags } from '../../src/archive/bagit.ts';
import {
  attachment,
  filesUnder,
  importFiles,
  jane,
  ledgerOf,
  newArchive,
  observation,
  observations,
  pull,
  row,
  stateOf,
} from './practice.ts';

const run = promisify(execFile);

/**
 * A reader of one source, written from `src/archive/README.md` alone: of each resource `Type/id`, vanished or not, and the
 * text; of each document what it belongs to and the SHA-256 of the bytes that are there.
 */
function readSource(source: string): { resources: string[]; documents: string[] } {
  const read = (...path: string[]): string[] =>
    readFileSync(join(source, ...path), 'utf8').match(/[^\n]+/g) ?? [];
  const filesIn = (...path: string[]): string[] => readdirSync(join(source, ...path));
  const bags = filesIn('')
    .filter((name) => name !== 'source.json')
    .toSorted((one, other) => parseInt(one, 10) - parseInt(other, 10) || (one < other ? -1 : 1));
  const texts = new Map<string, string>();
  const current = new Map<string, { sha256: string; standing: string }>();
  const documents = new Map<string, string[]>();
  for (const name of bags) {
    const data = filesIn(name, 'data');
    for (const line of data.includes('changes.ndjson') ? read(name, 'data/changes.ndjson') : []) {
      const { change, resourceType, id, sha256 } = JSON.parse(line);
      const key = `${resourceType}/${id}`;
      current.set(key, { sha256: sha256 ?? current.get(key)?.sha256, standing: sha256 ? 'given' : change });
    }
    const [folder = ''] = filesIn(name, 'data').filter((each) => /^fhir(-|$)/.test(each));
    const types = folder === '' ? [] : filesIn(name, 'data', folder);
    for (const line of types.flatMap((type) => read(name, 'data', folder, type)))
      texts.set(createHash('sha256').update(line).digest('hex'), line);
    for (const line of read(name, 'data/documents.ndjson')) {
      const { resource, sha256, patient, document, path } = JSON.parse(line);
      const owner = resource ? `${resource.resourceType}/${resource.id}` : 'import';
      const key = [owner, resource?.pointer ?? `${sha256} ${patient} ${document !== undefined}`];
      const bytes = readFileSync(join(source, name, path));
      documents.set(key.join(' '), [owner, createHash('sha256').update(bytes).digest('hex')]);
    }
  }
  const isHere = (key: string): boolean => current.get(key)?.standing !== 'renumbered';
  const here = [...current].filter(([key]) => isHere(key));
  return {
    resources: here
      .map(([key, { sha256, standing }]) => `${key} ${standing === 'vanished'} ${texts.get(sha256)}`)
      .toSorted(),
    documents: [...documents.values()]
      .filter(([owner = '']) => isHere(owner))
      .map((each) => each.join(' '))
      .toSorted(),
  };
}

test('a second reader, written from the format document, reads the same state', async () => {
  const archive = await newArchive();
  const [a, b, c] = [observation('a', '"value":5.0'), observation('b'), observation('c', '"value":1')];
  await pull(archive, [a, b, c, attachment('d', 'note')]);
  await pull(archive, [observation('a', '"value":5'), b]);
  await pull(archive, [a, c]);
  await pull(archive, [a, b]);
  await pull(archive, [a, observation('b2')]);
  const portal = { ...jane.portal, fhirVersion: '3.0.2' };
  const inStu3 = { ...ledgerOf(row(observations)), fhirVersion: '3.0.2' };
  await pull(archive, [a, observation('b2', '"comment":"x"')], inStu3, { ...jane, portal });
  await pull(archive, [a, observation('b2'), attachment('e', 'note'), attachment('f', 'other note')]);
  await pull(archive, [a, observation('b2'), attachment('e', 'later note'), attachment('g', 'other note')]);
  const pdf = { bytes: Buffer.from([0]), name: 'x.pdf', mediaType: 'application/pdf', format: 'PDF' };
  await importFiles(archive, [pdf, { ...pdf, patient: 'p2' }]);
  const { all, documents } = await stateOf(archive);
  const ours = all.map(({ resourceType, id, vanished, text }) => `${resourceType}/${id} ${vanished} ${text}`);
  const theirs = ['medicare', 'files'].map((source) =>
    readSource(join(archive.directory, 'jane-doe', source)),
  );
  expect(theirs.flatMap(({ resources }) => resources)).toEqual(ours.toSorted());
  expect(ours).toHaveLength(3);
  const ourDocuments = documents.map((document) => {
    const owner =
      document.kind === 'import' ? 'import' : `${document.resource.resourceType}/${document.resource.id}`;
    return `${owner} ${document.sha256}`;
  });
  expect(theirs.flatMap(({ documents: found }) => found).toSorted()).toEqual(ourDocuments.toSorted());
  expect(new Set(ourDocuments).size).toBeGreaterThan(3);
});

test('sha256sum of coreutils confirms every manifest', async () => {
  const archive = await newArchive();
  await pull(archive, [observation('a'), attachment('d', 'note')]);
  await pull(archive, [observation('a', '"status":"amended"'), attachment('d', 'other note')]);
  await importFiles(archive, [
    { bytes: Buffer.from([0]), name: 'x.pdf', mediaType: 'application/pdf', format: 'PDF' },
  ]);
  const manifests = (await filesUnder(archive.directory)).filter((file) =>
    file.endsWith('manifest-sha256.txt'),
  );
  expect(manifests).toHaveLength(6);
  for (const manifest of manifests) {
    const [folder, name] = [join(archive.directory, manifest, '..'), manifest.split('/').at(-1) ?? ''];
    const { stdout } = await run('sha256sum', ['--check', '--strict', name], { cwd: folder });
    expect(stdout).toMatch(/: OK\n$/);
  }
});

test('manifests and tags are read as RFC 8493 lets others write them', () => {
  const sha256 = 'AB'.repeat(32);
  expect(parseManifest(`${sha256}\tdata/a%0Ab%25\r\n${sha256} *data/c d\n\nodd\n`)).toEqual({
    checksums: [
      { sha256: sha256.toLowerCase(), path: 'data/a\nb%' },
      { sha256: sha256.toLowerCase(), path: 'data/c d' },
    ],
    badLines: [4],
  });
  expect(parseTags('Contact-Name: Jane\n\tDoe\r\nX: a: b\n')).toEqual([
    ['Contact-Name', 'Jane Doe'],
    ['X', 'a: b'],
  ]);
});

test('what a manifest or tag says survives writing and reading', () => {
  const checksums = [{ sha256: 'ab'.repeat(32), path: 'data/100%0A\r\n é' }];
  expect(parseManifest(writeManifest(checksums)).checksums).toEqual(checksums);
  expect(parseTags(writeTags([['Source-Organization', 'St.\nMary: north']]))).toEqual([
    ['Source-Organization', 'St. Mary: north'],
  ]);
});
