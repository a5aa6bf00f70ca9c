import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newHome, repository } from './bluebutton.ts';
import { corpusCases, noteAbsence } from './corpus.ts';

const widths = ['80', '120'];
const { present, absent } = corpusCases(2);

interface Look {
  kept: string[];
  shown: string[];
}

/** What `show` prints, and the captures (`test/captures/README.md`); spaces at the ends of lines cannot be seen. */
async function lookAt(file: string, name: string): Promise<Look> {
  const home = await newHome();
  const look: Look = { kept: [], shown: [] };
  for (const columns of widths) {
    look.kept.push(await readFile(join(repository, 'test', 'captures', `${name}.${columns}.txt`), 'utf8'));
    const { stdout } = await home.done(['show', file], { env: { COLUMNS: columns } });
    look.shown.push(stdout.replaceAll(/ +$/gm, ''));
  }
  return look;
}

test('the sample record looks as it did when it was looked at', async () => {
  const { kept, shown } = await lookAt(join(repository, 'samples/jane-doe.fhir.json'), 'jane-doe');
  expect(shown).toEqual(kept);
});

test('the sample summary of care looks as it did when it was looked at', async () => {
  const { kept, shown } = await lookAt(
    join(repository, 'samples/documents/summary-of-care.xml'),
    'summary-of-care',
  );
  expect(shown).toEqual(kept);
});

describe.each(present)('of the corpus', (corpus) => {
  test('a single allergy looks as it did when it was looked at', async () => {
    const file = join(corpus, 'fhir-r4/us-core-examples/allergyintolerance-example.json');
    const { kept, shown } = await lookAt(file, 'allergy');
    expect(shown).toEqual(kept);
  });

  test('an International Patient Summary looks as it did when it was looked at', async () => {
    const file = join(corpus, 'fhir-r4/ips-2.0.0-examples/Bundle-IPS-examples-Bundle-01.json');
    const { kept, shown } = await lookAt(file, 'patient-summary');
    expect(shown).toEqual(kept);
  });
});

test.each(absent)('corpus absent: %i tests not run', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});
