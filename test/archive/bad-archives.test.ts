import { spawnSync } from 'node:child_process';
import { appendFile, chmod, cp, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  createArchive,
  listPeople,
  openArchive,
  verifyArchive,
  type Archive,
} from '../../src/archive/index.ts';
import {
  attachment,
  filesUnder,
  jane,
  ledgerOf,
  newArchive,
  observation,
  observations,
  attachments,
  pull,
  row,
  stateOf,
  treeHash,
} from './practice.ts';

interface Bags {
  archive: Archive;
  /** Absolute paths of the bags, oldest first. */
  bags: [string, string];
}

interface Case {
  harm: (bags: Bags) => Promise<unknown>;
  /** Parts of what `verify` finds, as `path: problem`; `NEWEST` and `OLDEST` stand for the bags. None: no damage. */
  damage?: readonly string[];
  notes?: readonly string[];
  /** What a reader and a writer are told; absent where both work on. */
  refused?: { code: string; says: RegExp };
}

const nfd = 'Überblick'.normalize('NFD');

const cases: Readonly<Record<string, Case>> = {
  'foreign files and folders': {
    harm: async ({ archive: { directory } }) => {
      for (const file of ['letter.txt', 'jane-doe/.DS_Store', `jane-doe/medicare/${nfd}.pdf`])
        await writeFile(join(directory, file), 'mine');
      await mkdir(join(directory, 'holiday/photos'), { recursive: true });
    },
    notes: ['holiday/photos', 'jane-doe/.DS_Store', `jane-doe/medicare/${nfd}.pdf`, 'letter.txt'],
  },
  'a bag of which rsync brought half': {
    harm: async ({ bags: [, newest] }) => {
      for (const file of ['bag-info.txt', 'bagit.txt', 'manifest-sha256.txt', 'tagmanifest-sha256.txt'])
        await rm(join(newest, file));
    },
    damage: ['NEWEST/bag-info.txt: The file is missing.', 'NEWEST/manifest-sha256.txt: The file is missing.'],
    refused: { code: 'archive-damaged', says: /0002-\S+bag-info\.txt[\s\S]*The file is missing/ },
  },
  'a bag of which nothing but its folder came': {
    harm: async ({ bags: [, newest] }) => {
      await rm(newest, { recursive: true });
      await mkdir(newest);
    },
    damage: ['NEWEST/bag-info.txt: The file is missing.'],
    refused: { code: 'archive-damaged', says: /The file is missing/ },
  },
  'a source of which no bag came': {
    harm: async ({ bags }) => {
      for (const bag of bags) await rm(bag, { recursive: true });
    },
    damage: ['jane-doe/medicare: All its bags are missing.'],
    refused: { code: 'archive-damaged', says: /All its bags are missing/ },
  },
  'a manifest with an absolute path': {
    harm: ({ bags: [, newest] }) =>
      appendFile(join(newest, 'manifest-sha256.txt'), `${'0'.repeat(64)}  /etc/hostname\n`),
    damage: ['NEWEST/manifest-sha256.txt: It lists a path outside of the bag.'],
  },
  'a manifest with a path that leads out': {
    harm: ({ bags: [, newest] }) =>
      appendFile(join(newest, 'manifest-sha256.txt'), `${'0'.repeat(64)}  data/../../../x\n`),
    damage: ['NEWEST/manifest-sha256.txt: It lists a path outside of the bag.'],
  },
  'a manifest with two names that are one where case does not count': {
    harm: ({ bags: [oldest] }) =>
      appendFile(join(oldest, 'manifest-sha256.txt'), `${'0'.repeat(64)}  data/fhir/OBSERVATION.ndjson\n`),
    damage: ['OLDEST/manifest-sha256.txt: It lists a path twice, but for capitals or accents.'],
  },
  'a file whose name a copy wrote in small letters': {
    harm: ({ bags: [oldest] }) =>
      rename(join(oldest, 'data/fhir/Observation.ndjson'), join(oldest, 'data/fhir/observation.ndjson')),
    damage: [
      'OLDEST/data/fhir/Observation.ndjson: The file is missing.',
      'OLDEST/data/fhir/observation.ndjson: It is not listed in manifest-sha256.txt',
    ],
    refused: { code: 'archive-damaged', says: /Observation\.ndjson[\s\S]*The file is missing/ },
  },
  'a second folder of the person in capitals': {
    harm: ({ archive: { directory } }) =>
      cp(join(directory, 'jane-doe'), join(directory, 'Jane-Doe'), { recursive: true }),
    damage: [
      'Jane-Doe/medicare/0001-: The bag was made for jane-doe/medicare and lies in Jane-Doe/medicare.',
    ],
    refused: { code: 'archive-damaged', says: /lies in Jane-Doe\/medicare/ },
  },
  'a file in place of a bag': {
    harm: async ({ bags: [, newest] }) => {
      await rm(newest, { recursive: true });
      await writeFile(newest, '');
    },
    damage: ['NEWEST: It cannot be read. It is a file, not a folder. (ENOTDIR)'],
    refused: { code: 'archive-damaged', says: /It is a file, not a folder/ },
  },
  'a folder in place of a list': {
    harm: async ({ bags: [, newest] }) => {
      await rm(join(newest, 'data/changes.ndjson'));
      await mkdir(join(newest, 'data/changes.ndjson'));
    },
    damage: ['NEWEST/data/changes.ndjson: The file is missing.'],
    refused: { code: 'archive-damaged', says: /A folder stands in its place/ },
  },
  'a link in place of a bag that leads nowhere': {
    harm: async ({ bags: [, newest] }) => {
      await rm(newest, { recursive: true });
      await symlink('/nowhere/at/all', newest);
    },
    damage: ['NEWEST: It cannot be read. Nothing is there, or a link that leads nowhere. (ENOENT)'],
    refused: { code: 'archive-damaged', says: /The file is missing/ },
  },
  'a link in place of a bag that leads to itself': {
    harm: async ({ bags: [, newest] }) => {
      await rm(newest, { recursive: true });
      await symlink(newest, newest);
    },
    damage: ['NEWEST: It cannot be read. It is a link that leads back to itself. (ELOOP)'],
    refused: { code: 'archive-damaged', says: /leads back to itself/ },
  },
  'a link in place of a person, to the folder elsewhere': {
    harm: async ({ archive: { directory } }) => {
      await rename(join(directory, 'jane-doe'), `${directory}-jane`);
      await symlink(`${directory}-jane`, join(directory, 'jane-doe'));
    },
  },
  'a link in place of a person that leads nowhere': {
    harm: async ({ archive: { directory } }) => {
      await rename(join(directory, 'jane-doe'), `${directory}-jane`);
      await symlink('/nowhere/at/all', join(directory, 'jane-doe'));
    },
    damage: ['jane-doe: It is a link that leads nowhere: the disk it leads to may not be connected.'],
    refused: { code: 'archive-damaged', says: /jane-doe\.[\s\S]*link that leads nowhere/ },
  },
  'a link in place of the archive': {
    harm: async ({ archive: { directory } }) => {
      await rename(directory, `${directory}-real`);
      await symlink(`${directory}-real`, directory);
    },
  },
  'a link in place of the archive that leads nowhere': {
    harm: async ({ archive: { directory } }) => {
      await rename(directory, `${directory}-real`);
      await symlink('/media/unplugged/health-records', directory);
    },
    refused: { code: 'no-archive', says: /link that leads nowhere[\s\S]*\/media\/unplugged\/health-records/ },
  },
};

/** Two bags with an attachment. */
async function history(): Promise<Bags> {
  const archive = await newArchive();
  const first = await pull(archive, [observation('a'), observation('b'), attachment('d', 'note')]);
  const second = await pull(archive, [
    observation('a'),
    observation('b'),
    observation('c'),
    attachment('d', 'note'),
  ]);
  const place = (bag = ''): string => join(archive.directory, bag);
  return { archive, bags: [place(first.bag), place(second.bag)] };
}

/** What something refuses with, and its words; undefined where it works. */
async function refusalOf(
  step: () => Promise<unknown>,
): Promise<{ code: unknown; words: string } | undefined> {
  try {
    await step();
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof Error && 'why' in thrown && 'code' in thrown)) throw thrown;
    return { code: thrown.code, words: `${thrown.message}\n${String(thrown.why)}` };
  }
}

function read({ directory }: Archive): Promise<unknown> {
  return openArchive(directory).then((archive) => stateOf(archive));
}

/** A pull as a command does it: the archive is made where there is none. */
async function write({ directory }: Archive): Promise<unknown> {
  return pull(await createArchive(directory), [observation('a', '"status":"amended"')]);
}

describe.each(Object.entries(cases))(
  'an archive with %s',
  (_, { harm, damage = [], notes = [], refused }) => {
    test('is judged by verify, which changes nothing', async () => {
      const bags = await history();
      const { directory } = bags.archive;
      await harm(bags);
      const before = await treeHash(directory).catch(() => undefined);
      // Where there is no archive, that is all there is to say.
      const found = await verifyArchive(directory).catch((thrown: unknown) => {
        if (refused?.code === 'no-archive') return { problems: [], notes: [] };
        throw thrown;
      });
      const said = found.problems.map(({ path, problem }) => `${path}: ${problem}`);
      const [oldest = '', newest = ''] = bags.bags.map((bag) => bag.slice(directory.length + 1));
      const expected = damage.map((text) => text.replace('NEWEST', newest).replace('OLDEST', oldest));
      expect({ said, missing: expected.filter((text) => !said.some((each) => similar(each, text))) }).toEqual(
        {
          said: expected.length === 0 ? [] : said,
          missing: [],
        },
      );
      expect(found.notes.map(({ path }) => path).toSorted()).toEqual(notes.toSorted());
      expect(await treeHash(directory).catch(() => undefined)).toBe(before);
    });

    test('is refused, with nothing lost, or read and written on', async () => {
      const bags = await history();
      const { archive } = bags;
      await harm(bags);
      const before = await filesUnder(dirname(archive.directory));
      const readSaid = await refusalOf(() => read(archive));
      const written = await refusalOf(() => write(archive));
      for (const said of [readSaid, written]) {
        expect(said?.code).toBe(refused?.code);
        expect(said?.words ?? '').toMatch(refused?.says ?? /^$/);
      }
      const after = await filesUnder(dirname(archive.directory));
      expect(before.filter((file) => !after.includes(file))).toEqual([]);
      expect(after.length > before.length).toBe(refused === undefined);
    });
  },
);

/** A path may name a bag by the beginning of its name. */
function similar(said: string, expected: string): boolean {
  const [path = '', problem = ''] = expected.split(/: (.*)/s);
  return said.startsWith(path) && said.includes(`: ${problem}`);
}

test('a clock that jumps back changes no order: bags follow their numbers, and what was said last counts', async () => {
  const archive = await newArchive();
  const { bag: first = '' } = await pull(archive, [observation('a', '"value":1')]);
  const past = { ...jane, now: () => new Date('1999-12-31T23:59:59Z') };
  const { bag: second = '' } = await pull(
    archive,
    [observation('a', '"value":2')],
    ledgerOf(row(observations), attachments),
    past,
  );
  expect([first, second].map((path) => path.split('/')[2])).toEqual([
    expect.stringMatching(/^0001-2026-/),
    '0002-1999-12-31T235959Z',
  ]);
  expect((await verifyArchive(archive.directory)).problems).toEqual([]);
  expect((await stateOf(archive)).all.map(({ text }) => text)).toEqual([
    expect.stringContaining('"value":2'),
  ]);
  const { bag: third = '' } = await pull(archive, [observation('a', '"value":3')]);
  expect(third).toMatch(/\/0003-2026-/);
});

test('names that differ only in how letters are composed are one name, of ASCII letters, on the disk', async () => {
  const archive = await newArchive();
  const [nfc, composed] = ['Überblick'.normalize('NFC'), nfd].map((title) =>
    attachment(title, title, { title }),
  );
  if (nfc === undefined || composed === undefined) throw new Error('two attachments');
  await pull(archive, [nfc, composed]);
  const documents = (await filesUnder(archive.directory)).filter((file) => file.includes('/documents/'));
  expect(documents).toHaveLength(2);
  for (const file of documents) expect(file).toMatch(/-uberblick-[0-9a-f]{16}\.txt$/);
});

test('an archive that can only be read is read and verified; a writer says why it cannot, and changes nothing', async () => {
  const { archive } = await history();
  const before = await treeHash(archive.directory);
  await chmod(dirname(archive.directory), 0o755);
  for (const path of ['', ...(await readdir(archive.directory, { recursive: true }))]) {
    const place = join(archive.directory, path);
    await chmod(place, /\.(txt|json|ndjson|md)$/.test(path) ? 0o444 : 0o555);
  }
  const script = resolve('test/archive/read-only.mjs');
  const { stdout } = spawnSync(
    process.execPath,
    [script, resolve('dist/archive/index.js'), archive.directory],
    {
      encoding: 'utf8',
    },
  );
  expect(JSON.parse(stdout)).toEqual({
    people: ['jane-doe'],
    resources: 3,
    problems: 0,
    refused: {
      code: 'failed',
      message: `The archive ${archive.directory} could not be locked.`,
      why: 'You are not allowed to. (EACCES)\nNothing in the archive was changed.',
    },
  });
  expect(await treeHash(archive.directory)).toBe(before);
  for (const path of ['', ...(await readdir(archive.directory, { recursive: true }))])
    await chmod(join(archive.directory, path), 0o755);
  expect(await listPeople(archive)).toHaveLength(1);
});
