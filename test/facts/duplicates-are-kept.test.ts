import { describe, expect, it } from 'vitest';
import { csvOf, recordOf, recordOfResources, rendered, rowsOf } from './reading.ts';

const order = (text: string, id = '1'): object => ({
  resourceType: 'MedicationRequest',
  id,
  intent: 'order',
  status: 'active',
  medicationCodeableConcept: { text: 'Lisinopril' },
  dosageInstruction: [{ text }],
  subject: { reference: 'Patient/1' },
});

describe('the same fact twice', () => {
  it('stays two rows, each with an id of its own and its own place', async () => {
    const built = await recordOfResources([order('10 mg'), order('10 mg')]);
    const rows = rowsOf(built).map(({ row }) => row);
    expect(rows.map(({ id }) => id)).toEqual(['MedicationRequest/1', 'MedicationRequest/1~2']);
    expect(rows.map(({ sources }) => sources[0]?.pointer)).toEqual([
      '/entry/0/resource',
      '/entry/1/resource',
    ]);
    for (const format of ['text', 'markdown', 'fhir'])
      expect(rendered(format, built).split('Lisinopril')).toHaveLength(3);
    expect(csvOf(built, 'medications')).toHaveLength(2);
  });

  it('from two sources stays two rows, each with its source', async () => {
    const [a, b] = [JSON.stringify(order('10 mg')), JSON.stringify(order('10 mg'), null, 1)];
    const rows = rowsOf(await recordOf(a, b)).map(({ row }) => row);
    expect(new Set(rows.map(({ sources }) => sources[0]?.source)).size).toBe(2);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(2);
  });

  it('in conflict (same drug, other dose) is shown side by side', async () => {
    const text = rendered('text', await recordOfResources([order('10 mg', '1'), order('20 mg', '2')]));
    expect(text).toMatch(/Lisinopril +10 mg/);
    expect(text).toMatch(/Lisinopril +20 mg/);
  });

  it('without ids is two rows whose ids are their places', async () => {
    const bare = { resourceType: 'Condition', code: { text: 'Asthma' } };
    const ids = rowsOf(await recordOfResources([bare, bare])).map(({ row }) => row.id);
    expect(ids[0]).toMatch(/^Condition\/[0-9a-f]{8}\/entry\/0\/resource$/);
    expect(ids[1]).toMatch(/^Condition\/[0-9a-f]{8}\/entry\/1\/resource$/);
  });
});
