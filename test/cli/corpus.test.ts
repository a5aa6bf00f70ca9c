import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { newHome, repository, type Ended, type Home } from './bluebutton.ts';
import { corpusCases, filesUnder, noteAbsence } from './corpus.ts';
import { itemsIn } from './folder.ts';

/** Of the single-document files, one in so many goes through the command line; the readers' own tests take all. */
const oneIn = 15;

/** How each output is known to be well formed, whatever is in it. */
const formats: Readonly<Record<string, (text: string, valid: ValidateFunction) => void>> = {
  json: (text, valid) => expect(problemsOf(valid, JSON.parse(text))).toEqual([]),
  ndjson: (text) => {
    const lines: { section?: string }[] = text
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    expect(lines.filter(({ section }) => section === undefined)).toEqual([]);
  },
  csv: (text) => expect(parse(text).length).toBeGreaterThanOrEqual(1),
  markdown: (text) => expect(text).toMatch(/^# .+\n/),
  fhir: (text) => expect(JSON.parse(text)).toMatchObject({ resourceType: 'Bundle', type: 'collection' }),
};

interface RecordJson {
  person: { name: string | null } | null;
  findings: { severity: string }[];
}

const { present, absent } = corpusCases(1);

describe.each(present)('of the corpus', (corpus) => {
  test('records written by others are shown, converted, kept and found whole again', async () => {
    const valid = await recordSchema();
    const failures: string[] = [];
    const files = chosenFiles(corpus);
    expect(files.length).toBeGreaterThan(20);
    for (const [index, file] of files.entries()) {
      const home = await newHome();
      try {
        await throughEverything(home, file, Object.keys(formats)[index % 5] ?? '', valid);
      } catch (thrown) {
        failures.push(`${basename(file)}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      }
    }
    expect(failures).toEqual([]);
  }, 180_000);
});

test.each(absent)('corpus absent: %i tests not run', (tests) => {
  expect(noteAbsence(tests)).toBe(true);
});

/** Every NDJSON file, and of the others one in `oneIn`. */
function chosenFiles(corpus: string): string[] {
  const files = ['fhir-r4', 'fhir-ndjson'].flatMap((folder) =>
    filesUnder(join(corpus, folder), ['.json', '.ndjson']),
  );
  const documents = files.filter((file) => extname(file) === '.json');
  return [
    ...documents.filter((_, index) => index % oneIn === 0),
    ...files.filter((file) => extname(file) === '.ndjson'),
  ];
}

async function throughEverything(
  home: Home,
  file: string,
  format: string,
  valid: ValidateFunction,
): Promise<void> {
  const first = await home.run(['show', '--json', file]);
  const who = isAskedWho(first) ? anyone(first) : [];
  const shown = who.length > 0 ? await home.run(['show', '--json', file, ...who]) : first;
  const record: RecordJson = answered(shown, file);
  expect(problemsOf(valid, record)).toEqual([]);

  const section = format === 'csv' ? ['--section', 'results'] : [];
  const converted = await home.run(['convert', file, '--to', format, ...section]);
  expect([0, shown.status]).toContain(converted.status);
  formats[format]?.(converted.stdout, valid);

  const named = record.person === null ? ['--person', 'Somebody Else'] : [];
  const imported = await home.run(['import', file, ...who, ...named]);
  expect(imported).toMatchObject({ status: shown.status });
  const bytes = await readFile(file);
  const items = await itemsIn(home.path('health-records'));
  expect(items.filter(({ content }) => content?.equals(bytes))).toHaveLength(1);
  const verified = await home.run(['verify', '-q']);
  expect(verified).toEqual({ status: 0, stdout: '', stderr: '' });
}

/** The record shown: of status 0, or 3 where lines of an NDJSON file could not be read. */
function answered({ status, stdout, stderr }: Ended, file: string): RecordJson {
  if (status !== 0 && status !== 3) throw new Error(`status ${status}: ${stderr}`);
  const record: RecordJson = JSON.parse(stdout);
  const losses = record.findings.filter(({ severity }) => severity === 'lost');
  expect(losses.length > 0).toBe(status === 3);
  if (status === 3) expect(extname(file)).toBe('.ndjson');
  return record;
}

function isAskedWho({ status, stdout, stderr }: Ended): boolean {
  return status === 2 && stdout === '' && /holds the records of \d+ patients/.test(stderr);
}

/** `--patient` with the patient the refusal suggests, in words or as JSON. */
function anyone({ stderr }: Ended): string[] {
  const [, patient = ''] = /--patient ([^\s"]+)/.exec(stderr) ?? [];
  return ['--patient', patient];
}

async function recordSchema(): Promise<ValidateFunction> {
  const text = await readFile(`${repository}/docs/record.schema.json`, 'utf8').catch(() => {
    throw new Error('docs/record.schema.json is missing: no JSON can be checked');
  });
  return new Ajv2020({ strict: true, allErrors: true }).compile(JSON.parse(text));
}

function problemsOf(valid: ValidateFunction, value: unknown): string[] {
  if (valid(value)) return [];
  return (valid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
