import { describe, expect, test } from 'vitest';
import { verifyArchive } from '../../src/archive/index.ts';
import type { Ledger } from '../../src/model/ledger.ts';
import type { Pulled, PulledResource } from '../../src/model/pulled.ts';
import {
  attachment,
  attachments,
  ledgerOf,
  newArchive,
  observation,
  pull,
  row,
  stateOf,
} from './practice.ts';

const types = ['Observation', 'Medication', 'MedicationRequest', 'DocumentReference'];
const ledger = ledgerOf(...types.map((type) => row(`${type}?patient=p1`)), attachments);

/** A resource as a portal sends it; `members` are its further members. */
function resource(resourceType: string, id: string, members: object): PulledResource {
  const text = JSON.stringify({ resourceType, id, ...members });
  return { kind: 'resource', query: `${resourceType}?patient=p1`, resourceType, id, text };
}

const weight = (id: string, value: number): PulledResource =>
  resource('Observation', id, { code: { text: 'Weight' }, effectiveDateTime: '2024-01-01', value });

/** An order of `drug`, which stands in a Medication of its own, under ids that end with `suffix`. */
const order = (drug: string, suffix: string): PulledResource[] => [
  resource('Medication', `m${suffix}`, { code: { text: drug } }),
  resource('MedicationRequest', `o${suffix}`, {
    medicationReference: { reference: `Medication/m${suffix}` },
  }),
];

/** A note whose text is an attachment, under ids that end with `suffix`. */
const note = (text: string, suffix: string): Pulled[] => [
  resource('DocumentReference', `d${suffix}`, { content: [{ attachment: { url: `Binary/b${suffix}` } }] }),
  attachment(`d${suffix}`, text, { url: `Binary/b${suffix}` }),
];

/** Five observations, each resting on the next, the last with a value. */
const chain = (suffix: string, value: string): PulledResource[] => [
  ...[1, 2, 3, 4].map((link) =>
    resource('Observation', `o${link}${suffix}`, {
      hasMember: [{ reference: `Observation/o${link + 1}${suffix}` }],
    }),
  ),
  resource('Observation', `o5${suffix}`, { valueString: value }),
];

/** Two observations that refer to each other. */
const circle = (suffix: string): PulledResource[] => [
  resource('Observation', `a${suffix}`, { hasMember: [{ reference: `Observation/b${suffix}` }] }),
  resource('Observation', `b${suffix}`, { derivedFrom: [{ reference: `Observation/a${suffix}` }] }),
];

/** Two panels, each resting on a weight that says the same; the weights come in the order given. */
const panels = (suffix: string, sequence: readonly number[]): PulledResource[] => [
  ...sequence.map((number) => weight(`w${number}${suffix}`, 70)),
  ...[1, 2].map((number) =>
    resource('Observation', `p${number}${suffix}`, {
      code: { text: `Panel ${number}` },
      hasMember: [{ reference: `Observation/w${number}${suffix}` }],
    }),
  ),
];

/** What pulls one after the other come to. */
async function after(pulls: readonly (readonly Pulled[])[], asked: Ledger = ledger) {
  const archive = await newArchive();
  let last = await pull(archive, pulls[0] ?? [], asked);
  for (const items of pulls.slice(1)) last = await pull(archive, items, asked);
  expect((await verifyArchive(archive.directory)).problems).toEqual([]);
  const { all, documents } = await stateOf(archive);
  return {
    ...last,
    held: all.map(({ resourceType, id, vanished }) => `${resourceType}/${id}${vanished ? ' vanished' : ''}`),
    documents,
  };
}

describe('resources that come under new ids', () => {
  test('are renumbered: none of them vanished, and each is there once, under its new id', async () => {
    const {
      counts,
      ledger: kept,
      held,
    } = await after([
      [weight('a', 70), weight('b', 71)],
      [weight('x', 70), weight('y', 71)],
    ]);
    expect(counts).toMatchObject({ new: 2, renumbered: 2, vanished: 0 });
    expect(kept.vanished).toEqual([]);
    expect(held).toEqual(['Observation/x', 'Observation/y']);
  });

  test('are told from what vanished beside them', async () => {
    const {
      counts,
      ledger: kept,
      held,
    } = await after([[weight('a', 70), weight('b', 71)], [weight('x', 70)]]);
    expect(counts).toMatchObject({ new: 1, renumbered: 1, vanished: 1 });
    expect(kept.vanished).toEqual(['Observation/b']);
    expect(held).toEqual(['Observation/b vanished', 'Observation/x']);
  });

  test('are paired one to one: of two that say the same, one that came back leaves one vanished', async () => {
    const { counts } = await after([[weight('a', 70), weight('b', 70)], [weight('x', 70)]]);
    expect(counts).toMatchObject({ renumbered: 1, vanished: 1 });
  });

  test('are the same when what they refer to was renumbered with them', async () => {
    const { counts, held } = await after([order('Warfarin', '1'), order('Warfarin', '2')]);
    expect(counts).toMatchObject({ renumbered: 2, vanished: 0 });
    expect(held).toEqual(['Medication/m2', 'MedicationRequest/o2']);
  });

  test('are not the same when what they refer to says something else: an order for another medicine', async () => {
    const { counts, held } = await after([order('Warfarin', '1'), order('Aspirin', '2')]);
    expect(counts).toMatchObject({ new: 2, renumbered: 0, vanished: 2 });
    expect(held).toContain('MedicationRequest/o1 vanished');
  });

  test('are not the same when what they rest on differs, however far away it is', async () => {
    expect((await after([chain('a', 'five'), chain('b', 'nine')])).counts).toMatchObject({
      new: 5,
      renumbered: 0,
      vanished: 5,
    });
    expect((await after([chain('a', 'five'), chain('b', 'five')])).counts).toMatchObject({
      renumbered: 5,
      vanished: 0,
    });
  });

  test('are the same when they refer to each other in a circle', async () => {
    expect((await after([circle('1'), circle('2')])).counts).toMatchObject({ renumbered: 2, vanished: 0 });
  });

  test('are the same when those they refer to say the same as others do', async () => {
    expect((await after([panels('a', [1, 2]), panels('b', [2, 1])])).counts).toMatchObject({
      renumbered: 4,
      vanished: 0,
    });
  });

  test('are the same when their attachments lie at other addresses and have the same bytes', async () => {
    const { counts, documents } = await after([note('All is well.', '1'), note('All is well.', '2')]);
    expect(counts).toMatchObject({ renumbered: 1, vanished: 0 });
    expect(documents.map((document) => 'resource' in document && document.resource.id)).toEqual(['d2']);
  });

  test('are not the same when their attachments have other bytes', async () => {
    const { counts, documents } = await after([note('All is well.', '1'), note('Call us.', '2')]);
    expect(counts).toMatchObject({ renumbered: 0, vanished: 1 });
    expect(documents).toHaveLength(2);
  });

  test('after they had vanished are renumbered as well, and no longer shown as gone', async () => {
    const { counts, held } = await after([[weight('a', 70)], [], [weight('x', 70)]]);
    expect(counts).toMatchObject({ new: 1, renumbered: 1, vanished: 0 });
    expect(held).toEqual(['Observation/x']);
  });

  test('and go back to their old ones are renumbered again', async () => {
    const old = [weight('a', 70), weight('b', 71)];
    const { counts, held } = await after([old, [weight('x', 70), weight('y', 71)], old]);
    expect(counts).toMatchObject({ new: 0, reappeared: 2, renumbered: 0, vanished: 0 });
    expect(held).toEqual(['Observation/a', 'Observation/b']);
  });

  test('and once came by reference are renumbered too, though they never vanish', async () => {
    const byReference = 'Medication (by reference)';
    const [medication, request] = order('Warfarin', '1');
    const [renamed, again] = order('Warfarin', '2');
    if (!medication || !request || !renamed || !again) throw new Error('an order is two resources');
    const rows = ledgerOf(row('MedicationRequest?patient=p1'), row(byReference));
    const first = [request, { ...medication, query: byReference }];
    const second = [again, { ...renamed, query: byReference }];
    const { counts, held } = await after([first, second], rows);
    expect(counts).toMatchObject({ new: 2, renumbered: 2, vanished: 0 });
    expect(held).toEqual(['Medication/m2', 'MedicationRequest/o2']);
    expect((await after([first, []], rows)).counts).toMatchObject({ vanished: 1 });
  });

  test('make no new bag when nothing more happens to them', async () => {
    const renamed = [weight('x', 70)];
    expect((await after([[weight('a', 70)], renamed, renamed])).bag).toBeUndefined();
  });
});

test('a new resource that differs in one digit from one that is gone is another', async () => {
  const [before, now] = [observation('a', '"value":5.0'), observation('x', '"value":5')];
  expect((await after([[before], [now]])).counts).toMatchObject({
    renumbered: 0,
    vanished: 1,
  });
});
