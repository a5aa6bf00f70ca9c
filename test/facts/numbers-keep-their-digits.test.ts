import { describe, expect, it } from 'vitest';
import { csvOf, onlyRow, recordOf, rendered } from './reading.ts';

const numbers = [
  '5.0',
  '1.10',
  '1e3',
  '1E+3',
  '-0',
  '-0.0',
  '-2.50',
  '0.000000100',
  '12345678901234567890',
  '3.14159265358979323846',
  '7',
];

const potassium = (quantity: string, more = ''): string =>
  `{"resourceType":"Observation","id":"k","status":"final","code":{"text":"Potassium"},"valueQuantity":${quantity}${more}}`;

describe('a number', () => {
  it.each(numbers)('%s keeps its digits from the value of a result into every output', async (digits) => {
    const built = await recordOf(potassium(`{"value":${digits},"unit":"mmol/L"}`));
    expect(onlyRow(built).row['value']).toBe(digits);
    expect(rendered('fhir', built)).toContain(`"value":${digits},"unit"`);
    expect(rendered('json', built)).toContain(`"value": "${digits}"`);
    expect(rendered('ndjson', built)).toContain(`"value":"${digits}"`);
    expect(rendered('text', built)).toMatch(new RegExp(`(?<![\\d.])${escaped(digits)} mmol/L`));
    // A negative number is a number: no apostrophe is put before it as before a formula.
    expect(csvOf(built, 'results')[0]?.['value']).toBe(digits);
  });

  it.each(numbers)('%s keeps its digits under a comparator, in a range and in components', async (digits) => {
    const quantity = `{"value":${digits},"unit":"g"}`;
    const more =
      `,"referenceRange":[{"low":${quantity},"high":${quantity}}]` +
      `,"component":[{"code":{"text":"Part"},"valueQuantity":${quantity},"referenceRange":[{"high":${quantity}}]}]`;
    const built = await recordOf(potassium(`{"value":${digits},"comparator":"<"}`, more));
    expect(onlyRow(built).row).toMatchObject({
      value: `<${digits}`,
      range: `${digits}–${digits} g`,
      components: [{ name: 'Part', value: digits, unit: 'g', range: `≤ ${digits} g` }],
    });
    expect(csvOf(built, 'results')[0]).toMatchObject({ value: `<${digits}` });
    expect(csvOf(built, 'results')[0]?.['components']).toBe(`Part ${digits} g (≤ ${digits} g)`);
  });

  it.each([
    ['valueRange', '{"low":{"value":1.0},"high":{"value":2.50}}', '1.0–2.50'],
    ['valueRatio', '{"numerator":{"value":1.0},"denominator":{"value":64}}', '1.0:64'],
    ['valueInteger', '1e3', '1e3'],
    ['valueString', '"5.0"', '5.0'],
    ['valueSampledData', '{"origin":{"value":0.0},"data":"1.0 2.0 E"}', 'samples around 0.0: 1.0 2.0 E'],
  ])('in a %s keeps its digits', async (name, value, expected) => {
    const built = await recordOf(`{"resourceType":"Observation","${name}":${value}}`);
    expect(onlyRow(built).row['value']).toBe(expected);
  });

  it('keeps its digits in doses, quantities, supplies and refills', async () => {
    const built = await recordOf(`{"resourceType":"MedicationRequest","intent":"order",
      "dosageInstruction":[{"doseAndRate":[{"doseQuantity":{"value":2.50,"unit":"mg"}}],
        "timing":{"repeat":{"frequency":1,"period":8.0,"periodUnit":"h"}}}],
      "dispenseRequest":{"numberOfRepeatsAllowed":3,"quantity":{"value":30.0},
        "expectedSupplyDuration":{"value":30.00,"unit":"d"}}}`);
    expect(onlyRow(built).row).toMatchObject({
      dosage: ['2.50 mg, 1 time every 8.0 hours'],
      quantity: '30.0',
      daysSupply: '30.00 d',
      refills: '3',
    });
  });

  it('keeps its digits in contained resources, NDJSON lines and under white space of any kind', async () => {
    const contained = `{"resourceType":"Observation","id":"c","valueQuantity":{"value":1.10}}`;
    const line = `{ "resourceType":\t"Observation","contained":[ ${contained} ],\t"valueQuantity":{"value" : 5.0 } }`;
    const built = await recordOf(`${line}\r\n${potassium('{"value":-0}')}\r\n`);
    expect(built.entries.map(({ text }) => text)).toEqual([
      `{"resourceType":"Observation","contained":[${contained}],"valueQuantity":{"value":5.0}}`,
      contained,
      potassium('{"value":-0}'),
    ]);
    expect(built.record.sections['results']?.map((row) => row['value'])).toEqual(['5.0', '1.10', '-0']);
  });

  it('keeps its digits beside a member that occurs twice', async () => {
    const built = await recordOf(potassium('{"value":5.0,"value":1.10}'));
    expect(onlyRow(built).row['value']).toBe('1.10');
    expect(rendered('fhir', built)).toContain('{"value":5.0,"value":1.10}');
    expect(built.record.findings.map(({ code }) => code)).toEqual(['duplicate-key']);
  });

  it('in place of a string keeps its digits there too', async () => {
    const built = await recordOf('{"resourceType":"Observation","id":1.0,"valueString":5.0}');
    expect(onlyRow(built).row).toMatchObject({ id: 'Observation/1.0', value: '5.0' });
    expect(built.record.findings.every(({ code }) => code === 'wrong-shape')).toBe(true);
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.+]/g, String.raw`\$&`);
}
