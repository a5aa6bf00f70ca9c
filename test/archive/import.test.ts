import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesUnder, importFiles, newArchive, stateOf, treeHash } from './practice.ts';

const file = {
  bytes: Buffer.from('{"resourceType":"Bundle","value":5.0}'),
  name: 'My Export.json',
  mediaType: 'application/fhir+json',
  format: 'FHIR R4 JSON',
  asOf: '2024-03-05',
};

test('an imported file is kept as its original bytes, with what it was read as', async () => {
  const archive = await newArchive();
  await importFiles(archive, [file]);
  const { documents, sources } = await stateOf(archive);
  expect(sources).toMatchObject([
    { folder: 'files', description: { kind: 'files', person: { family: 'Doe' } } },
  ]);
  expect(documents).toMatchObject([
    { kind: 'import', source: 'files', name: 'My Export.json', format: 'FHIR R4 JSON', asOf: '2024-03-05' },
  ]);
  expect(documents[0]?.path).toMatch(/\/data\/documents\/2024-03-05-my-export-[0-9a-f]{16}\.json$/);
  expect(await documents[0]?.read()).toEqual(file.bytes);
});

test('a file imported again, under any name, changes nothing', async () => {
  const archive = await newArchive();
  await importFiles(archive, [file]);
  const before = await treeHash(archive.directory);
  const result = await importFiles(archive, [{ ...file, name: 'copy.json' }]);
  expect(result).toEqual({ counts: { new: 0, unchanged: 1 } });
  expect(await treeHash(archive.directory)).toBe(before);
});

test('a file imported for a second of its patients is stated again and stored once', async () => {
  const archive = await newArchive();
  await importFiles(archive, [{ ...file, patient: 'p1' }]);
  expect((await importFiles(archive, [{ ...file, patient: 'p2' }])).counts.new).toBe(1);
  const kept = (await filesUnder(archive.directory)).filter((path) => path.includes('/documents/'));
  expect(kept).toHaveLength(1);
  expect((await stateOf(archive)).documents).toHaveLength(2);
});

test('a file with no name and no known type still gets a plain name', async () => {
  const archive = await newArchive();
  const { bag } = await importFiles(archive, [
    { ...file, name: '健康', mediaType: 'application/x-odd', asOf: 'about 2024' },
  ]);
  const [name] = await readdir(join(archive.directory, bag ?? '', 'data/documents'));
  expect(name).toMatch(/^document-[0-9a-f]{16}\.bin$/);
});
