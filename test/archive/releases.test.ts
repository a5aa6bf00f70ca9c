import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { beginPull, lockArchive, verifyArchive, type Archive } from '../../src/archive/index.ts';
import { releaseOf } from '../../src/model/index.ts';
import type { PulledResource } from '../../src/model/pulled.ts';
import {
  holder,
  jane,
  ledgerOf,
  newArchive,
  observation,
  observations,
  pull,
  row,
  stateOf,
} from './practice.ts';

/** A pull from the same portal when it speaks another version of FHIR. */
async function pullIn(fhirVersion: string, archive: Archive, items: readonly PulledResource[]) {
  const ledger = { ...ledgerOf(row(observations)), fhirVersion };
  return pull(archive, items, ledger, { ...jane, portal: { ...jane.portal, fhirVersion } });
}

/** What the archive holds: ids, each with the folder its text lies in. */
async function held(archive: Archive): Promise<string[]> {
  const { all } = await stateOf(archive);
  return all.map(({ id, path, vanished, fhirVersion }) => {
    const [bag = '', , folder] = path.split('/').slice(2);
    return `${id} ${bag.slice(0, 4)} ${folder} ${releaseOf(fhirVersion)}${vanished ? ' vanished' : ''}`;
  });
}

async function problemsOf({ directory }: Archive): Promise<unknown[]> {
  return (await verifyArchive(directory)).problems;
}

test.each([
  ['1.0.2', 'fhir-dstu2'],
  ['3.0.1', 'fhir-stu3'],
  ['3.0', 'fhir-stu3'],
  ['4.0.1', 'fhir'],
  ['4.3.0', 'fhir'],
])('a pull in FHIR %s keeps its resources in %s', async (version, folder) => {
  const archive = await newArchive();
  const { bag = '' } = await pullIn(version, archive, [observation('a', '"value":5.0')]);
  const file = join(archive.directory, bag, 'data', folder, 'Observation.ndjson');
  expect(await readFile(file, 'utf8')).toContain('"value":5.0');
  expect(await readdir(join(archive.directory, bag, 'data'))).toContain(folder);
  expect(await problemsOf(archive)).toEqual([]);
});

describe('a portal that moves to another release', () => {
  test('says everything anew, in the same words too; what was kept stays where it is', async () => {
    const archive = await newArchive();
    await pullIn('3.0.1', archive, [observation('a'), observation('b')]);
    expect((await pullIn('3.0.2', archive, [observation('a'), observation('b')])).counts.unchanged).toBe(2);
    const moved = await pullIn('4.0.1', archive, [observation('a'), observation('b')]);
    expect(moved.counts).toMatchObject({ new: 0, changed: 2, unchanged: 0, vanished: 0 });
    expect(await held(archive)).toEqual(['a 0002 fhir R4', 'b 0002 fhir R4']);
    expect((await pullIn('4.0.1', archive, [observation('a'), observation('b')])).bag).toBeUndefined();
    expect(await problemsOf(archive)).toEqual([]);
  });

  test('and back has each bag read by its own ledger', async () => {
    const archive = await newArchive();
    await pullIn('1.0.2', archive, [observation('a')]);
    await pullIn('4.0.1', archive, [observation('a')]);
    await pullIn('1.0.2', archive, [observation('a')]);
    expect(await held(archive)).toEqual(['a 0003 fhir-dstu2 DSTU2']);
    expect(await problemsOf(archive)).toEqual([]);
  });

  test('may have lost something by it, which is read in the release it was last given in', async () => {
    const archive = await newArchive();
    await pullIn('3.0.1', archive, [observation('a'), observation('b')]);
    await pullIn('4.0.1', archive, [observation('a')]);
    expect(await held(archive)).toEqual(['a 0002 fhir R4', 'b 0001 fhir-stu3 STU3 vanished']);
    const back = await pullIn('4.0.1', archive, [observation('a'), observation('b')]);
    expect(back.counts).toMatchObject({ changed: 1, reappeared: 1 });
    expect(await held(archive)).toEqual(['a 0002 fhir R4', 'b 0003 fhir R4']);
    expect(await problemsOf(archive)).toEqual([]);
  });

  test('is asked for everything: what was not updated would stay in the older release', async () => {
    const archive = await newArchive();
    await pullIn('3.0.1', archive, [observation('a'), observation('b')]);
    const since = [row(observations, { since: '2026-01-01T00:00:00Z' })];
    const lock = await lockArchive(archive, holder);
    const wants: boolean[] = [];
    for (const fhirVersion of ['3.0.2', '4.0.1']) {
      const draft = await beginPull(archive, lock, { ...jane, portal: { ...jane.portal, fhirVersion } });
      wants.push(await draft.needsEverything(since), await draft.needsEverything([row(observations)]));
      await draft.discard();
    }
    await lock.release();
    expect(wants).toEqual([false, false, true, false]);
  });
});

test('a file of an older release that is lost is named with what it held', async () => {
  const archive = await newArchive();
  const { bag = '' } = await pullIn('3.0.1', archive, [observation('a')]);
  await rm(join(archive.directory, bag, 'data/fhir-stu3/Observation.ndjson'));
  expect(await problemsOf(archive)).toContainEqual(
    expect.objectContaining({
      problem: 'The file is missing.',
      holds: '1 Observation resource of Jane Doe from medicare, pull 0001',
    }),
  );
});
