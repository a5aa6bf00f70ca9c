import { describe, expect, it } from 'vitest';
import { bring, goal, goalSearch, names, patient, portal, row, searchset } from './pulling.ts';
import { openType, type Reply } from './stub.ts';

const types = { Goal: openType, Task: openType, Consent: openType, Account: openType, Claim: openType };
const broken: Reply = { body: '{', cut: true };
const stopped = (why: string) => ({ outcome: 'failed', reason: `The portal stopped answering. ${why}` });

/** Searches of a pull in the order asked, without the Patient read. */
function searched(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => path.replace('/fhir/', '')))].filter((path) => path !== 'Patient/1');
}

describe('a portal that stops answering', () => {
  it('is asked nothing more after three queries in a row without an answer', async () => {
    const stub = await portal(
      Object.fromEntries([
        ['Patient/1', patient],
        ...Object.keys(types).map((type) => [`${type}?patient=1`, broken] as const),
      ]),
    );
    const brought = await bring(stub, types);
    expect(names(brought)).toEqual(['Patient/1']);
    const asked = searched(stub.seen.map(({ path }) => path));
    expect(asked).toHaveLength(3);
    const failed = brought.ledger.rows.filter(({ outcome }) => outcome === 'failed');
    expect(failed).toHaveLength(5);
    const unasked = failed.filter(({ query }) => !asked.includes(query));
    const silent = expect.objectContaining(stopped('3 requests in a row went unanswered.'));
    expect(unasked).toEqual([silent, silent]);
  });

  it('with a wait longer than a pull grants is asked nothing more', async () => {
    const later: Reply = { status: 429, headers: { 'retry-after': '900' }, body: '' };
    const stub = await portal({ 'Patient/1': later, [goalSearch]: searchset([goal('a')]) });
    const brought = await bring(stub, types);
    expect(stub.seen.map(({ path }) => path)).toEqual(['/fhir/Patient/1']);
    expect(row(brought, 'Patient/1')).toMatchObject({ outcome: 'failed', httpStatus: 429 });
    expect(row(brought, goalSearch)).toMatchObject(stopped('It asks for a longer wait than a pull grants.'));
  });

  it('only now and then is asked to the end', async () => {
    let asked = 0;
    const every = (): Reply => {
      asked += 1;
      // Four attempts each: two queries without an answer, then one with.
      return Math.floor((asked - 1) / 4) % 3 === 2 ? { status: 500, body: '' } : broken;
    };
    const stub = await portal(
      Object.fromEntries([
        ['Patient/1', patient],
        ...Object.keys(types).map((type) => [`${type}?patient=1`, every] as const),
      ]),
    );
    await bring(stub, types);
    expect(searched(stub.seen.map(({ path }) => path))).toHaveLength(5);
  });
});
