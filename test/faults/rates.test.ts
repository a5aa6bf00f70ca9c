import { describe, expect, it } from 'vitest';
import type { QueryOutcome } from '../../src/model/ledger.ts';
import { expectSafe, faultsOf, observationRow, observations, pullWith, whole, saidOf } from './pulled.ts';

interface Row {
  fault: string;
  where?: string;
  /** Least and most of each wait, in milliseconds. */
  waits: [number, number][];
  /** What does not come; nothing by default. */
  missing?: string[];
  outcome?: QueryOutcome;
  reason?: RegExp;
}

/** What is waited when nothing that can be read is stated: a quarter of a second, then half, and so on, ± a quarter. */
const short: [number, number] = [187, 313];
const doubled: [number, number] = [375, 625];
const none = { missing: observations, outcome: 'failed' } as const;

const table: Row[] = [
  { fault: '429-seconds', waits: [[1000, 1000]] },
  { fault: '429-date', waits: [[1000, 2000]] },
  { fault: '429-past', waits: [short] },
  { fault: '429-none', waits: [[1000, 1000]] },
  { fault: '429-epoch-seconds', waits: [[1000, 2500]] },
  { fault: '429-epoch-ms', waits: [[1000, 2000]] },
  { fault: '429-garbage', waits: [short] },
  { fault: '429-negative', waits: [short] },
  { fault: '429-float', waits: [[500, 500]] },
  { fault: '500-once', waits: [short] },
  { fault: '502-once', waits: [short] },
  { fault: '503-once', waits: [short] },
  { fault: '503-html', waits: [short] },
  { fault: '504-once', waits: [short] },
  { fault: '500-always', waits: [short, doubled], ...none, reason: /^The portal answered 500\.$/ },
  {
    fault: '500-page',
    waits: [short, doubled],
    missing: observations.slice(2),
    outcome: 'truncated',
    reason: /^Page 2 did not come: The portal answered 500\.$/,
  },
  {
    fault: '500-page',
    where: 'Observation?page=3',
    waits: [short, doubled],
    missing: observations.slice(4),
    outcome: 'truncated',
    reason: /^Page 3 did not come: The portal answered 500\.$/,
  },
  { fault: 'html-login-page', waits: [], ...none, reason: /^A web page or XML came instead/ },
  { fault: 'wrong-content-type', waits: [] },
  { fault: 'empty-body', waits: [], ...none, reason: /^The answer is empty\.$/ },
];

describe('a portal that is busy or broken', () => {
  it.each(table)('$fault@$where', async ({ fault, where = 'Observation', waits, missing = [], ...row }) => {
    const brought = await pullWith([`${fault}@${where}`]);
    expectSafe(brought);
    expect(brought.names).toEqual(whole.filter((name) => !missing.includes(name)));
    expect(observationRow(brought)?.outcome).toBe(row.outcome ?? 'complete');
    expect(saidOf(observationRow(brought))).toMatch(row.reason ?? /^$/);
    expect(brought.gaps.filter(({ resourceType }) => resourceType !== 'Observation')).toEqual([]);
    expect(brought.waits).toHaveLength(waits.length);
    for (const [index, [least, most]] of waits.entries()) {
      expect(brought.waits[index]).toBeGreaterThanOrEqual(least);
      expect(brought.waits[index]).toBeLessThanOrEqual(most);
    }
  });

  it('429-huge: a portal that asks for years is asked nothing more, and every row says so', async () => {
    const brought = await pullWith(['429-huge@Observation']);
    expectSafe(brought);
    expect(brought.waits).toEqual([]);
    expect(brought.log.at(-1)).toMatchObject({ path: '/fhir/Observation', status: 429 });
    expect(brought.log.filter(({ status }) => status === 429)).toHaveLength(1);
    expect(brought.names).toEqual(['Condition/c1', 'Patient/ann']);
    const asked = brought.rows.filter(({ outcome, pages }) => outcome !== 'not-asked' && pages > 0);
    expect(
      asked.map(({ resourceType, outcome, reason = '' }) => [resourceType, outcome, reason]),
    ).toContainEqual([
      'DocumentReference',
      'failed',
      expect.stringMatching(/longer wait than a pull grants/),
    ]);
  });

  it('429-seconds, time and again: a portal that stays busy is given up, and only that search fails', async () => {
    const brought = await pullWith(['429-seconds@Observation*99']);
    expectSafe(brought);
    expect(brought.waits.map((wait) => Math.round(wait))).toEqual([1000, 1000, expect.any(Number)]);
    expect(observationRow(brought)).toMatchObject({ outcome: 'failed', httpStatus: 429 });
    expect(brought.names).toEqual(whole.filter((name) => !observations.includes(name)));
  });

  it('resource-gone: what is deleted is refused, and named', async () => {
    const brought = await pullWith(['resource-gone@Practitioner']);
    expectSafe(brought);
    expect(brought.names).toEqual(whole.filter((name) => name !== 'Practitioner/dr'));
    expect(brought.gaps).toMatchObject([
      {
        query: 'Practitioner (by reference)',
        outcome: 'refused',
        missing: ['Practitioner/dr (410)'],
        notices: ['This Practitioner was deleted.'],
      },
    ]);
  });

  it('every fault of rates and answers is in the table', () => {
    const tested = new Set([...table.map(({ fault }) => fault), '429-huge', 'resource-gone']);
    expect([...tested].toSorted()).toEqual(faultsOf('rates'));
  });
});
