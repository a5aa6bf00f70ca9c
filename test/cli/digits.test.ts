import { readdir, readFile, writeFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { beforeAll, expect, test } from 'vitest';
import { newHome, type Home } from './bluebutton.ts';
import { ownClient } from './own-client.ts';
import { openPortal, signUp, type PracticePortal } from './practice-portal.ts';

/** Numbers that JavaScript would print otherwise than they were written. */
const literals = ['5.0', '1.10', '1e3', '-0', '12345678901234567890'];

let home: Home;
let portal: PracticePortal;

beforeAll(async () => {
  home = await newHome();
  const results = literals.map(
    (literal, index) => `{"resourceType":"Observation","id":"result-${index}","status":"final",
      "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],
      "code":{"text":"Test ${index}"},"subject":{"reference":"Patient/p"},"effectiveDateTime":"2024-01-0${index + 1}",
      "valueQuantity":{"value":${literal},"unit":"mg"}}`,
  );
  const patient =
    '{"resourceType":"Patient","id":"p","name":[{"text":"Pat Digit"}],"birthDate":"1960-02-03"}';
  const entries = [patient, ...results].map((resource) => `{"resource":${resource}}`);
  const text = `{"resourceType":"Bundle","type":"collection","entry":[${entries.join(',')}]}`;
  await writeFile(home.path('digits.json'), text);
  portal = await openPortal(home, ['--data', 'digits.json']);
  await signUp(home, portal);
  await home.done(['pull']);
});

/** The literals of `"value":` members in a text, in the order of the results they belong to. */
function valuesIn(text: string): (string | undefined)[] {
  return literals.map((_, index) => {
    const from = text.indexOf(`"result-${index}"`);
    return /"value"\s*:\s*([^\s,}]+)/.exec(text.slice(from))?.[1];
  });
}

interface ResultRow {
  id: string;
  value: string;
  section?: string;
}

function valuesOf(rows: readonly ResultRow[]): string[] {
  return rows.toSorted((one, other) => (one.id < other.id ? -1 : 1)).map(({ value }) => value);
}

async function converted(...words: string[]): Promise<string> {
  return (await home.done(['convert', ...words])).stdout;
}

test('the portal sends the digits it was given', async () => {
  const client = ownClient(portal.baseUrl);
  const address = `${portal.baseUrl}/Observation?patient=p&category=laboratory`;
  const { text } = await client.get(address, await client.signIn());
  expect(valuesIn(text)).toEqual(literals);
});

test('the archive keeps the digits as sent', async () => {
  const source = home.path('health-records', 'pat-digit', 'practice');
  const [bag = ''] = (await readdir(source)).filter((name) => name !== 'source.json');
  const text = await readFile(`${source}/${bag}/data/fhir/Observation.ndjson`, 'utf8');
  expect(valuesIn(text)).toEqual(literals);
});

test.each([
  ['the archive', []],
  ['the file', ['digits.json']],
])('every output of %s shows the digits as sent', async (_, files) => {
  expect(valuesIn(await converted(...files, '--to', 'fhir'))).toEqual(literals);

  const record: { sections: { results: ResultRow[] } } = JSON.parse(
    await converted(...files, '--to', 'json'),
  );
  expect(valuesOf(record.sections.results)).toEqual(literals);

  const lines = (await converted(...files, '--to', 'ndjson')).trimEnd().split('\n');
  const ofNdjson = lines.map((line): ResultRow => JSON.parse(line));
  expect(valuesOf(ofNdjson.filter(({ section }) => section === 'results'))).toEqual(literals);

  const csv = await converted(...files, '--to', 'csv', '--section', 'results');
  const ofCsv: ResultRow[] = parse(csv, { columns: true });
  expect(valuesOf(ofCsv)).toEqual(literals);

  const markdown = await converted(...files, '--to', 'markdown');
  for (const literal of literals) expect(markdown).toContain(`| ${literal} mg |`);
});
