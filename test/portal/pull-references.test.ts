import { describe, expect, it } from 'vitest';
import { bring, goal, goals, goalSearch, names, patient, portal, row, searchset } from './pulling.ts';
import { openType } from './stub.ts';

describe('references', () => {
  const read = { ...openType, searchParams: ['_id'] };

  it('are followed to closure, a version dropped, each once, and refused ones named', async () => {
    const first = {
      ...goal('a'),
      expressedBy: { reference: 'Practitioner/p/_history/3' },
      addresses: [
        { reference: 'Specimen/12' },
        { reference: '#in' },
        { reference: 'urn:uuid:1' },
        { reference: 'Patient/2' },
      ],
      note: [{ authorReference: { reference: 'https://else.example.org/fhir/Practitioner/x' } }],
    };
    const stub = await portal({
      'Patient/1': patient,
      [goalSearch]: (seen) =>
        searchset([{ ...first, source: { reference: `http://${seen.headers.host}/fhir/Practitioner/q` } }]),
      'Practitioner/p': {
        json: { resourceType: 'Practitioner', id: 'p', q: [{ issuer: { reference: 'Organization/o' } }] },
      },
      'Practitioner/q': {
        json: { resourceType: 'Practitioner', id: 'q', q: [{ issuer: { reference: 'Organization/o' } }] },
      },
      'Organization/o': {
        json: { resourceType: 'Organization', id: 'o', partOf: { reference: 'Organization/o' } },
      },
      'Specimen/12': { status: 403, body: '' },
    });
    const brought = await bring(stub, { ...goals, Practitioner: read, Organization: read, Specimen: read });
    expect(names(brought)).toEqual([
      'Patient/1',
      'Goal/a',
      'Practitioner/p',
      'Practitioner/q',
      'Organization/o',
    ]);
    expect(row(brought, 'Specimen (by reference)')).toMatchObject({
      outcome: 'refused',
      missing: ['Specimen/12 (403)'],
    });
    expect(row(brought, 'Practitioner (by reference)')).toMatchObject({ outcome: 'complete', returned: 2 });
    const paths = stub.seen.map(({ path }) => path);
    expect(paths.filter((path) => path.endsWith('Organization/o'))).toHaveLength(1);
    expect(paths).not.toContain('/fhir/Patient/2');
    expect(paths.some((path) => path.includes('_history'))).toBe(false);
  });

  it('to what the portal does not let read are not asked, and said', async () => {
    const stub = await portal({
      'Patient/1': patient,
      [goalSearch]: searchset([{ ...goal('a'), expressedBy: { reference: 'Practitioner/p' } }]),
    });
    const brought = await bring(stub, goals);
    expect(row(brought, 'Practitioner (by reference)')?.outcome).toBe('not-asked');
    expect(stub.seen.some(({ path }) => path.includes('Practitioner'))).toBe(false);
  });

  it('answered with another patient’s record, or another record, bring nothing', async () => {
    const stub = await portal({
      'Patient/1': patient,
      [goalSearch]: searchset([
        { ...goal('a'), addresses: [{ reference: 'Task/x' }, { reference: 'Task/y' }] },
      ]),
      'Task/x': { json: { resourceType: 'Task', id: 'x', for: { reference: 'Patient/2' } } },
      'Task/y': { json: { resourceType: 'Task', id: 'z' } },
    });
    const brought = await bring(stub, { ...goals, Task: read });
    expect(names(brought)).toEqual(['Patient/1', 'Goal/a']);
    expect(row(brought, 'Task (by reference)')?.missing).toEqual([
      "Task/x (another patient's)",
      'Task/y (another resource came)',
    ]);
  });
});
