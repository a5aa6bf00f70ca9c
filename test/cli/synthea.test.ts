import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newHome, type Home } from './bluebutton.ts';
import { corpusCases, noteAbsence } from './corpus.ts';
import { openPortal, signUp } from './practice-portal.ts';

interface RecordJson {
  person: { id: string; sources: unknown };
  sections: Record<string, { id: string; sources: unknown; asOf?: string }[]>;
}

async function show(home: Home, words: readonly string[]): Promise<RecordJson> {
  const { stdout } = await home.done(['show', '--json', ...words]);
  return JSON.parse(stdout);
}

/**
 * What two readings of one record must have in common. Left out are `sources` and `asOf`, which tell of the pull in one
 * and of the file in the other, and the order of the rows: a portal hands its record out type by type, not as the file lists it.
 */
function comparable({ person, sections }: RecordJson): unknown {
  const { sources: _, ...identity } = person;
  const rows = Object.entries(sections).map(([name, list]) => {
    const texts = list.map(({ sources: __, asOf: ___, ...row }) => JSON.stringify(row));
    return [name, texts.toSorted()];
  });
  return { identity, rows };
}

const { present, absent } = corpusCases(1);

describe.each(present)('of the corpus', (corpus) => {
  test('a Synthea patient signed in to and pulled shows the same rows as the file itself', async () => {
    const file = join(
      corpus,
      'fhir-r4/smart-generated-synthea/Blake_Eichmann_6c099f2d-1173-468d-b95f-4fbf960b3b55.json',
    );
    const home = await newHome();
    // Without the summary that the portal would make for the asking: it is not in the file.
    await signUp(home, await openPortal(home, ['--data', file, '--fault', 'docref-empty']));
    const pulled = await home.done(['pull', '--json']);
    const { portals }: { portals: { counts: { new: number } }[] } = JSON.parse(pulled.stdout);
    const bundle: { entry: { resource: { resourceType: string; id: string } }[] } = JSON.parse(
      await readFile(file, 'utf8'),
    );
    expect(portals[0]?.counts.new).toBe(bundle.entry.length);

    const ofFile = await show(home, [file]);
    const ofArchive = await show(home, ['--archive', home.path('health-records')]);
    expect(comparable(ofArchive)).toEqual(comparable(ofFile));

    const shown = Object.values(ofArchive.sections).flatMap((rows) => rows.map(({ id }) => id));
    const arrived = new Set([ofArchive.person.id, ...shown]);
    const missing = bundle.entry
      .map(({ resource }) => `${resource.resourceType}/${resource.id}`)
      .filter((key) => !arrived.has(key));
    expect(missing).toEqual([]);
  });
});

test.each(absent)('corpus absent: %i tests not run', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});
