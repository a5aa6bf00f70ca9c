import { describe, expect, it } from 'vitest';
import {
  bring,
  goal,
  goals,
  goalSearch,
  names,
  patient,
  portal,
  portalBy,
  row,
  searchset,
} from './pulling.ts';

describe('pages', () => {
  it('are followed to the last one by absolute, relative and query-only links', async () => {
    const stub = await portal({
      'Patient/1': patient,
      [goalSearch]: (seen) => searchset([goal('a')], `http://${seen.headers.host}/fhir?page=2`),
      '/fhir?page=2': searchset([goal('b')], '?page=3'),
      '/fhir?page=3': searchset([], '/fhir/Goal?page=4'),
      'Goal?page=4': searchset([goal('c')]),
    });
    const brought = await bring(stub, goals);
    expect(names(brought)).toEqual(['Patient/1', 'Goal/a', 'Goal/b', 'Goal/c']);
    expect(row(brought, goalSearch)).toMatchObject({ outcome: 'complete', pages: 4, returned: 3 });
  });

  it('at another origin are not asked for, and no token goes there', async () => {
    const other = await portal({});
    const stub = await portal({
      'Patient/1': patient,
      [goalSearch]: searchset([goal('a')], `${other.origin}/fhir/Goal?page=2`),
    });
    const brought = await bring(stub, goals);
    expect(other.seen).toEqual([]);
    expect(row(brought, goalSearch)).toMatchObject({ outcome: 'truncated', returned: 1 });
  });

  it.each(['/elsewhere?page=2', '/fhirother?page=2', '../admin', 'http://me@127.0.0.1/fhir?page=2'])(
    'outside the base (%s) are not asked for',
    async (next) => {
      const stub = await portal({ 'Patient/1': patient, [goalSearch]: searchset([goal('a')], next) });
      const brought = await bring(stub, goals);
      expect(row(brought, goalSearch)?.outcome).toBe('truncated');
      expect(stub.seen.map(({ path }) => path)).toEqual(['/fhir/Patient/1', '/fhir/Goal?patient=1']);
    },
  );

  it('that lead back end the query', async () => {
    const stub = await portal({
      'Patient/1': patient,
      [goalSearch]: searchset([goal('a')], '?page=2'),
      'Goal?page=2': searchset([goal('b')], '?patient=1'),
    });
    const brought = await bring(stub, goals);
    expect(row(brought, goalSearch)).toMatchObject({ outcome: 'truncated', returned: 2 });
    expect(stub.seen).toHaveLength(3);
  });

  it('that come again under ever new addresses end the query', async () => {
    let token = 0;
    const stub = await portalBy(({ path }) =>
      path.includes('Patient/1') ? patient : searchset([goal('a')], `?token=${(token += 1)}`),
    );
    const brought = await bring(stub, goals);
    expect(row(brought, goalSearch)).toMatchObject({ outcome: 'truncated', returned: 1, repeated: 1 });
    expect(stub.seen).toHaveLength(3);
  });

  it('that come empty for ever end the query', async () => {
    let token = 0;
    const stub = await portalBy(({ path }) =>
      path.includes('Patient/1') ? patient : searchset([], `?token=${(token += 1)}`),
    );
    expect(row(await bring(stub, goals), goalSearch)?.outcome).toBe('truncated');
    expect(stub.seen.length).toBeLessThan(30);
  });

  it('that are refused midway leave the row truncated, and what came is kept', async () => {
    const stub = await portal({ 'Patient/1': patient, [goalSearch]: searchset([goal('a')], '?page=2') });
    const brought = await bring(stub, goals);
    expect(names(brought)).toEqual(['Patient/1', 'Goal/a']);
    expect(row(brought, goalSearch)).toMatchObject({ outcome: 'truncated', httpStatus: 404, pages: 2 });
  });
});
