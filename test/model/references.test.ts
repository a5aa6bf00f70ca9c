import { describe, expect, it } from 'vitest';
import { onlyRow, recordOf, rowsOf } from '../facts/reading.ts';

const bundle = (entry: readonly object[]): string => JSON.stringify({ resourceType: 'Bundle', entry });
const doctor = (name: string, id = '7'): object => ({
  resourceType: 'Practitioner',
  id,
  name: [{ text: name }],
});
const visit = (reference: string, more: object = {}): object => ({
  resourceType: 'Encounter',
  serviceProvider: { reference },
  ...more,
});

async function providerOf(...entry: object[]): Promise<unknown> {
  const rows = rowsOf(await recordOf(bundle(entry)));
  return rows.find(({ section }) => section === 'encounters')?.row['provider'];
}

const target = (at: string, name: string): object => ({
  fullUrl: `${at}Practitioner/7`,
  resource: doctor(name),
});

const names = async (...entry: object[]): Promise<unknown> =>
  (await recordOf(bundle(entry))).record.sections['medications']?.map(({ name }) => name);

describe('a reference', () => {
  const base = 'https://a.example/fhir/';
  const urn = 'urn:uuid:22222222-2222-4222-8222-222222222222';

  it.each([
    ['relative', `${base}Practitioner/7`, 'Practitioner/7'],
    ['relative, of a version', `${base}Practitioner/7`, 'Practitioner/7/_history/2'],
    ['absolute', `${base}Practitioner/7`, `${base}Practitioner/7`],
    ['urn:uuid', urn, urn],
  ])('that is %s finds its target wherever it stands in the Bundle', async (_, fullUrl, reference) => {
    const from = { fullUrl: `${base}Encounter/1`, resource: visit(reference) };
    const to = { fullUrl, resource: doctor('Dr. Strange') };
    expect(await providerOf(from, to)).toBe('Dr. Strange');
    expect(await providerOf(to, from)).toBe('Dr. Strange');
  });

  it('means the resource of its own server where two use the same id', async () => {
    const other = 'https://b.example/fhir/';
    const from = { fullUrl: `${other}Encounter/1`, resource: visit('Practitioner/7') };
    expect(await providerOf(target(base, 'Dr. A'), target(other, 'Dr. B'), from)).toBe('Dr. B');
    expect(await providerOf(target(base, 'Dr. A'), from)).toBeUndefined();
  });

  it('never leaves its source', async () => {
    const built = await recordOf(
      JSON.stringify(visit('Practitioner/7')),
      JSON.stringify(doctor('Dr. Strange')),
    );
    expect(built.record.sections['encounters']?.[0]?.['provider']).toBeUndefined();
  });

  it('with # means what the same resource contains, and not the same id elsewhere', async () => {
    const contained = [doctor('Dr. Inside', 'd')];
    expect(
      await providerOf(
        { resource: doctor('Dr. Outside', 'd') },
        { resource: visit('#other', { contained: [doctor('Dr. Else', 'd')] }) },
      ),
    ).toBeUndefined();
    expect(await providerOf({ resource: visit('#d', { contained }) })).toBe('Dr. Inside');
    const lines = [visit('#d', { contained }), visit('#d', { contained: [doctor('Dr. Next', 'd')] })].map(
      (line) => JSON.stringify(line),
    );
    const built = await recordOf(lines.join('\n'));
    expect(built.record.sections['encounters']?.map((row) => row['provider'])).toEqual([
      'Dr. Inside',
      'Dr. Next',
    ]);
  });

  it('that finds nothing shows its own display, and a display outweighs the target’s name', async () => {
    const shown = { resourceType: 'Encounter', serviceProvider: { display: 'Clinic', reference: 'x/1' } };
    expect(onlyRow(await recordOf(JSON.stringify(shown))).row['provider']).toBe('Clinic');
    expect(onlyRow(await recordOf(JSON.stringify(visit('Organization/1')))).row['provider']).toBeUndefined();
  });

  it('to a medicine, contained or not, names the row by what it is', async () => {
    const order = { resourceType: 'MedicationRequest', intent: 'order' };
    const medication = { resourceType: 'Medication', id: 'm', code: { text: 'Lisinopril' } };
    const contained = { ...order, contained: [medication], medicationReference: { reference: '#m' } };
    const apart = { ...order, medicationReference: { reference: 'Medication/m', display: 'what is typed' } };
    expect(await names({ resource: contained })).toEqual(['Lisinopril']);
    expect(await names({ resource: apart }, { resource: medication })).toEqual(['Lisinopril']);
    expect(await names({ resource: apart })).toEqual(['what is typed']);
  });

  it('that goes round in a circle ends', async () => {
    const role = {
      resourceType: 'PractitionerRole',
      id: 'r',
      practitioner: { reference: 'PractitionerRole/r' },
    };
    expect(await providerOf({ resource: visit('PractitionerRole/r') }, { resource: role })).toBeUndefined();
  });
});
