import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verifyArchive } from '../../src/archive/index.ts';
import type { PulledGenerated } from '../../src/model/pulled.ts';
import {
  attachment,
  attachments,
  filesUnder,
  ledgerOf,
  newArchive,
  observation,
  observations,
  pull,
  row,
  stateOf,
  treeHash,
} from './practice.ts';

describe('a pull', () => {
  test('keeps every resource as the text that was sent, digits and all', async () => {
    const archive = await newArchive();
    const sent = observation('a', '"value":5.0,"more":[1.10,1e3,-0,12345678901234567890]');
    const { bag, counts } = await pull(archive, [sent]);
    expect(counts).toEqual({
      new: 1,
      changed: 0,
      unchanged: 0,
      vanished: 0,
      renumbered: 0,
      reappeared: 0,
      documents: 0,
    });
    const file = await readFile(join(archive.directory, bag ?? '', 'data/fhir/Observation.ndjson'), 'utf8');
    expect(file).toBe(`${sent.text}\n`);
    expect((await stateOf(archive)).all).toMatchObject([
      { source: 'medicare', id: 'a', text: sent.text, line: 1, vanished: false },
    ]);
  });

  test('that brings the same again leaves every byte of the archive as it was', async () => {
    const archive = await newArchive();
    const items = [observation('a'), observation('b'), attachment('d', 'note')];
    await pull(archive, items);
    const before = await treeHash(archive.directory);
    const { bag, counts } = await pull(archive, items);
    expect(bag).toBeUndefined();
    expect(counts).toMatchObject({ new: 0, unchanged: 2, documents: 0 });
    expect(await treeHash(archive.directory)).toBe(before);
  });

  test('keeps only what changed, and the state is the latest version', async () => {
    const archive = await newArchive();
    await pull(archive, [observation('a'), observation('b')]);
    const { bag } = await pull(archive, [observation('a'), observation('b', '"status":"amended"')]);
    const file = await readFile(join(archive.directory, bag ?? '', 'data/fhir/Observation.ndjson'), 'utf8');
    expect(file.split('\n')).toHaveLength(2);
    const { all } = await stateOf(archive);
    expect(all.map(({ id, text }) => [id, text.includes('amended')])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  test.each([
    [
      'meta.lastUpdated and meta.versionId',
      '"meta":{"versionId":"1","lastUpdated":"2024-01-01T00:00:00Z"}',
      '"meta":{"versionId":"2"}',
    ],
    ['the request id in meta.source', '"meta":{"source":"#a1"}', '"meta":{"source":"#b2"}'],
    ['white space and the order of members', '"x":1,"y":[ 2 ]', '"y":[2],"x":1'],
    [
      'the signature of a presigned address',
      '"content":[{"attachment":{"url":"https://s3.example/f?id=7&X-Amz-Date=1&X-Amz-Signature=aa"}}]',
      '"content":[{"attachment":{"url":"https://s3.example/f?id=7&X-Amz-Date=2&X-Amz-Signature=bb"}}]',
    ],
  ])('takes a difference only in %s for no change', async (_name, one, other) => {
    const archive = await newArchive();
    await pull(archive, [observation('a', one)]);
    const { bag, counts } = await pull(archive, [observation('a', other)]);
    expect(counts).toMatchObject({ changed: 0, unchanged: 1 });
    expect(bag).toBeUndefined();
  });

  test.each([
    ['the digits of a number', '"value":5.0', '"value":5'],
    [
      'another parameter of an address',
      '"url":"https://x.example/f?id=7"',
      '"url":"https://x.example/f?id=8"',
    ],
    ['a tag in meta', '"meta":{"versionId":"1"}', '"meta":{"versionId":"1","tag":[{"code":"x"}]}'],
    ['the order of a list', '"x":[1,2]', '"x":[2,1]'],
    ['a member called __proto__', '"__proto__":{"a":1}', '"__proto__":{"a":2}'],
  ])('takes a difference in %s for a change', async (_name, one, other) => {
    const archive = await newArchive();
    await pull(archive, [observation('a', one)]);
    expect((await pull(archive, [observation('a', other)])).counts).toMatchObject({
      changed: 1,
      unchanged: 0,
    });
  });

  test('that gets a resource twice keeps the first and counts the second as repeated', async () => {
    const archive = await newArchive();
    const { ledger } = await pull(archive, [observation('a'), observation('a', '"status":"amended"')]);
    expect(ledger.rows[0]).toMatchObject({ returned: 1, repeated: 1, new: 1 });
    expect((await stateOf(archive)).all).toHaveLength(1);
  });

  test('fills in the ledger, and the bag keeps it as filled in', async () => {
    const archive = await newArchive();
    await pull(archive, [observation('a'), observation('b'), attachment('d', 'note')]);
    const { ledger } = await pull(archive, [
      observation('a'),
      observation('b', '"status":"amended"'),
      observation('c'),
      attachment('d', 'another note'),
    ]);
    expect(ledger.rows).toMatchObject([
      { returned: 3, new: 1, changed: 1, unchanged: 1, repeated: 0 },
      { returned: 1, new: 0, changed: 1, unchanged: 0, repeated: 0 },
    ]);
    expect((await stateOf(archive)).sources[0]?.ledger).toEqual(ledger);
  });

  test('whose ledger has no row for what it brought is refused and leaves nothing', async () => {
    const archive = await newArchive();
    const before = await treeHash(archive.directory);
    await expect(
      pull(archive, [observation('a')], ledgerOf(row('Condition?patient=p1'))),
    ).rejects.toMatchObject({
      code: 'failed',
    });
    expect(await treeHash(archive.directory)).toBe(before);
  });

  test('never lets a resource type choose a path', async () => {
    const archive = await newArchive();
    const before = await treeHash(archive.directory);
    const odd = { ...observation('a'), resourceType: '../../../outside' };
    await expect(pull(archive, [odd])).rejects.toMatchObject({ code: 'failed' });
    expect(await treeHash(archive.directory)).toBe(before);
  });

  test('keeps files for the owner only', async () => {
    const archive = await newArchive();
    const { bag = '' } = await pull(archive, [observation('a'), attachment('d', 'note')]);
    const modesOf = async (paths: string[]): Promise<number[]> =>
      Promise.all(paths.map(async (path) => (await stat(join(archive.directory, path))).mode & 0o777));
    expect(new Set(await modesOf(await filesUnder(archive.directory)))).toEqual(new Set([0o600]));
    const folders = [bag, `${bag}/data`, `${bag}/data/fhir`, `${bag}/data/documents`];
    expect(new Set(await modesOf(['.', 'jane-doe', 'jane-doe/medicare', ...folders]))).toEqual(
      new Set([0o700]),
    );
  });
});

describe('vanishing', () => {
  const conditions = 'Condition?patient=p1';

  test('is said of what a complete query no longer returns, and the state keeps it, marked', async () => {
    const archive = await newArchive();
    await pull(archive, [observation('a'), observation('b')]);
    const { counts, ledger, bag } = await pull(archive, [observation('a')]);
    expect(counts.vanished).toBe(1);
    expect(ledger.vanished).toEqual(['Observation/b']);
    expect(bag).toBeDefined();
    const { all } = await stateOf(archive);
    expect(all.map(({ id, vanished }) => [id, vanished])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    expect((await pull(archive, [observation('a')])).bag).toBeUndefined();
  });

  test.each(['refused', 'failed', 'truncated', 'not-asked'] as const)(
    'is not said when the query was %s',
    async (outcome) => {
      const archive = await newArchive();
      await pull(archive, [observation('a')]);
      const { counts } = await pull(archive, [], ledgerOf(row(observations, { outcome })));
      expect(counts.vanished).toBe(0);
      expect((await stateOf(archive)).all).toMatchObject([{ id: 'a', vanished: false }]);
    },
  );

  test('is not said when one of several queries for the type was refused', async () => {
    const archive = await newArchive();
    const other = row('Observation?patient=p1&category=exam', { outcome: 'refused' });
    await pull(archive, [observation('a')], ledgerOf(row(observations), other));
    const { counts } = await pull(archive, [], ledgerOf(row(observations, { outcome: 'empty' }), other));
    expect(counts.vanished).toBe(0);
  });

  test('is not said of what came by reference: what nothing refers to is not asked for', async () => {
    const archive = await newArchive();
    const byReference = 'Observation (by reference)';
    const rows = [row(observations), row(byReference)];
    await pull(archive, [{ ...observation('a'), query: byReference }], ledgerOf(...rows));
    expect((await pull(archive, [], ledgerOf(...rows))).counts.vanished).toBe(0);
    expect((await pull(archive, [], ledgerOf(row(byReference)))).counts.vanished).toBe(0);
  });

  test('is not said when only what was updated was asked for', async () => {
    const archive = await newArchive();
    await pull(archive, [observation('a'), observation('b')]);
    const since = row(observations, { since: '2026-01-01T00:00:00Z' });
    const { counts, ledger } = await pull(archive, [observation('b', '"status":"amended"')], ledgerOf(since));
    expect(counts).toMatchObject({ vanished: 0, changed: 1 });
    expect(ledger.rows[0]).toMatchObject({ returned: 1, since: '2026-01-01T00:00:00Z' });
    expect((await stateOf(archive)).all.map(({ id, vanished }) => [id, vanished])).toEqual([
      ['a', false],
      ['b', false],
    ]);
    expect((await pull(archive, [observation('b', '"status":"amended"')])).ledger.vanished).toEqual([
      'Observation/a',
    ]);
  });

  test('is not said when fewer came than the portal says there are', async () => {
    const archive = await newArchive();
    await pull(archive, [observation('a'), observation('b')]);
    const short = row(observations, { counted: 2 });
    const { counts, ledger } = await pull(archive, [observation('b', '"status":"amended"')], ledgerOf(short));
    expect(counts).toMatchObject({ vanished: 0, changed: 1 });
    expect(ledger.rows[0]).toMatchObject({ counted: 2 });
  });

  test('is not said of what a query brought that the portal now refuses, where narrower ones were asked in its place', async () => {
    const archive = await newArchive();
    await pull(archive, [observation('a'), observation('b')]);
    const narrower = `${observations}&category=exam`;
    const tried = [`${observations} (400)`];
    const rows = ledgerOf(row(narrower, { tried }));
    expect((await pull(archive, [{ ...observation('b'), query: narrower }], rows)).counts.vanished).toBe(0);
  });

  test('is not said of what an included query brought when that query was refused', async () => {
    const archive = await newArchive();
    await pull(
      archive,
      [{ ...observation('a'), query: conditions }],
      ledgerOf(row(observations), row(conditions)),
    );
    const refused = row(conditions, { outcome: 'refused' });
    expect((await pull(archive, [], ledgerOf(row(observations), refused))).counts.vanished).toBe(0);
  });

  test.each([
    ['as it was', '"status":"final"', 'unchanged', 0],
    ['otherwise', '"status":"amended"', 'changed', 1],
  ] as const)('ends when the resource reappears %s', async (_name, rest, outcome, lines) => {
    const archive = await newArchive();
    await pull(archive, [observation('a'), observation('b')]);
    await pull(archive, [observation('a')]);
    const { counts, bag } = await pull(archive, [observation('a'), observation('b', rest)]);
    expect(counts).toMatchObject({ reappeared: 1, changed: 0, [outcome]: outcome === 'unchanged' ? 2 : 1 });
    const files = await filesUnder(join(archive.directory, bag ?? ''));
    expect(files.filter((file) => file.startsWith('data/fhir/'))).toHaveLength(lines);
    const { all } = await stateOf(archive);
    expect(all.find(({ id }) => id === 'b')).toMatchObject({
      vanished: false,
      text: observation('b', rest).text,
    });
  });
});

describe('a pull with nothing new', () => {
  test('is kept when the portal newly refuses a query, and when it answers again', async () => {
    const archive = await newArchive();
    await pull(archive, [observation('a')]);
    const refused = ledgerOf(row(observations, { outcome: 'refused', httpStatus: 403 }));
    expect((await pull(archive, [], refused)).bag).toBeDefined();
    expect((await pull(archive, [], refused)).bag).toBeUndefined();
    expect((await pull(archive, [observation('a')])).bag).toBeDefined();
    expect((await pull(archive, [observation('a')])).bag).toBeUndefined();
  });

  test('is kept when it is the first of its source', async () => {
    const archive = await newArchive();
    const empty = ledgerOf(row(observations, { outcome: 'empty' }));
    expect((await pull(archive, [], empty)).bag).toBeDefined();
    expect((await stateOf(archive)).sources[0]?.ledger?.rows).toHaveLength(1);
  });
});

describe('an attachment', () => {
  test('is kept byte for byte under a name made of its date, title and hash', async () => {
    const archive = await newArchive();
    const bytes = Buffer.from([0, 255, 10, 13, 37]);
    const hostile = attachment('d', '', {
      bytes,
      title: '../../Lab: Ergebnis Müller\u202e.exe',
      contentType: 'application/pdf',
    });
    const { bag } = await pull(archive, [hostile]);
    const [document] = (await stateOf(archive)).documents;
    expect(document?.path).toMatch(
      new RegExp(`^${bag}/data/documents/2024-03-05-lab-ergebnis-muller-[0-9a-f]{16}\\.pdf$`),
    );
    expect(await document?.read()).toEqual(bytes);
  });

  test('that two resources name is stored once and stated twice', async () => {
    const archive = await newArchive();
    await pull(archive, [attachment('d', 'note'), attachment('e', 'note')]);
    const { documents } = await stateOf(archive);
    expect(documents).toHaveLength(2);
    expect(new Set(documents.map(({ path }) => path)).size).toBe(1);
  });

  test('that an earlier bag holds is not stored again', async () => {
    const archive = await newArchive();
    const first = await pull(archive, [attachment('d', 'note')]);
    const second = await pull(
      archive,
      [attachment('d', 'note'), attachment('e', 'note')],
      ledgerOf(attachments),
    );
    const lines = await readFile(join(archive.directory, second.bag ?? '', 'data/documents.ndjson'), 'utf8');
    const line: unknown = JSON.parse(lines);
    expect(line).toMatchObject({ change: 'new', held: 'earlier', resource: { id: 'e' } });
    expect(await filesUnder(join(archive.directory, second.bag ?? ''))).not.toContainEqual(
      expect.stringContaining('data/documents/'),
    );
    const { documents } = await stateOf(archive);
    expect(documents.every(({ path }) => path.startsWith(`${first.bag}/data/documents/`))).toBe(true);
  });
});

describe('a document made for the pull', () => {
  const query = 'DocumentReference/$docref?patient=p1&type=http://loinc.org%7C34133-9';
  const rows = ledgerOf(
    row('DocumentReference?patient=p1'),
    row(query, { resourceType: 'DocumentReference' }),
  );
  const made = (id: string, said: string, at: string): PulledGenerated => {
    const resource = { resourceType: 'DocumentReference', id, date: at };
    const text = JSON.stringify(resource);
    const ccd = `<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><id root="${id}"/>
      <effectiveTime value="${at}"/><author><time value="${at}"/></author>
      <component><structuredBody><entry><id root="1.2.${id}"></id><effectiveTime value="${said}"/></entry></structuredBody></component></ClinicalDocument>`;
    return {
      kind: 'generated',
      query,
      resources: [{ kind: 'resource', query, resourceType: 'DocumentReference', id, text }],
      documents: [attachment(id, ccd, { query, contentType: 'text/xml' })],
    };
  };

  test('that says what the last one said writes nothing, whatever its ids and the times it was made', async () => {
    const archive = await newArchive();
    const first = await pull(archive, [made('a', '2020', '20260101')], rows);
    expect(first.ledger.rows[1]).toMatchObject({ new: 2, returned: 2 });
    const before = await treeHash(archive.directory);
    const { bag, ledger } = await pull(archive, [made('b', '2020', '20260201')], rows);
    expect(bag).toBeUndefined();
    expect(ledger.rows[1]).toMatchObject({ unchanged: 2, returned: 2 });
    expect(await treeHash(archive.directory)).toBe(before);
  });

  test('that says something else is kept beside the last one, which has not vanished by that', async () => {
    const archive = await newArchive();
    await pull(archive, [made('a', '2020', '20260101')], rows);
    const { counts } = await pull(archive, [made('b', '2021', '20260201')], rows);
    expect(counts).toMatchObject({ new: 1, documents: 1, vanished: 0 });
    expect((await pull(archive, [], rows)).counts.vanished).toBe(0);
    expect((await stateOf(archive)).documents).toHaveLength(2);
    const { problems } = await verifyArchive(archive.directory);
    expect(problems).toEqual([]);
  });

  test('under the id of the last one is no new version of it when nothing else differs', async () => {
    const archive = await newArchive();
    const attached = ledgerOf(row(observations), attachments);
    const [one] = made('a', '2020', '20260101').documents;
    const [other] = made('a', '2020', '20260201').documents;
    if (one === undefined || other === undefined) throw new Error('no document');
    await pull(archive, [{ ...one, query: 'attachments' }], attached);
    expect((await pull(archive, [{ ...other, query: 'attachments' }], attached)).bag).toBeUndefined();
  });
});
