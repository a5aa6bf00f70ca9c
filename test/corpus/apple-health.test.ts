import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../../src/json/index.ts';
import { corpusCases, filesUnder, noteAbsence } from '../cli/corpus.ts';
import { read } from '../facts/reading.ts';
import { fhirPackageFaults, medplumFaults } from '../formats/validators.ts';

const { present, absent } = corpusCases(2);

/** How many records a resource was made of: the number that its component for it says, else one. */
function recordsIn(resource: JsonObject): number {
  const parts = [resource['component']].flat().filter(isObject);
  const counts = parts.flatMap(({ valueInteger }) =>
    typeof valueInteger === 'number' ? [valueInteger] : [],
  );
  return counts[0] ?? 1;
}

describe.each(present)("the exports of others' Apple Health", (corpus) => {
  const files = filesUnder(join(corpus, 'apple-health'), ['export.xml']);

  it('have as many records, workouts and summaries as their text has such elements', async () => {
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const file of files) {
      const bytes = readFileSync(file);
      const { entries, findings, source } = await read(bytes, 'export.xml');
      const name = relative(corpus, file);
      expect([source.format, source.asOf?.length], name).toEqual(['Apple Health export', 25]);
      for (const element of ['Record', 'Workout', 'ActivitySummary', 'Me', 'Correlation']) {
        const written = bytes.toString().match(new RegExp(`<${element}[\\s/>]`, 'g'))?.length ?? 0;
        const made = entries
          .filter(
            ({ origin }) =>
              origin.pointer.startsWith(`/HealthData/${element}[`) && !origin.pointer.includes('/@'),
          )
          .reduce((sum, { resource }) => sum + recordsIn(resource), 0);
        expect(made, `${name}: ${element}`).toBe(written);
      }
      const told = findings.filter(
        ({ severity, code }) => severity === 'lost' || code === 'positions-not-read',
      );
      const positions = bytes.toString().match(/<Location\s/g)?.length ?? 0;
      expect(told.map(({ message }) => message)).toEqual(
        positions === 0 ? [] : [`${positions} positions (Location) of the routes of workouts`],
      );
    }
  });

  it('become valid R4 by two validators that share nothing with this tool', async () => {
    for (const file of files) {
      for (const { resource, origin } of (await read(readFileSync(file), 'export.xml')).entries) {
        expect(medplumFaults(resource), origin.pointer).toEqual([]);
        expect(fhirPackageFaults(resource), origin.pointer).toEqual([]);
      }
    }
  });
});

it.each(absent)('says that %i tests need the corpus', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});
