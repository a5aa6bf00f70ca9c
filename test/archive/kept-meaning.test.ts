import { describe, expect, test } from 'vitest';
import { createArchive } from '../../src/archive/index.ts';
import type { Ledger } from '../../src/model/ledger.ts';
import type { PulledResource } from '../../src/model/pulled.ts';
import { newHome } from '../cli/bluebutton.ts';
import { ledgerOf, pull, row } from './practice.ts';

const orders = 'MedicationRequest?patient=p1';
const medications = 'Medication (by reference)';
const rows = ledgerOf(row(orders), row(medications));

function resource(resourceType: string, id: string, query: string, members: object): PulledResource {
  const text = JSON.stringify({ resourceType, id, ...members });
  return { kind: 'resource', query, resourceType, id, text };
}

const order = (id: string, medication: string, status = 'active'): PulledResource =>
  resource('MedicationRequest', id, orders, {
    status,
    intent: 'order',
    medicationReference: { reference: `Medication/${medication}` },
  });
const medication = (id: string, text: string): PulledResource =>
  resource('Medication', id, medications, { code: { text } });

interface RowJson {
  id: string;
  name: string | null;
  status: string;
  asOf?: string;
  cautions?: string[];
}

/** The medications `show` lists after some pulls: name, status and as of when. */
async function shownAfter(...pulls: (readonly [PulledResource[], Ledger?])[]): Promise<RowJson[]> {
  const home = await newHome();
  const archive = await createArchive(home.path('health-records'));
  for (const [items, ledger = rows] of pulls) await pull(archive, items, ledger);
  await home.done(['verify']);
  const { stdout } = await home.done(['show', '--json']);
  const { sections }: { sections: Record<string, RowJson[]> } = JSON.parse(stdout);
  return sections['medications'] ?? [];
}

describe('an order that is no longer given', () => {
  test('keeps the name of its medicine when that is given under a new id', async () => {
    const shown = await shownAfter(
      [[order('r1', 'm1'), medication('m1', 'Aspirin')]],
      [[order('r2', 'm2', 'stopped'), medication('m2', 'Aspirin')]],
    );
    expect(shown).toMatchObject([
      { id: 'MedicationRequest/r1', name: 'Aspirin', cautions: ['no longer provided by its source'] },
      { id: 'MedicationRequest/r2', name: 'Aspirin', status: 'past' },
    ]);
  });

  test('keeps the medicine it was for when the id of that means another now', async () => {
    const shown = await shownAfter(
      [[order('r1', 'm1'), medication('m1', 'Warfarin')]],
      [[order('r2', 'm1'), medication('m1', 'Aspirin')]],
      [[order('r2', 'm1'), medication('m1', 'Aspirin 100 mg')]],
    );
    expect(shown).toMatchObject([
      { id: 'MedicationRequest/r1', name: 'Warfarin', status: 'not stated' },
      { id: 'MedicationRequest/r2', name: 'Aspirin 100 mg', status: 'current' },
    ]);
  });
});

/** The ledger of a pull that ended then, and got the orders or did not. */
function endedAt(finished: string, outcome: 'complete' | 'refused'): Ledger {
  return { ...ledgerOf(row(orders, { outcome }), row(medications)), finished };
}

test('what a portal refused to repeat is current as of the last time it said so', async () => {
  const shown = await shownAfter(
    [[order('r1', 'm1'), medication('m1', 'Aspirin')], endedAt('2026-01-01T00:00:00Z', 'complete')],
    [[medication('m1', 'Aspirin')], endedAt('2026-03-01T00:00:00Z', 'refused')],
  );
  expect(shown).toMatchObject([{ name: 'Aspirin', status: 'current', asOf: '2026-01-01T00:00:00Z' }]);
});
