import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listPeople, verifyArchive, type Archive } from '../../src/archive/index.ts';
import {
  attachment,
  filesUnder,
  importFiles,
  newArchive,
  observation,
  pull,
  stateOf,
  treeHash,
} from './practice.ts';

test('a newest bag under another number is damage: nothing else would tell', async () => {
  const { archive, bags } = await history();
  const [, , last] = bags;
  const renamed = last.replace('/0003-', '/0009-');
  await rename(join(archive.directory, last), join(archive.directory, renamed));
  const { problems } = await verifyArchive(archive.directory);
  expect(problems).toMatchObject([{ path: renamed, problem: expect.stringContaining('Bag-Sequence, 3') }]);
  await expect(listPeople(archive)).rejects.toMatchObject({ code: 'archive-damaged' });
});

test('a person whose folder lies elsewhere and is linked to is there all the same', async () => {
  const { archive } = await history();
  const elsewhere = `${archive.directory}-jane`;
  await rename(join(archive.directory, 'jane-doe'), elsewhere);
  await symlink(elsewhere, join(archive.directory, 'jane-doe'));
  expect(await listPeople(archive)).toMatchObject([{ folder: 'jane-doe' }]);
  expect(await verifyArchive(archive.directory)).toMatchObject({ bags: 4, problems: [] });
});

/** Three bags of a portal and one of files. */
async function history(): Promise<{ archive: Archive; bags: [string, string, string] }> {
  const archive = await newArchive();
  const first = await pull(archive, [observation('a'), observation('b'), attachment('d', 'note')]);
  const second = await pull(archive, [
    observation('a', '"status":"amended"'),
    attachment('d', 'note'),
    attachment('e', 'note'),
  ]);
  const third = await pull(archive, [observation('b'), observation('c')]);
  const bytes = Buffer.from('imported');
  await importFiles(archive, [{ bytes, name: 'x.txt', mediaType: 'text/plain', format: 'text' }]);
  return { archive, bags: [first.bag ?? '', second.bag ?? '', third.bag ?? ''] };
}

async function documentOf(archive: Archive): Promise<string> {
  const [document] = (await stateOf(archive)).documents.filter(({ kind }) => kind === 'attachment');
  return document?.path ?? '';
}

/** False for an empty file, which has no byte to flip. */
async function flip(path: string): Promise<boolean> {
  const bytes = await readFile(path);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await writeFile(path, bytes);
  return bytes.length > 0;
}

/** Makes the manifests of a bag fit its files again, as somebody would who hides a change. */
async function reseal(bag: string): Promise<void> {
  const seal = async (name: string, files: string[]): Promise<void> => {
    let text = '';
    for (const file of files) {
      const hash = createHash('sha256').update(await readFile(join(bag, file)));
      text += `${hash.digest('hex')}  ${file}\n`;
    }
    await writeFile(join(bag, name), text);
  };
  const payload = (await filesUnder(bag)).filter((file) => file.startsWith('data/'));
  await seal('manifest-sha256.txt', payload);
  let bytes = 0;
  for (const file of payload) bytes += (await stat(join(bag, file))).size;
  const oxum = `Payload-Oxum: ${bytes}.${payload.length}`;
  const info = await readFile(join(bag, 'bag-info.txt'), 'utf8');
  await writeFile(join(bag, 'bag-info.txt'), info.replace(/^Payload-Oxum: .*$/m, oxum));
  await seal('tagmanifest-sha256.txt', ['bag-info.txt', 'bagit.txt', 'manifest-sha256.txt']);
}

describe('verify', () => {
  test('finds nothing wrong with a whole archive, counts it and changes nothing', async () => {
    const { archive } = await history();
    const before = await treeHash(archive.directory);
    const { problems, notes, bags, files, heads } = await verifyArchive(archive.directory);
    expect({ problems, notes }).toEqual({ problems: [], notes: [] });
    const inBags = (await filesUnder(archive.directory)).filter((file) => /Z\/(?!tagmanifest)/.test(file));
    expect({ bags, files }).toEqual({ bags: 4, files: inBags.length });
    expect(Object.keys(heads)).toEqual(['jane-doe/files', 'jane-doe/medicare']);
    expect(await treeHash(archive.directory)).toBe(before);
  });

  test('finds a flipped byte in every single file of every bag, and names the file', async () => {
    const { archive } = await history();
    const inBags = (await filesUnder(archive.directory)).filter((file) => /Z\//.test(file));
    let flipped = 0;
    const unfound: string[] = [];
    for (const file of inBags) {
      if (!(await flip(join(archive.directory, file)))) continue;
      flipped += 1;
      const { problems } = await verifyArchive(archive.directory);
      const isTagManifest = file.endsWith('/tagmanifest-sha256.txt');
      const named = isTagManifest ? file.split('/').slice(0, 3).join('/') : file;
      if (!problems.some(({ path }) => path.startsWith(named))) unfound.push(file);
      await flip(join(archive.directory, file));
    }
    expect(unfound).toEqual([]);
    expect(flipped).toBeGreaterThan(20);
    expect((await verifyArchive(archive.directory)).problems).toEqual([]);
  });

  test('finds every single missing file of every bag, and names it', async () => {
    const { archive } = await history();
    const unfound: string[] = [];
    for (const file of (await filesUnder(archive.directory)).filter((path) => /Z\//.test(path))) {
      const path = join(archive.directory, file);
      const bytes = await readFile(path);
      await rm(path);
      const { problems } = await verifyArchive(archive.directory);
      if (!problems.some((problem) => problem.path === file)) unfound.push(file);
      await writeFile(path, bytes);
    }
    expect(unfound).toEqual([]);
  });

  test('says what a damaged file held', async () => {
    const { archive, bags } = await history();
    const document = await documentOf(archive);
    await flip(join(archive.directory, document));
    await rm(join(archive.directory, bags[0], 'data/fhir/Observation.ndjson'));
    const { problems } = await verifyArchive(archive.directory);
    expect(problems).toEqual([
      expect.objectContaining({
        path: document,
        holds: 'an attachment (DocumentReference/d) of Jane Doe from medicare, pull 0001',
      }),
      expect.objectContaining({
        path: `${bags[0]}/data/fhir/Observation.ndjson`,
        holds: '2 Observation resources of Jane Doe from medicare, pull 0001',
      }),
    ]);
  });

  test.each(['data/fhir/Patient.ndjson', 'data/.DS_Store', 'notes.txt'])(
    'finds the extra file %s',
    async (file) => {
      const { archive, bags } = await history();
      await mkdir(join(archive.directory, bags[1], 'data/fhir'), { recursive: true });
      await writeFile(join(archive.directory, bags[1], file), '');
      const { problems } = await verifyArchive(archive.directory);
      expect(problems.map(({ path }) => path)).toContain(`${bags[1]}/${file}`);
    },
  );

  test.each([0, 1] as const)('finds bag %i missing, and no reader reads on', async (index) => {
    const { archive, bags } = await history();
    await rm(join(archive.directory, bags[index]), { recursive: true });
    const { problems } = await verifyArchive(archive.directory);
    const name = bags[index].split('/').at(-1) ?? '';
    expect(problems).toEqual([
      {
        path: bags[index + 1],
        problem: `The bag before it, ${name}, is missing.`,
        lacks: { path: bags[index], sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ]);
    await expect(listPeople(archive)).rejects.toMatchObject({
      code: 'archive-damaged',
      why: expect.stringContaining(name),
    });
  });

  test('cannot find the newest bag missing, but its name is no longer among the heads', async () => {
    const { archive, bags } = await history();
    const before = (await verifyArchive(archive.directory)).heads['jane-doe/medicare'];
    await rm(join(archive.directory, bags[2]), { recursive: true });
    const after = await verifyArchive(archive.directory);
    expect(after.problems).toEqual([]);
    expect(before?.map(({ folder }) => folder)).toEqual([bags[2].split('/').at(-1)]);
    expect(after.heads['jane-doe/medicare']).not.toEqual(before);
  });

  test('finds a change whose manifests were made to fit, by the bag after it', async () => {
    const { archive, bags } = await history();
    const bag = join(archive.directory, bags[0]);
    const file = join(bag, 'data/fhir/Observation.ndjson');
    await writeFile(file, (await readFile(file, 'utf8')).replace('final', 'fatal'));
    await reseal(bag);
    const { problems } = await verifyArchive(archive.directory);
    expect(problems.map(({ path }) => path)).toContain(bags[0]);
  });

  test.each([
    ['changes.ndjson', '"change":"new"', '"change":"changed"', 'data/ledger.json'],
    ['ledger.json', '"unchanged": 0', '"unchanged": 1', 'data/ledger.json'],
    ['ledger.json', '"vanished": []', '"vanished": ["Observation/z"]', 'data/ledger.json'],
    ['changes.ndjson', '"id":"c"', '"id":"z"', 'data/fhir/Observation.ndjson'],
    ['fhir/Observation.ndjson', '{', '[', 'data/fhir/Observation.ndjson'],
    ['ledger.json', '"fhirVersion": "4.0.1"', '"fhirVersion": "3.0.1"', 'data/fhir/Observation.ndjson'],
    ['fhir/Observation.ndjson', '}\n', '}\n{}\n', 'data/fhir/Observation.ndjson'],
    ['changes.ndjson', '"change":"new"', '"change":"reappeared"', 'data/ledger.json'],
    [
      'changes.ndjson',
      '\n',
      '\n{"change":"vanished","resourceType":"Observation","id":"never"}\n',
      'data/changes.ndjson',
    ],
    ['ledger.json', '"patientId": "p1"', '"patientId": "p2"', 'data/ledger.json'],
    ['documents.ndjson', '"bytes":4', '"bytes":5', 'data/documents.ndjson'],
    ['documents.ndjson', 'visit-note', 'visit-nose', 'data/documents.ndjson'],
  ])('finds in a newest bag with fitting manifests that %s says %s as %s', async (file, from, to, named) => {
    const archive = await newArchive();
    const { bag = '' } = await pull(archive, [observation('b'), observation('c'), attachment('d', 'note')]);
    const path = join(archive.directory, bag, 'data', file);
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(from, to));
    await reseal(join(archive.directory, bag));
    const { problems } = await verifyArchive(archive.directory);
    expect(problems.map((problem) => problem.path)).toContain(`${bag}/${named}`);
  });

  test.each(['../../../../outside', '/etc/hostname', 'data/../../x', 'data\\..\\x'])(
    'reads nothing outside of a bag whose manifest lists %s',
    async (path) => {
      const { archive, bags } = await history();
      const manifest = join(archive.directory, bags[2], 'manifest-sha256.txt');
      await writeFile(manifest, `${await readFile(manifest, 'utf8')}${'0'.repeat(64)}  ${path}\n`);
      const { problems } = await verifyArchive(archive.directory);
      expect(problems).toContainEqual({
        path: `${bags[2]}/manifest-sha256.txt`,
        problem: 'It lists a path outside of the bag.',
      });
    },
  );

  test('finds a payload file that no list of its bag names', async () => {
    const archive = await newArchive();
    const { bag = '' } = await pull(archive, [observation('b')]);
    await writeFile(join(archive.directory, bag, 'data/letter.txt'), 'Dear Jane');
    await reseal(join(archive.directory, bag));
    expect((await verifyArchive(archive.directory)).problems).toEqual([
      { path: `${bag}/data/letter.txt`, problem: 'Nothing in the bag says what it is.' },
    ]);
  });

  test.each([
    'data/ledger.json',
    'tagmanifest-sha256.txt',
    'manifest-sha256.txt',
    'bag-info.txt',
    'data/fhir',
    '',
  ])('goes on when the disk cannot read %j, and names it', async (place) => {
    const { archive, bags } = await history();
    const path = join(archive.directory, bags[1], place);
    await rm(path, { recursive: true });
    // A link to itself: the system refuses to read it, whoever asks.
    await symlink(path, path);
    const { problems, bags: counted } = await verifyArchive(archive.directory);
    expect(problems.map((problem) => problem.path)).toContain(`${bags[1]}/${place}`.replace(/\/$/, ''));
    expect(counted).toBe(4);
  });

  test('finds a symbolic link in place of a file', async () => {
    const { archive, bags } = await history();
    const file = join(archive.directory, bags[2], 'data/ledger.json');
    await rename(file, join(archive.directory, 'elsewhere.json'));
    await symlink(join(archive.directory, 'elsewhere.json'), file);
    const { problems } = await verifyArchive(archive.directory);
    expect(problems).toContainEqual({
      path: `${bags[2]}/data/ledger.json`,
      problem: 'It is neither a file nor a folder.',
    });
  });

  test('finds a missing source.json and a broken archive.json, and reads on', async () => {
    const { archive } = await history();
    await rm(join(archive.directory, 'jane-doe/medicare/source.json'));
    await writeFile(join(archive.directory, 'archive.json'), '{');
    const { problems, bags } = await verifyArchive(archive.directory);
    expect(problems.map(({ path }) => path)).toEqual(['archive.json', 'jane-doe/medicare/source.json']);
    expect(bags).toBe(4);
  });

  test('names foreign files outside of bags without calling them damage', async () => {
    const { archive } = await history();
    const foreign = ['letter.txt', 'jane-doe/.DS_Store', 'jane-doe/medicare/scan.pdf'];
    for (const file of foreign) await writeFile(join(archive.directory, file), '');
    await mkdir(join(archive.directory, 'holiday/photos'), { recursive: true });
    const { problems, notes } = await verifyArchive(archive.directory);
    expect(problems).toEqual([]);
    expect(notes.map(({ path }) => path).toSorted()).toEqual([...foreign, 'holiday/photos'].toSorted());
    expect(await listPeople(archive)).toHaveLength(1);
  });
});

test('a damaged line is not read as a fact', async () => {
  const { archive, bags } = await history();
  const file = join(archive.directory, bags[2], 'data/fhir/Observation.ndjson');
  await writeFile(file, (await readFile(file, 'utf8')).replace('final', 'fatal'));
  await expect(stateOf(archive)).rejects.toMatchObject({ code: 'archive-damaged' });
});

test('bags that two computers added to copies of one archive are both read, and the next bag joins them', async () => {
  const { archive } = await history();
  const copy = await newArchive();
  await cp(archive.directory, copy.directory, { recursive: true });
  await pull(archive, [observation('b'), observation('c'), observation('here')]);
  const there = await pull(copy, [observation('b'), observation('c'), observation('there')]);
  await cp(join(copy.directory, there.bag ?? ''), join(archive.directory, there.bag ?? ''), {
    recursive: true,
  });
  const forked = await verifyArchive(archive.directory);
  expect(forked.problems).toEqual([]);
  expect(forked.notes).toMatchObject([{ path: 'jane-doe/medicare' }]);
  expect((await stateOf(archive)).all.map(({ id }) => id)).toEqual(expect.arrayContaining(['here', 'there']));
  await pull(archive, [
    observation('b'),
    observation('c'),
    observation('here'),
    observation('there', '"x":1'),
  ]);
  const joined = await verifyArchive(archive.directory);
  expect(joined).toMatchObject({ problems: [], notes: [] });
  expect(await readdir(join(archive.directory, 'jane-doe/medicare'))).toHaveLength(7);
});
