import { describe, expect, it } from 'vitest';
import type { QueryOutcome } from '../../src/model/ledger.ts';
import { isGenerated } from '../../src/model/ledger.ts';
import { expectSafe, faultsOf, pullWith, whole, type Outcome } from './pulled.ts';

const docref = ({ rows }: Outcome) => rows.find(({ query }) => isGenerated(query));

interface Row {
  fault: string;
  outcome: QueryOutcome;
  reason?: RegExp;
  httpStatus?: number;
  /** Documents made by the portal that come. */
  made?: number;
}

const table: Row[] = [
  { fault: 'docref-400', outcome: 'refused', httpStatus: 400, reason: /answered 400/ },
  { fault: 'docref-404', outcome: 'refused', httpStatus: 404, reason: /answered 404/ },
  { fault: 'docref-501', outcome: 'refused', httpStatus: 501, reason: /answered 501/ },
  { fault: 'docref-empty', outcome: 'empty' },
  { fault: 'docref-outcome', outcome: 'refused', reason: /OperationOutcome came instead/ },
  { fault: 'docref-next-leaks', outcome: 'complete', reason: /leaves the operation/, made: 1 },
];

describe('a summary document the portal is asked to make', () => {
  it.each(table)('$fault', async ({ fault, outcome, reason = /^$/, httpStatus = 200, made = 0 }) => {
    const brought = await pullWith([fault], { plan: { ccd: true } });
    expectSafe(brought);
    expect(docref(brought)).toMatchObject({ outcome, httpStatus });
    expect(docref(brought)?.reason ?? '').toMatch(reason);
    expect(brought.names.filter((name) => !whole.includes(name))).toHaveLength(made);
    expect(whole.filter((name) => !brought.names.includes(name))).toEqual([]);
    expect(brought.documents.filter(({ contentType }) => contentType === 'application/xml')).toHaveLength(
      made,
    );
    expect(brought.log.filter(({ path }) => path.endsWith('$docref'))).toHaveLength(1);
    expect(brought.waits).toEqual([]);
  });

  it('every fault of $docref is in the table', () => {
    expect(table.map(({ fault }) => fault).toSorted()).toEqual(faultsOf('docref'));
  });

  it.each(['open', 'strict', 'oracle'] as const)(
    'comes at %s when asked for, and only then',
    async (profile) => {
      const asked = await pullWith([], { profile, plan: { ccd: true } });
      const isOffered = docref(asked) !== undefined;
      const unasked = await pullWith([], { profile });
      expect(unasked.log.filter(({ path }) => path.endsWith('$docref'))).toEqual([]);
      expect(isOffered).toBe(true);
      expect(docref(asked)).toMatchObject({ outcome: 'complete' });
      expect(docref(unasked)).toMatchObject({ outcome: 'not-asked' });
    },
  );
});

describe('everything at once', () => {
  it.each(['open', 'strict'] as const)('brings at %s what the searches bring', async (profile) => {
    const searched = await pullWith([], { profile });
    const brought = await pullWith([], { profile, plan: { everything: true } });
    expectSafe(brought);
    // Binaries too, which the searches leave to the attachments.
    expect(brought.names).toEqual(['Binary/b1', ...searched.names]);
    expect(brought.gaps).toEqual([]);
    expect(brought.rows.filter(({ query }) => query.endsWith('$everything'))).toMatchObject([
      { outcome: 'complete' },
    ]);
    expect(brought.log.filter(({ path }) => path.endsWith('Observation'))).toEqual([]);
  });

  it('is asked for by searches where a portal does not offer it', async () => {
    const brought = await pullWith([], { profile: 'oracle', plan: { everything: true } });
    expectSafe(brought);
    expect(brought.log.filter(({ path }) => path.endsWith('$everything'))).toEqual([]);
    expect(brought.names).toEqual(whole);
  });

  it('that breaks off keeps what came, and says of every type that it is cut short', async () => {
    const brought = await pullWith(['500-page'], { plan: { everything: true } });
    expectSafe(brought);
    expect(brought.names).toEqual(['Observation/o1', 'Patient/ann', 'Practitioner/dr']);
    const types = ['Patient', 'Condition', 'Observation', 'DocumentReference'];
    expect(brought.gaps.map(({ resourceType, outcome }) => [resourceType, outcome])).toEqual(
      types.map((type) => [type, 'truncated']),
    );
  });

  it('that is not answered gives way to the searches', async () => {
    const brought = await pullWith(['500-always@$everything'], { plan: { everything: true } });
    expectSafe(brought);
    expect(brought.names).toEqual(whole);
    expect(brought.gaps).toEqual([]);
    expect(brought.rows.filter(({ query }) => query.endsWith('$everything'))).toMatchObject([
      { outcome: 'not-asked', reason: expect.stringMatching(/searches were asked in its place/) },
    ]);
  });
});
