import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findPerson, listPeople, type PersonFolder, type PullSubject } from '../../src/archive/index.ts';
import type { PersonIdentity } from '../../src/model/index.ts';
import {
  importFiles,
  jane,
  newArchive,
  now,
  observation,
  pull,
  software,
  stateOf,
  treeHash,
} from './practice.ts';

function person(folder: string, identity: PersonIdentity): PersonFolder {
  const description = {
    schema: 'bluebutton/source/1',
    kind: 'portal',
    ...jane.portal,
    patientId: folder,
    person: identity,
  } as const;
  return {
    folder,
    identities: [identity],
    sources: [{ folder: 'medicare', path: `${folder}/medicare`, description, sha256: '', bags: [] }],
  };
}

const janeDoe = person('jane-doe', { name: 'Jane Q. Doe', family: 'Doe', birthDate: '1975-05-01' });
const johnDoe = person('john-doe', { name: 'John Doe', family: 'Doe', birthDate: '1975-05-01' });
const muller = person('ana-muller', { name: 'Ana Müller', family: 'Müller', birthDate: '1980' });
const everybody = [janeDoe, johnDoe, muller];

describe('a record is about', () => {
  test('whoever has its patient id at its portal, whatever name it states', () => {
    const portal = { baseUrl: 'https://fhir.example/r4/', patientId: 'john-doe' };
    expect(findPerson(everybody, { name: 'Somebody Else', birthDate: '1900' }, portal)).toBe(johnDoe);
  });

  test.each<[string, PersonIdentity, PersonFolder | undefined]>([
    [
      'the same birth date and family name',
      { name: 'Jane Doe', family: 'DOE', birthDate: '1975-05-01' },
      janeDoe,
    ],
    [
      'a form of address before the name',
      { name: 'Mrs. Jane Doe', family: 'Doe', birthDate: '1975-05-01' },
      janeDoe,
    ],
    ['accents and case', { name: 'ANA MULLER', family: 'MULLER', birthDate: '1980' }, muller],
    ['no first name, where only one fits', { family: 'Muller', birthDate: '1980' }, muller],
    [
      'a birth date more precise than the one known',
      { name: 'Ana Müller', family: 'Müller', birthDate: '1980-02-03' },
      undefined,
    ],
    [
      'a twin with another first name',
      { name: 'Joan Doe', family: 'Doe', birthDate: '1975-05-01' },
      undefined,
    ],
    ['another family name', { name: 'Jane Roe', family: 'Roe', birthDate: '1975-05-01' }, undefined],
    ['no birth date', { name: 'Jane Doe', family: 'Doe' }, undefined],
    ['nothing', {}, undefined],
  ])('by %s', (_name, identity, expected) => {
    expect(findPerson(everybody, identity)).toBe(expected);
  });

  test('nobody in particular when it fits several: the answer is to name one', () => {
    const either = { name: 'J. Doe', family: 'Doe', birthDate: '1975-05-01' };
    expect(() => findPerson(everybody, either)).toThrow(
      expect.objectContaining({ code: 'usage', try: 'Add --person jane-doe\nAdd --person john-doe' }),
    );
  });
});

const john: PullSubject = {
  identity: { name: 'John Doe', family: 'Doe', birthDate: '1975-05-01' },
  portal: { ...jane.portal, patientId: 'p2' },
  software,
  now,
};

describe('two people', () => {
  test('of one portal have folders of their own', async () => {
    const archive = await newArchive();
    await pull(archive, [observation('a')]);
    await pull(archive, [observation('a', '"status":"amended"')], undefined, john);
    expect((await listPeople(archive)).map(({ folder }) => folder)).toEqual(['jane-doe', 'john-doe']);
    expect((await stateOf(archive, 'jane-doe')).all).toMatchObject([{ text: observation('a').text }]);
    expect((await stateOf(archive, 'john-doe')).all).toMatchObject([
      { text: expect.stringContaining('amended') },
    ]);
  });

  test('of one name get different folders', async () => {
    const archive = await newArchive();
    await pull(archive, [observation('a')]);
    await pull(archive, [observation('a')], undefined, {
      ...john,
      identity: { name: 'Jane Doe', family: 'Doe', birthDate: '2001' },
    });
    expect((await listPeople(archive)).map(({ folder }) => folder)).toEqual(['jane-doe', 'jane-doe-2']);
  });

  test.each<[string, PullSubject, string]>([
    ['another patient of the same portal', { ...john, person: 'jane-doe' }, 'other-person'],
    [
      'a portal of the same name elsewhere',
      { ...jane, portal: { ...jane.portal, baseUrl: 'https://other.example' } },
      'usage',
    ],
    ['a patient that is filed under somebody else', { ...jane, person: 'mary' }, 'other-person'],
    [
      'a record that states another birth date',
      {
        ...jane,
        portal: { ...jane.portal, name: 'clinic', baseUrl: 'https://c.example' },
        identity: { birthDate: '2001' },
      },
      'other-person',
    ],
    [
      'a portal named files',
      { ...jane, portal: { ...jane.portal, name: 'Files', baseUrl: 'https://f.example' } },
      'usage',
    ],
  ])('never mix: refused is %s, and the archive stays as it was', async (_name, subject, code) => {
    const archive = await newArchive();
    await pull(archive, [observation('a')]);
    const before = await treeHash(archive.directory);
    await expect(pull(archive, [observation('b')], undefined, subject)).rejects.toMatchObject({
      code,
      try: expect.any(String),
    });
    expect(await treeHash(archive.directory)).toBe(before);
  });

  test("never mix: a bag moved into another person's folder is not read", async () => {
    const archive = await newArchive();
    await pull(archive, [observation('a')]);
    await pull(archive, [observation('b')], undefined, john);
    const { bag } = await pull(archive, [observation('c')], undefined, { ...john, person: 'john-doe' });
    const moved = join(archive.directory, 'jane-doe/medicare', bag?.split('/').at(-1) ?? '');
    await rename(join(archive.directory, bag ?? ''), moved);
    await expect(listPeople(archive)).rejects.toMatchObject({ code: 'archive-damaged' });
  });
});

test('a file about nobody is filed under the name given', async () => {
  const archive = await newArchive();
  const file = { bytes: Buffer.from('x'), name: 'x.txt', mediaType: 'text/plain', format: 'text' };
  await importFiles(archive, [file], { person: 'Łukasz Żółć', identity: {}, software, now });
  expect((await listPeople(archive)).map(({ folder }) => folder)).toEqual(['lukasz-zolc']);
});

test('source.json holds what it must and no secret that came along', async () => {
  const archive = await newArchive();
  const portal = { ...jane.portal, accessToken: 'secret-token' };
  await pull(archive, [observation('a')], undefined, { ...jane, portal });
  const source: unknown = JSON.parse(
    await readFile(join(archive.directory, 'jane-doe/medicare/source.json'), 'utf8'),
  );
  expect(source).toEqual({
    schema: 'bluebutton/source/1',
    kind: 'portal',
    ...jane.portal,
    person: jane.identity,
  });
});
