import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'lossless-json';
import { describe, expect, test } from 'vitest';
import { jane, newHome } from './bluebutton.ts';
import { corpusCases, filesUnder, noteAbsence } from './corpus.ts';
import { logIn, openPortal, signUp } from './practice-portal.ts';

/**
 * The record with a new id for every resource but the person, and every reference following it. Numbers keep their
 * digits.
 */
function renumbered(text: string): string {
  const names = new Map<string, string>();
  const bundle = parse(text, (key, value) => {
    if (!isResource(value) || value.resourceType === 'Patient' || key !== 'resource') return value;
    const { resourceType, id } = value;
    const renamed = `n${names.size}`;
    names.set(`${resourceType}/${id}`, `${resourceType}/${renamed}`);
    names.set(`urn:uuid:${id}`, `urn:uuid:${renamed}`);
    return { ...value, id: renamed };
  });
  const referring = stringify(bundle, (_, value) =>
    typeof value === 'string' ? (names.get(value) ?? value) : value,
  );
  return referring ?? '';
}

function isResource(value: unknown): value is { resourceType: string; id: string } {
  return typeof value === 'object' && value !== null && 'resourceType' in value && 'id' in value;
}

/** Two pulls of one record, the second after the portal gave every resource another id. */
async function pulledTwice(file: string) {
  const home = await newHome();
  const portal = await openPortal(home, ['--data', file]);
  await signUp(home, portal);
  await home.run(['pull']);
  const before = await rowsOf(home);
  await portal.stop('SIGTERM');
  await writeFile(home.path('renumbered.json'), renumbered(await readFile(file, 'utf8')));
  await openPortal(home, ['--port', String(portal.port), '--data', 'renumbered.json']);
  await logIn(home, 'practice');
  const { stdout, stderr } = await home.run(['pull']);
  await home.done(['verify']);
  return { stdout, stderr, before, after: await rowsOf(home) };
}

function withoutNames(row: object): string {
  const text = JSON.stringify({ ...row, id: undefined, sources: undefined, asOf: undefined });
  return text.replaceAll(/(urn:uuid:|[A-Z]\w+\/)[\w-]+/g, '$1');
}

/** What is shown of a record, without the ids and places that were renamed. */
async function rowsOf(home: Awaited<ReturnType<typeof newHome>>): Promise<Record<string, string[]>> {
  const { stdout } = await home.run(['show', '--json']);
  const { sections }: { sections: Record<string, object[]> } = JSON.parse(stdout);
  return Object.fromEntries(
    Object.entries(sections)
      .filter(([name]) => name !== 'other')
      .map(([name, rows]) => [name, rows.map(withoutNames).toSorted()]),
  );
}

test('a record that comes under new ids is renumbered: nothing is shown twice, and nothing is said to be gone', async () => {
  const { stdout, stderr, before, after } = await pulledTwice(jane);
  // The person stays, and refers to a doctor who has another id now.
  expect(stdout).toMatch(/: 0 new, 1 changed, 0 unchanged, 283 renumbered \(the same under new ids\)/);
  expect(stderr).not.toContain('no longer provided');
  expect(after).toEqual(before);
});

const { present, absent } = corpusCases(1);

describe.each(present)('of the corpus', (corpus) => {
  test('a Synthea patient that comes under new ids is shown as before', async () => {
    const [file = ''] = filesUnder(join(corpus, 'fhir-r4', 'smart-generated-synthea'), ['.json']);
    const { stdout, stderr, before, after } = await pulledTwice(file);
    expect(stdout).toMatch(/renumbered \(the same under new ids\)/);
    expect(stderr).not.toContain('no longer provided');
    expect(after).toEqual(before);
  });
});

test.each(absent)('corpus absent: %i tests not run', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});
