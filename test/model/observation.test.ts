import { describe, expect, it } from 'vitest';
import { isOutOfRange, type Row } from '../../src/model/index.ts';
import { onlyRow, recordOf } from '../facts/reading.ts';

async function observation(members: string): Promise<Row> {
  return onlyRow(await recordOf(`{"resourceType":"Observation",${members}}`)).row;
}

const flagOf = async (quantity: string, range: string): Promise<unknown> =>
  (await observation(`"valueQuantity":${quantity},"referenceRange":${range}`))['flag'];

describe('a computed flag', () => {
  const between = '[{"low":{"value":3.5,"unit":"mmol/L"},"high":{"value":5.0,"unit":"mmol/L"}}]';
  const atMost = '[{"high":{"value":5.0}}]';
  const atLeast = '[{"low":{"value":40}}]';

  it.each([
    ['5.1', between, 'HIGH (computed)'],
    ['3.4', between, 'LOW (computed)'],
    ['5.0', between, undefined],
    ['5.00', between, undefined],
    ['3.5', between, undefined],
    ['4', between, undefined],
    ['5.01', atMost, 'HIGH (computed)'],
    ['-7', atMost, undefined],
    ['39.9', atLeast, 'LOW (computed)'],
    ['4000', atLeast, undefined],
    ['1e3', atMost, 'HIGH (computed)'],
    ['-0', '[{"low":{"value":0}}]', undefined],
  ])('of %s in %s is %s', async (value, range, expected) => {
    expect(await flagOf(`{"value":${value},"unit":"mmol/L"}`, range)).toBe(expected);
  });

  it.each<[string, string, string | undefined, string]>([
    ['<', '5', undefined, 'below 5 may be 4.9'],
    ['<', '40', 'LOW (computed)', 'everything below 40 is below the least'],
    ['<=', '40', undefined, '40 itself is inside'],
    ['<=', '39', 'LOW (computed)', 'everything up to 39 is below'],
    ['>', '100', 'HIGH (computed)', 'everything above 100 is above the most'],
    ['>=', '100', undefined, '100 itself is inside'],
    ['>=', '101', 'HIGH (computed)', 'everything from 101 is above'],
    ['>', '50', undefined, 'above 50 may be 51'],
    ['>', '30', undefined, 'above 30 may be anything'],
    ['<', '200', undefined, 'below 200 may be anything'],
  ])('of %s%s is %s: %s', async (comparator, value, expected) => {
    const range =
      comparator === '<' && value === '5'
        ? '[{"high":{"value":5}}]'
        : '[{"low":{"value":40},"high":{"value":100}}]';
    expect(await flagOf(`{"value":${value},"comparator":"${comparator}"}`, range)).toBe(expected);
  });

  it.each([
    ['units differ', '[{"high":{"value":5,"unit":"mg/dL"}}]'],
    ['the range is for a group', '[{"high":{"value":5},"appliesTo":[{"text":"pregnant"}]}]'],
    ['the range is for an age', '[{"high":{"value":5},"age":{"low":{"value":60}}}]'],
    ['the range is a goal of treatment', '[{"high":{"value":5},"type":{"coding":[{"code":"therapeutic"}]}}]'],
    ['the range is of a kind in words alone', '[{"high":{"value":5},"type":{"text":"critical"}}]'],
    ['there are two ranges', '[{"high":{"value":5}},{"high":{"value":6}}]'],
    ['the range is words alone', '[{"text":"0-5"}]'],
    ['the bound has no value', '[{"high":{"unit":"mmol/L"}}]'],
  ])('is none when %s', async (_, range) => {
    expect(await flagOf('{"value":99,"unit":"mmol/L"}', range)).toBeUndefined();
  });

  it('is given for a range whose type is normal', async () => {
    const range = '[{"high":{"value":5},"type":{"coding":[{"code":"normal"}]}}]';
    expect(await flagOf('{"value":99}', range)).toBe('HIGH (computed)');
  });

  it('never stands beside the lab’s own, not even when it differs', async () => {
    const row = await observation(
      '"valueQuantity":{"value":99},"referenceRange":[{"high":{"value":5}}],"interpretation":[{"coding":[{"code":"N"}]}]',
    );
    expect(row['flag']).toBe('normal');
  });

  it('of a component stands with the component', async () => {
    const row = await observation(
      '"component":[{"code":{"text":"Systolic"},"valueQuantity":{"value":150,"unit":"mmHg"},"referenceRange":[{"high":{"value":140}}]},{"code":{"text":"Diastolic"}}]',
    );
    expect(row).toMatchObject({
      value: undefined,
      components: [{ name: 'Systolic', value: '150', flag: 'HIGH (computed)' }, { name: 'Diastolic' }],
      flag: undefined,
    });
  });
});

describe('the lab’s flag', () => {
  it.each([
    ['{"coding":[{"code":"H"}]}', 'HIGH', true],
    ['{"coding":[{"code":"LL"}]}', 'CRITICALLY LOW', true],
    ['{"coding":[{"code":"N"}]}', 'normal', false],
    ['{"coding":[{"code":"XYZ","display":"Odd"}]}', 'Odd', false],
    ['{"coding":[{"code":"local"},{"code":"H"}]}', 'HIGH', true],
    ['{"coding":[{"code":"NR"}]}', 'non-reactive', false],
    ['{"coding":[{"code":"RR"}]}', 'REACTIVE', true],
    ['{"coding":[{"code":"WR"}]}', 'WEAKLY REACTIVE', true],
    ['{"coding":[{"code":"<"}]}', 'OFF SCALE LOW', true],
    ['{"coding":[{"code":"E"}]}', 'equivocal', false],
    ['{"coding":[{"code":"R"}]}', 'resistant', true],
    ['{"coding":[{"code":"NS"}]}', 'not susceptible', true],
    ['{"coding":[{"code":"S"}]}', 'susceptible', false],
    ['{"text":"H"}', 'HIGH', true],
    ['{"text":"Abnormal"}', 'Abnormal', true],
    ['{"text":"Normal"}', 'Normal', false],
    ['{"coding":[{"code":"N"}]},{"coding":[{"code":"N"}]}', 'normal', false],
    ['{"coding":[{"code":"N"}]},{"coding":[{"code":"NEG"}]}', 'normal, negative', false],
    ['{"coding":[{"code":"N"}]},{"coding":[{"code":"A"}]}', 'normal, ABNORMAL', true],
  ])('%s is "%s"', async (interpretation, flag, out) => {
    const row = await observation(`"interpretation":[${interpretation}]`);
    expect(row['flag']).toBe(flag);
    expect(isOutOfRange(flag)).toBe(out);
  });
});

describe('a flag in free words', () => {
  it.each([
    'Within normal limits',
    'Non-reactive',
    'Nonreactive',
    'Negative',
    'Negative for high-risk types',
    'Not detected',
    'No growth detected',
    'Undetectable',
    'Low risk',
    'High normal',
    'No critical values',
    'Not abnormal',
    'Satisfactory for evaluation',
    'See note',
    '*',
    undefined,
  ])('raises no alarm by %s', (flag) => {
    expect(isOutOfRange(flag)).toBe(false);
  });

  it.each([
    'HIGH',
    'LOW (computed)',
    'CRITICALLY HIGH',
    'ABOVE HIGH THRESHOLD',
    'OUTSIDE THRESHOLD',
    'Above high normal',
    'Below low normal',
    'Lower than normal',
    'Very abnormal',
    'Critical',
    'panic value',
    'Out of range',
    'outside of the reference range',
    'Not within normal limits',
    'Positive',
    'Detected',
    'High but not critical',
    'Not critical, but high',
    'normal, HIGH',
  ])('raises one by %s', (flag) => {
    expect(isOutOfRange(flag)).toBe(true);
  });
});

describe('a reference range', () => {
  it.each([
    ['{"low":{"value":3.5,"unit":"g"},"high":{"value":5.10,"unit":"g"}}', '3.5–5.10 g'],
    ['{"low":{"value":3.5,"unit":"mg"},"high":{"value":5,"unit":"g"}}', '3.5 mg–5 g'],
    ['{"low":{"value":40,"code":"mg/dL"}}', '≥ 40 mg/dL'],
    ['{"high":{"value":5}}', '≤ 5'],
    ['{"low":{"value":1},"text":"as the lab says"}', 'as the lab says'],
    ['{"low":{}}', undefined],
    [
      '{"high":{"value":5},"type":{"text":"normal"}},{"text":"x","appliesTo":[{"text":"women"}]}',
      'normal: ≤ 5; women: x',
    ],
  ])('%s reads %s', async (range, expected) => {
    expect((await observation(`"referenceRange":[${range}]`))['range']).toBe(expected);
  });
});

describe('a value', () => {
  it.each([
    ['"valueQuantity":{"value":5.0,"unit":"g","code":"kg"}', '5.0', 'g'],
    ['"valueQuantity":{"value":5,"code":"kg"}', '5', 'kg'],
    ['"valueQuantity":{"value":5,"comparator":">="}', '>=5', undefined],
    ['"valueQuantity":{"unit":"g"}', undefined, 'g'],
    ['"valueCodeableConcept":{"text":"Positive"}', 'Positive', undefined],
    ['"valueBoolean":false', 'no', undefined],
    ['"valueBoolean":true', 'yes', undefined],
    ['"valueInteger":0', '0', undefined],
    ['"valueString":"clear"', 'clear', undefined],
    ['"valueDateTime":"2014-03"', '2014-03', undefined],
    ['"valueTime":"10:00:00"', '10:00:00', undefined],
    ['"valuePeriod":{"start":"2014","end":"2015"}', '2014 to 2015', undefined],
    ['"valueRange":{"high":{"value":5,"unit":"g"}}', '≤ 5 g', undefined],
    ['"valueRatio":{"numerator":{"value":1},"denominator":{"value":64}}', '1:64', undefined],
    [
      '"valueRatio":{"numerator":{"value":1,"unit":"mg"},"denominator":{"value":5,"unit":"mL"}}',
      '1 mg/5 mL',
      undefined,
    ],
  ])('%s is %s', async (members, value, unit) => {
    const row = await observation(members);
    expect([row['value'], row['unit']]).toEqual([value, unit]);
  });

  it('that is absent says why', async () => {
    const row = await observation('"dataAbsentReason":{"coding":[{"code":"masked","display":"Masked"}]}');
    expect(row).toMatchObject({ value: undefined, absent: 'Masked' });
  });

  it('that is a reason for absence is no value, and a name of that kind is no name', async () => {
    const system = 'http://terminology.hl7.org/CodeSystem/data-absent-reason';
    const missing = `{"coding":[{"system":"${system}","code":"unknown","display":"Unknown"}]}`;
    const row = await observation(`"code":${missing},"valueCodeableConcept":${missing}`);
    expect(row).toMatchObject({ name: null, value: undefined, absent: 'Unknown' });
    expect(row.codes).toEqual([{ system, code: 'unknown', display: 'Unknown' }]);
  });

  it('that a component lacks says why there', async () => {
    const row = await observation(
      '"component":[{"code":{"text":"Diastolic"},"dataAbsentReason":{"coding":[{"code":"not-performed"}]}}]',
    );
    expect(row).toMatchObject({ components: [{ name: 'Diastolic', absent: 'not-performed' }] });
  });
});
