import { describe, expect, it } from 'vitest';
import type { QueryOutcome } from '../../src/model/ledger.ts';
import { expectSafe, faultsOf, observationRow, observations, pullWith, whole, saidOf } from './pulled.ts';

interface Row {
  fault: string;
  /** Numbers of the Observations that come; all of them by default. */
  came?: readonly number[];
  outcome?: QueryOutcome;
  reason?: RegExp;
  notice?: RegExp;
  /** Times a resource came again. */
  repeated?: number;
  /** Pages asked for. */
  pages?: number;
  /** The most requests of the whole pull. */
  requests?: number;
  /** Asked with the page sizes of a vendor. */
  vendor?: string;
}

const first = [1, 2];
const away = (fault: string, whither: string): Row => ({
  fault,
  came: first,
  outcome: 'truncated',
  reason: new RegExp(`leads away from the portal${whither}\\.$`),
  pages: 1,
});
const expired = { came: [1, 2, 3, 4], outcome: 'truncated', pages: 3 } as const;

const table: Row[] = [
  { fault: 'next-self', came: first, outcome: 'truncated', reason: /circle/, pages: 1 },
  {
    fault: 'next-loop',
    came: [1, 2, 3, 4],
    outcome: 'truncated',
    reason: /circle/,
    pages: 3,
    repeated: 2,
    requests: 60,
  },
  {
    fault: 'next-same-entries',
    came: first,
    outcome: 'truncated',
    reason: /same page came again/,
    pages: 2,
    repeated: 2,
    requests: 320,
  },
  away('next-other-origin', ', to localhost:\\d+'),
  away('next-other-port', ', to 127\\.0\\.0\\.1:\\d+'),
  away('next-downgrade', ', to portal\\.invalid'),
  away('next-userinfo', ', to localhost:\\d+'),
  away('next-file', ', to file:'),
  away('next-outside-base', "'s FHIR address"),
  { fault: 'next-relative' },
  { fault: 'next-root-relative' },
  { fault: 'next-query-only' },
  { fault: 'next-scheme-relative' },
  { fault: 'next-unencoded' },
  { fault: 'next-double-encoded' },
  { fault: 'next-huge' },
  { fault: 'next-fragment' },
  { fault: 'next-two' },
  { fault: 'next-capital' },
  { fault: 'next-empty-page', pages: 5 },
  { fault: 'next-expired', ...expired, reason: /^Page 3 did not come: The portal answered 404/ },
  { fault: 'next-gone', ...expired, reason: /^Page 3 did not come: The portal answered 410/ },

  { fault: 'total-wrong', reason: /^The portal counts 13, and 6 came\.$/ },
  { fault: 'total-absent' },
  { fault: 'total-changing', reason: /^The portal counts 8, and 6 came\.$/ },
  { fault: 'duplicates-across-pages', repeated: 2 },
  // Nothing tells it from a wrong total, which portals have every day: it is remarked on, and no more.
  { fault: 'lost-between-pages', came: [1, 2, 4, 6], reason: /^The portal counts 6, and 4 came\.$/ },
  { fault: 'same-id-other-version', repeated: 3 },
  { fault: 'missing-id', came: [2, 4, 6], outcome: 'failed', reason: /without an id/ },
  { fault: 'missing-full-url' },
  { fault: 'entry-without-resource', outcome: 'truncated', reason: /entry without the resource/ },
  { fault: 'outcome-warning', notice: /^Some results are missing/m },
  { fault: 'outcome-error', outcome: 'truncated', reason: /reports an error/, notice: /^Some results/m },
  { fault: 'bundle-type-wrong' },
  { fault: 'ignores-count', vendor: 'oracle' },
  { fault: 'ignores-patient', outcome: 'refused', reason: /another patient/, pages: 4 },
  { fault: 'unknown-parameter-400', vendor: 'oracle' },
];

const typeOf = (name: string): string => name.replace(/\/.*/, '');

describe('a portal that pages as no portal should', () => {
  it.each(table)('$fault', async ({ fault, came = [1, 2, 3, 4, 5, 6], vendor, requests, ...row }) => {
    const brought = await pullWith(
      [`${fault}@Observation`],
      vendor === undefined ? {} : { plan: { vendor } },
    );
    expectSafe(brought, { requests });
    const missing = observations.filter((_, index) => !came.includes(index + 1));
    expect(brought.names).toEqual(whole.filter((name) => !missing.includes(name)));
    const asked = observationRow(brought);
    expect(asked).toMatchObject({
      outcome: row.outcome ?? 'complete',
      returned: came.length,
      repeated: row.repeated ?? 0,
      pages: row.pages ?? 3,
    });
    expect(saidOf(asked)).toMatch(row.reason ?? /^$/);
    expect(asked?.notices.join('\n')).toMatch(row.notice ?? /^/);
    expect(brought.gaps.filter(({ resourceType }) => resourceType !== 'Observation')).toEqual([]);
    expect(brought.waits).toEqual([]);
  });

  it('next-endless: ten thousand pages are enough', async () => {
    const brought = await pullWith(['next-endless@Observation']);
    expectSafe(brought, { requests: 10_400 });
    expect(observationRow(brought)).toMatchObject({
      outcome: 'truncated',
      reason: 'More than 10000 pages.',
      pages: 10_000,
    });
    expect(brought.names).toEqual(expect.arrayContaining(whole));
  });

  it('ids-share-prefix: ids that differ at their end only are told apart', async () => {
    const { names, gaps, ...rest } = await pullWith(['ids-share-prefix']);
    expectSafe({ names, gaps, ...rest });
    expect(names.map(typeOf)).toEqual(whole.map(typeOf));
    expect(new Set(names.map((name) => name.slice(0, 50))).size).toBeLessThan(whole.length);
    expect(gaps).toEqual([]);
  });

  it('every fault of paging is in the table', () => {
    const tested = [...table.map(({ fault }) => fault), 'next-endless', 'ids-share-prefix'];
    expect(tested.toSorted()).toEqual(faultsOf('paging'));
  });
});
