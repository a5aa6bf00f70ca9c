import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BlueButtonError } from '../../src/errors/index.ts';
import type { BuiltRecord, Origin } from '../../src/model/index.ts';
import { corpusCases, filesUnder, noteAbsence } from '../cli/corpus.ts';
import { recordOf, rowsOf } from '../facts/reading.ts';

/** What a walk of one's own over JSON.parse's value finds: `line pointer` of every resource but Bundles. */
function walk(value: unknown, pointer: string, line: number | ''): string[] {
  if (Array.isArray(value)) {
    return pointer === '' ? value.flatMap((item, index) => walk(item, `/${index}`, line)) : [];
  }
  if (typeof value !== 'object' || value === null || !('resourceType' in value)) return [];
  if (value.resourceType === 'Bundle') {
    const entries: unknown[] = 'entry' in value && Array.isArray(value.entry) ? value.entry : [];
    return entries.flatMap((entry, index) =>
      typeof entry === 'object' && entry !== null && 'resource' in entry
        ? walk(entry.resource, `${pointer}/entry/${index}/resource`, line)
        : [],
    );
  }
  const contained: unknown[] = 'contained' in value && Array.isArray(value.contained) ? value.contained : [];
  const inside = contained.flatMap((item, index) =>
    typeof item === 'object' && item !== null && 'resourceType' in item
      ? [`${line} ${pointer}/contained/${index}`]
      : [],
  );
  return [`${line} ${pointer}`, ...inside];
}

/** The places a file of the corpus holds resources at; undefined when it must be refused. */
function placesIn(text: string): string[] | undefined {
  const whole = parsed(text);
  const lines = text.split('\n').map((line, index) => ({ value: parsed(line), number: index + 1 }));
  const found =
    whole === undefined
      ? lines.filter(({ value }) => value !== undefined).length > 1
        ? lines.flatMap(({ value, number }) => walk(value, '', number))
        : undefined
      : walk(whole, '', '');
  const isEmptyBundle = typeof whole === 'object' && whole !== null && 'resourceType' in whole;
  return found === undefined || (found.length === 0 && !isEmptyBundle) ? undefined : found;
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The places the record says it comes from: of everyone it describes and of every row. */
function placesOf(built: BuiltRecord): string[] {
  const { person, people } = built.record;
  const described = (people ?? (person ? [person] : [])).flatMap(({ sources }) => sources);
  return [...described, ...rowsOf(built).flatMap(({ row }) => row.sources)].map(placeOf);
}

const placeOf = ({ line, pointer }: Origin): string => `${line ?? ''} ${pointer}`;

async function recordIn(bytes: Uint8Array): Promise<BuiltRecord | undefined> {
  try {
    return await recordOf(bytes);
  } catch (thrown) {
    if (thrown instanceof BlueButtonError && thrown.code === 'not-a-health-record') return undefined;
    throw thrown;
  }
}

const folders = ['fhir-r4', 'fhir-ndjson', 'fhir-malformed'];
const { present, absent } = corpusCases(folders.length);

describe.each(present)('the corpus', (corpus) => {
  it.each(folders)('every resource of %s is in the record once, at its place', async (folder) => {
    const files = filesUnder(join(corpus, folder), ['.json', '.ndjson']);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      const bytes = readFileSync(file);
      const expected = placesIn(bytes.toString('utf8'));
      const built = await recordIn(bytes);
      const found = built && placesOf(built);
      expect([file, found?.toSorted()]).toEqual([file, expected?.toSorted()]);
      // The comparison sees a single row that is missing.
      const short = found?.slice(1) ?? ['a place where there is none'];
      expect(found?.length === 0 ? ['another'] : short.toSorted()).not.toEqual(expected?.toSorted());
    }
  });
});

it.each(absent)('corpus absent: %i tests not run', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});
