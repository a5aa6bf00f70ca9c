import { expect, it } from 'vitest';
import {
  directorySearch,
  readDirectory,
  type DirectoryRow,
  type DirectorySummary,
  type Spool,
} from '../../src/portal/index.ts';
import { bundle, endpoint, exampleBundle, organization } from './brands-bundle.ts';

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
}

function spool(): Spool {
  const kept: string[] = [];
  return {
    write: async (line) => void kept.push(line),
    async *lines() {
      yield* kept;
    },
  };
}

async function read(text: string): Promise<{ rows: DirectoryRow[]; summary: DirectorySummary }> {
  const rows: DirectoryRow[] = [];
  const found = readDirectory(bytesOf(text), spool());
  for (;;) {
    const next = await found.next();
    if (next.done === true) return { rows, summary: next.value };
    rows.push(next.value);
  }
}

const example = await read(JSON.stringify(exampleBundle));
const named = (name: string): DirectoryRow[] => example.rows.filter((row) => row.name === name);
const addresses = (row: DirectoryRow | undefined): string[] =>
  (row?.portals ?? []).flatMap((portal) => portal.endpoints.map(({ baseUrl }) => baseUrl));

it('two clinics of one name stay two, each with its own place, website and endpoint', () => {
  expect(named('Riverside Clinic')).toEqual([
    {
      name: 'Riverside Clinic',
      places: [{ city: 'Springfield', state: 'IL' }],
      websites: ['riverside-il.example.org'],
      portals: [
        { endpoints: [{ baseUrl: 'https://fhir.riverside-il.example.org/r4', fhirVersion: '4.0.1' }] },
      ],
    },
    {
      name: 'Riverside Clinic',
      places: [{ city: 'Salem', state: 'OR' }],
      websites: ['riverside-or.example.org'],
      portals: [
        {
          name: 'MyRiverside',
          url: 'https://my.riverside-or.example.org',
          endpoints: [{ baseUrl: 'https://fhir.riverside-or.example.org/r4', fhirVersion: '4.0.1' }],
        },
      ],
    },
  ]);
});

it('a clinic without an endpoint of its own has the portal of the organization it is part of', () => {
  const [eye] = named('Riverside Eye Center');
  expect(eye?.partOf).toEqual(['Riverside Clinic']);
  expect(eye?.portals.map(({ name }) => name)).toEqual(['MyRiverside']);
  expect(addresses(eye)).toEqual(['https://fhir.riverside-or.example.org/r4']);
});

it('each portal of a brand opens its own endpoint, and an old one tells by its address that it is DSTU2', () => {
  const [lukas] = named('Hôpital Sankt Lukas');
  expect(lukas?.portals).toEqual([
    {
      name: 'Adults',
      endpoints: [{ baseUrl: 'https://fhir.lukas.example.org/api/FHIR/R4', fhirVersion: '4.0.1' }],
    },
    {
      name: 'Children',
      endpoints: [{ baseUrl: 'https://fhir.lukas.example.org/api/FHIR/DSTU2', fhirVersion: '1.0.2' }],
    },
  ]);
});

it('what is withheld, no longer active or leads nowhere is kept, marked and counted', () => {
  expect(example.summary).toEqual({
    organizations: 7,
    endpoints: 9,
    dangling: 2,
    withoutAddress: 1,
    timestamp: '2026-11-01T00:00:00Z',
  });
  expect(named('Closed Practice')).toMatchObject([
    { active: false, portals: [{ endpoints: [{ status: 'off' }] }] },
  ]);
  expect(named('')).toEqual([
    { name: '', places: [{ city: 'Boise', state: 'ID' }], portals: [{ endpoints: [] }] },
  ]);
  expect(addresses(named('Moving Hospital')[0])).toHaveLength(2);
});

it('an endpoint that no organization names is found by its own name', () => {
  expect(named('Lonely Practice').map(addresses)).toEqual([['https://alone.example.org/r4']]);
});

it('a list of endpoints only is read: named, with a contained organization, or managed by one in the list', async () => {
  const contained = [
    {
      resourceType: 'Organization',
      id: 'o',
      name: 'Inside Clinic',
      address: [{ city: 'Reno', state: 'NV' }],
    },
  ];
  const { rows } = await read(
    JSON.stringify(
      bundle([
        endpoint('a', 'https://a.example.org/r4', { name: 'Named Clinic' }),
        endpoint('b', 'https://b.example.org/r4', { contained, managingOrganization: { reference: '#o' } }),
        endpoint('c', 'https://c.example.org/r4', { managingOrganization: { reference: 'Organization/m' } }),
        organization('m', { name: 'Managing Clinic' }),
      ]),
    ),
  );
  expect(rows.map((row) => [row.name, ...addresses(row)])).toEqual([
    ['Managing Clinic', 'https://c.example.org/r4'],
    ['Named Clinic', 'https://a.example.org/r4'],
    ['Inside Clinic', 'https://b.example.org/r4'],
  ]);
  expect(rows[2]?.places).toEqual([{ city: 'Reno', state: 'NV' }]);
});

it('organizations that are part of each other in a circle are read to an end', async () => {
  const { rows } = await read(
    JSON.stringify(
      bundle([
        organization('a', { name: 'A', partOf: 'Organization/b' }),
        organization('b', { name: 'B', partOf: 'Organization/a' }),
        endpoint('e', 'https://e.example.org/r4'),
      ]),
    ),
  );
  expect(rows.map(({ name, partOf }) => [name, partOf])).toEqual([
    ['A', ['B']],
    ['B', ['A']],
    ['', undefined],
  ]);
});

const whole = JSON.stringify(exampleBundle);

it.each([
  ['cut off', whole.slice(0, -30)],
  ['no JSON', '<html>Sign in</html>'],
  ['no Bundle', '{"resourceType":"Organization","name":"A"}'],
  ['one page of several', JSON.stringify({ ...exampleBundle, link: [{ relation: 'next', url: 'x' }] })],
  [
    'without any address',
    JSON.stringify(bundle([organization('a', { name: 'A' }), endpoint('e', undefined)])),
  ],
  ['empty', ''],
])('a directory that is %s is refused before a row of it is given', async (_, text) => {
  const first = readDirectory(bytesOf(text), spool()).next();
  await expect(first).rejects.toMatchObject({ code: 'failed' });
});

const found = (words: string): string[] => {
  const search = directorySearch(words);
  return example.rows.flatMap((row) =>
    search(row).map((hit) => `${row.name} ${hit.place?.city ?? '-'} ${hit.portal?.name ?? '-'}`),
  );
};

it('words find in any order, case and accent, at the beginning of words, by place, state name, alias and website', () => {
  expect(found('oregon RIVER clinic')).toEqual(['Riverside Clinic Salem MyRiverside']);
  expect(found('zurich hopital')).toEqual([
    'Hôpital Sankt Lukas Zürich Adults',
    'Hôpital Sankt Lukas Zürich Children',
  ]);
  expect(found("st luke's children")).toEqual(['Hôpital Sankt Lukas Zürich Children']);
  expect(found('riverside-il.example.org')).toEqual(['Riverside Clinic Springfield -']);
  expect(found('verside')).toEqual([]);
});
