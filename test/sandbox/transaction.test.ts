import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { allPages, signedIn, type Get } from './app.ts';

/** A transaction as Synthea writes them, with numbers that JavaScript would print otherwise. */
const small = `{"resourceType":"Bundle","type":"transaction","entry":[
  {"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient","id":"p","multipleBirthInteger":1}},
  {"fullUrl":"urn:uuid:o","resource":{"resourceType":"Organization","id":"o"}},
  {"fullUrl":"urn:uuid:d","resource":{"resourceType":"Practitioner","id":"d"}},
  {"fullUrl":"urn:uuid:e","resource":{"resourceType":"Encounter","id":"e","subject":{"reference":"urn:uuid:p"},
    "participant":[{"individual":{"reference":"urn:uuid:d"}}],"serviceProvider":{"reference":"urn:uuid:o"}}},
  {"fullUrl":"urn:uuid:b","resource":{"resourceType":"Observation","id":"b","category":[{"coding":[{"code":"exam"}]}],
    "subject":{"reference":"urn:uuid:p"},"valueQuantity":{"value":70.50},"component":[{"valueInteger":1e2}]}}]}`;

const folder = join(process.env['CORPUS'] ?? '../shared/corpus', 'fhir-r4/smart-generated-synthea');
const file = existsSync(folder) ? readdirSync(folder).toSorted()[0] : undefined;
const transactions = [{ name: 'a small transaction', text: small }];
if (file === undefined) process.stdout.write('corpus absent: 3 tests not run\n');
else transactions.push({ name: `Synthea's ${file}`, text: readFileSync(join(folder, file), 'utf8') });

const notSearched = ['Organization', 'Practitioner', 'Patient'];
const categories = ['laboratory', 'vital-signs', 'survey', 'exam', 'procedure', 'social-history', 'imaging'];

describe.each(transactions)('$name', ({ text }) => {
  const given: { entry: { resource: { resourceType: string; id: string } }[] } = JSON.parse(text);
  const held = given.entry.map(({ resource }) => resource);
  const patient = held.find(({ resourceType }) => resourceType === 'Patient')?.id ?? '';
  let portal: Sandbox;
  let get: Get;
  beforeAll(async () => {
    portal = await startSandbox({ data: [{ name: 'transaction.json', text }] });
    get = await signedIn(portal, { patient });
  });
  afterAll(() => portal.close());

  test('is found whole by searching type by type, each resource once', async () => {
    const clinical = held.filter(({ resourceType }) => !notSearched.includes(resourceType));
    const found: string[] = [];
    for (const type of new Set(clinical.map(({ resourceType }) => resourceType))) {
      const narrow = type === 'Observation' ? `&category=${categories.join(',')}` : '';
      const pages = await allPages(get, `/${type}?patient=${patient}${narrow}`);
      found.push(...pages.flatMap((page) => page.matches));
    }
    const wanted = clinical.map(({ resourceType, id }) => `${resourceType}/${id}`);
    expect(found.toSorted()).toEqual(wanted.toSorted());
  });

  test('has no urn:uuid reference left, and every reference of a searchset can be read', async () => {
    const sent = await (await get(`/Encounter?patient=${patient}&_count=50`)).text();
    const references = [...sent.matchAll(/"reference":"([^"]*)"/g)].map(([, reference = '']) => reference);
    const places = new Set(references);
    expect([...places].map((place) => place.split('/')[0])).toEqual(
      expect.arrayContaining(['Organization', 'Patient', 'Practitioner']),
    );
    for (const place of places) expect([place, (await get(`/${place}`)).status]).toEqual([place, 200]);
  });

  test('is served unchanged but for its references, its numbers to the digit', async () => {
    const references = /"reference":"(?:urn:uuid:|[A-Z][A-Za-z]+\/)/g;
    const numbers: string[] = [];
    for (const resource of held) {
      const served = await (await get(`/${resource.resourceType}/${resource.id}`)).text();
      numbers.push(...numbersIn(served));
      const written = JSON.stringify(resource).replaceAll(references, '"reference":"');
      expect(JSON.stringify(JSON.parse(served)).replaceAll(references, '"reference":"')).toBe(written);
    }
    expect(numbers).toEqual(numbersIn(text));
  });
});

/** The number literals of a JSON text, in order. */
function numbersIn(json: string): string[] {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').match(/-?\d[\d.eE+-]*/g) ?? [];
}
