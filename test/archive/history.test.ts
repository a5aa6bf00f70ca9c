import { cp, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  changesBetween,
  datedBags,
  listPeople,
  openArchive,
  personAsOf,
  readState,
  upToBag,
  upToInstant,
  versionsOf,
  withBags,
  type Archive,
  type PersonFolder,
  type SourceFolder,
} from '../../src/archive/index.ts';
import type { Pulled } from '../../src/model/pulled.ts';
import {
  attachment,
  attachments,
  importFiles,
  jane,
  ledgerOf,
  newArchive,
  observation,
  observations,
  pull,
  row,
  temporaryFolder,
} from './practice.ts';

/** A pull that begins at an instant and ends a minute after it. */
async function pullAt(archive: Archive, instant: string, items: readonly Pulled[]): Promise<void> {
  const begun = new Date(instant);
  const finished = new Date(begun.getTime() + 60_000).toISOString();
  const ledger = { ...ledgerOf(row(observations), attachments), started: instant, finished };
  await pull(archive, items, ledger, { ...jane, now: () => begun });
}

async function personIn(archive: Archive): Promise<PersonFolder> {
  const [person] = await listPeople(archive);
  if (person === undefined) throw new Error('nobody is there');
  return person;
}

async function sourceIn(archive: Archive, folder = 'medicare'): Promise<SourceFolder> {
  const source = (await personIn(archive)).sources.find((each) => each.folder === folder);
  if (source === undefined) throw new Error(`no source ${folder}`);
  return source;
}

/** What the archive held at an instant: ids, those that vanished marked. */
async function heldAt(
  archive: Archive,
  moment: number | { source: string; folder: string },
): Promise<string[]> {
  const person = await personAsOf(archive, await personIn(archive), moment);
  const state = await readState(archive, person);
  const ids: string[] = [];
  for await (const { id, vanished } of state.resources()) ids.push(vanished ? `${id} gone` : id);
  return ids.toSorted();
}

const at = (instant: string): number => Date.parse(instant);
const value = (text: string): string => `"valueString":"${text}"`;

const day = (number: number): string => `2026-03-0${number}T00:00:00Z`;

/** The turn of each resource between the state with the first bags and the state with more, by its names. */
async function turns(archive: Archive, from: number, to: number): Promise<Record<string, string>> {
  const source = await sourceIn(archive);
  const upTo = (count: number): Set<string> =>
    new Set(source.bags.slice(0, count).map(({ folder }) => folder));
  const later = withBags(source, upTo(to));
  if (later === undefined) throw new Error('no bags');
  const { resources } = await changesBetween(archive, withBags(source, upTo(from)), later);
  return Object.fromEntries(resources.map(({ names, turn }) => [names.join(' > '), turn]));
}

describe('the archive as it was', () => {
  test('counts a pull from its end on, and an import from the end of the second in its name', async () => {
    const archive = await newArchive();
    await pullAt(archive, '2026-03-01T12:00:00Z', [observation('a')]);
    await pullAt(archive, '2026-03-02T23:59:30Z', [observation('a'), observation('b')]);
    await pullAt(archive, '2026-03-05T12:00:00Z', [observation('b')]);
    expect(await heldAt(archive, at('2026-03-01T12:00:59Z'))).toEqual([]);
    expect(await heldAt(archive, at('2026-03-01T12:01:00Z'))).toEqual(['a']);
    expect(await heldAt(archive, at('2026-03-02T23:59:59Z'))).toEqual(['a']);
    expect(await heldAt(archive, at('2026-03-03T00:00:30Z'))).toEqual(['a', 'b']);
    expect(await heldAt(archive, at('2027-01-01T00:00:00Z'))).toEqual(['a gone', 'b']);
    await importFiles(
      archive,
      [{ name: 'one.json', mediaType: 'application/json', format: 'FHIR R4 JSON', bytes: Buffer.from('{}') }],
      {
        person: 'jane-doe',
        identity: jane.identity,
        software: 'test',
        now: () => new Date('2026-03-04T00:00:00Z'),
      },
    );
    const sources = async (instant: string) =>
      (await personAsOf(archive, await personIn(archive), at(instant))).sources.map(({ folder }) => folder);
    expect(await sources('2026-03-04T00:00:00.998Z')).toEqual(['medicare']);
    expect(await sources('2026-03-04T00:00:00.999Z')).toEqual(['files', 'medicare']);
  });

  test('a clock that was set back changes no order: a bag is never earlier than the one it continues', async () => {
    const archive = await newArchive();
    await pullAt(archive, '2026-03-01T00:00:00Z', [observation('a')]);
    await pullAt(archive, '2026-06-01T00:00:00Z', [observation('a'), observation('b')]);
    await pullAt(archive, '2026-04-01T00:00:00Z', [observation('a'), observation('b'), observation('c')]);
    expect(await heldAt(archive, at('2026-05-01T00:00:00Z'))).toEqual(['a']);
    expect(await heldAt(archive, at('2026-06-02T00:00:00Z'))).toEqual(['a', 'b', 'c']);
    const [, second] = (await sourceIn(archive)).bags;
    expect(await heldAt(archive, { source: 'medicare', folder: second?.folder ?? '' })).toEqual(['a', 'b']);
  });

  test('of two branches each moment has what was there on either computer by then', async () => {
    const archive = await newArchive();
    await pullAt(archive, '2026-03-01T00:00:00Z', [observation('a')]);
    const other = join(await temporaryFolder(), 'copy');
    await cp(archive.directory, other, { recursive: true });
    await pullAt(archive, '2026-03-02T00:00:00Z', [observation('a'), observation('here')]);
    await pullAt(archive, '2026-03-03T00:00:00Z', [
      observation('a'),
      observation('here'),
      observation('late'),
    ]);
    await pullAt(await openArchive(other), '2026-05-01T00:00:00Z', [observation('a'), observation('there')]);
    const [, branch] = (await sourceIn(await openArchive(other))).bags;
    const path = branch?.path ?? '';
    await mkdir(join(archive.directory, 'jane-doe', 'medicare'), { recursive: true });
    await rename(join(other, path), join(archive.directory, path));

    expect(await heldAt(archive, at('2026-04-01T00:00:00Z'))).toEqual(['a', 'here', 'late']);
    expect(await heldAt(archive, at('2026-06-01T00:00:00Z'))).toEqual(['a', 'here', 'late', 'there']);
    expect(await heldAt(archive, { source: 'medicare', folder: branch?.folder ?? '' })).toEqual([
      'a',
      'there',
    ]);
    const source = await sourceIn(archive);
    expect(source.bags.map(({ sequence }) => sequence)).toEqual([1, 2, 2, 3]);
    expect(upToBag(source, source.bags.at(-1)?.folder ?? '').size).toBe(3);
    expect(upToInstant(await datedBags(archive, source), at('2026-03-02T12:00:00Z')).size).toBe(2);
  });
});

describe('what changed between two times', () => {
  test('is told once of each resource the bags between tell of', async () => {
    const archive = await newArchive();

    const stays = observation('stays');
    await pullAt(archive, day(1), [
      stays,
      observation('changes'),
      observation('goes'),
      observation('swings'),
    ]);
    await pullAt(archive, day(2), [
      stays,
      observation('changes', value('other')),
      observation('swings', value('other')),
      observation('passes', value('p')),
    ]);
    await pullAt(archive, day(3), [
      stays,
      observation('changes', value('other')),
      observation('swings'),
      observation('goes'),
      observation('comes', value('c')),
    ]);
    expect(await turns(archive, 1, 2)).toEqual({
      'Observation/changes': 'changed',
      'Observation/swings': 'changed',
      'Observation/passes': 'new',
      'Observation/goes': 'vanished',
    });
    expect(await turns(archive, 2, 3)).toEqual({
      'Observation/swings': 'changed',
      'Observation/goes': 'reappeared',
      'Observation/comes': 'new',
      'Observation/passes': 'vanished',
    });
    expect(await turns(archive, 1, 3)).toEqual({
      'Observation/changes': 'changed',
      'Observation/swings': 'passing',
      'Observation/goes': 'passing',
      'Observation/passes': 'passing',
      'Observation/comes': 'new',
    });
    expect(await turns(archive, 0, 1)).toEqual({
      'Observation/stays': 'new',
      'Observation/changes': 'new',
      'Observation/goes': 'new',
      'Observation/swings': 'new',
    });
  });

  test('a resource that got new ids is one, and changed only where it says something else in the end', async () => {
    const archive = await newArchive();
    await pullAt(archive, '2026-03-01T00:00:00Z', [
      observation('one', value('x')),
      observation('two', value('y')),
    ]);
    await pullAt(archive, '2026-03-02T00:00:00Z', [
      observation('one-b', value('x')),
      observation('two-b', value('y')),
    ]);
    await pullAt(archive, '2026-03-03T00:00:00Z', [
      observation('one-c', value('x')),
      observation('two-b', value('z')),
    ]);
    expect(await turns(archive, 1, 2)).toEqual({
      'Observation/one > Observation/one-b': 'renumbered',
      'Observation/two > Observation/two-b': 'renumbered',
    });
    expect(await turns(archive, 1, 3)).toEqual({
      'Observation/one > Observation/one-b > Observation/one-c': 'renumbered',
      'Observation/two > Observation/two-b': 'changed',
    });
    expect(await turns(archive, 0, 3)).toEqual({
      'Observation/one > Observation/one-b > Observation/one-c': 'new',
      'Observation/two > Observation/two-b': 'new',
    });
  });

  test('an attachment counts when it is new or has other bytes', async () => {
    const archive = await newArchive();
    await pullAt(archive, '2026-03-01T00:00:00Z', [observation('x'), attachment('d1', 'first')]);
    await pullAt(archive, '2026-03-02T00:00:00Z', [
      observation('x'),
      attachment('d1', 'second'),
      attachment('d2', 'new'),
    ]);
    const source = await sourceIn(archive);
    const first = withBags(source, new Set([source.bags[0]?.folder ?? '']));
    const { attachments: told } = await changesBetween(archive, first, source);
    expect(told.map(({ turn, line }) => [turn, line.resource.id])).toEqual([
      ['changed', 'd1'],
      ['new', 'd2'],
    ]);
  });
});

test('every version of a resource is told with the bag that brought it, also that it went, came back and was renumbered', async () => {
  const archive = await newArchive();
  const other = observation('other', value('o'));
  await pullAt(archive, '2026-03-01T00:00:00Z', [other, observation('a', value('1.0'))]);
  await pullAt(archive, '2026-03-02T00:00:00Z', [other, observation('a', value('2'))]);
  await pullAt(archive, '2026-03-03T00:00:00Z', [other]);
  await pullAt(archive, '2026-03-04T00:00:00Z', [other, observation('a', value('2'))]);
  await pullAt(archive, '2026-03-05T00:00:00Z', [other, observation('b', value('2'))]);
  const source = await sourceIn(archive);
  const told = async (name: string) =>
    (await versionsOf(archive, source, name)).map(({ bag, change, stored, to, from }) => [
      bag.sequence,
      change,
      stored?.text ?? to,
      ...(from === undefined ? [] : [from]),
    ]);
  const text = (id: string, shown: string): string =>
    `{"resourceType":"Observation","id":"${id}",${value(shown)}}`;
  expect(await told('Observation/a')).toEqual([
    [1, 'new', text('a', '1.0')],
    [2, 'changed', text('a', '2')],
    [3, 'vanished', undefined],
    [4, 'reappeared', text('a', '2')],
    [5, 'renumbered', 'Observation/b'],
  ]);
  expect(await told('Observation/b')).toEqual([[5, 'new', text('b', '2'), 'Observation/a']]);
  expect(await told('Observation/none')).toEqual([]);
});
