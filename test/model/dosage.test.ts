import { describe, expect, it } from 'vitest';
import { isObject, parseJson } from '../../src/json/index.ts';
import { dosageText } from '../../src/model/dosage.ts';
import { Element } from '../../src/model/index.ts';
import { onlyRow, recordOfResources } from '../facts/reading.ts';

function element(text: string): Element {
  const value = parseJson(text);
  if (!isObject(value)) throw new Error('no object');
  return new Element(value, () => undefined);
}

const dose = (quantity: string, more = ''): string => `{"doseAndRate":[{"doseQuantity":${quantity}}]${more}}`;
const repeat = (members: string): string => `{"timing":{"repeat":{${members}}}}`;

const twiceADay = (more: string): string =>
  `{"timing":{"code":{"text":"BID"},"repeat":{"frequency":2${more}}}}`;

async function dosagesOf(...dosageInstruction: object[]): Promise<unknown> {
  const order = { resourceType: 'MedicationRequest', dosageInstruction };
  return onlyRow(await recordOfResources([order])).row['dosage'];
}

describe('a dosage', () => {
  it.each([
    ['{"text":"one at night","route":{"text":"oral"}}', 'one at night'],
    ['{"text":"one at night","patientInstruction":"with food"}', 'one at night; with food'],
    ['{"text":"with food","patientInstruction":"with food"}', 'with food'],
    ['{"patientInstruction":"with food"}', 'with food'],
    [dose('{"value":5.0,"unit":"mg"}', ',"patientInstruction":"with food"'), '5.0 mg; with food'],
    [
      dose('{"value":5,"unit":"mg"}', ',"route":{"text":"oral"},"method":{"text":"chew"}'),
      '5 mg, chew, oral',
    ],
    [dose('{"value":5,"unit":"mL"}', ',"site":{"text":"left ear"}'), '5 mL, left ear'],
    ['{"asNeededBoolean":true}', 'as needed'],
    ['{"asNeededBoolean":false}', undefined],
    ['{"asNeededCodeableConcept":{"text":"pain"}}', 'as needed for pain'],
    [
      '{"asNeededBoolean":true,"additionalInstruction":[{"text":"avoid sun"},{"text":"not with milk"}],"patientInstruction":"rest"}',
      'as needed; avoid sun; not with milk; rest',
    ],
    ['{}', undefined],
  ])('%s reads %s', (text, expected) => {
    expect(dosageText(element(text))).toBe(expected);
  });

  it.each([
    ['{"value":1}', '1 (unit not recorded)'],
    ['{"value":1,"code":"1"}', '1 (unit not recorded)'],
    ['{"value":1,"unit":"tablet","code":"1"}', '1 tablet'],
    ['{"value":5,"code":"mg"}', '5 mg'],
    ['{"value":5,"comparator":"<","unit":"mg"}', '<5 mg'],
  ])('of %s reads %s: a bare number says that it is one', (quantity, expected) => {
    expect(dosageText(element(dose(quantity)))).toBe(expected);
  });

  it.each([
    ['"doseRange":{"low":{"value":1},"high":{"value":2}}', '1–2 (unit not recorded)'],
    ['"doseRange":{"low":{"value":1},"high":{"value":2,"unit":"tablet"}}', '1–2 tablet'],
    ['"doseQuantity":{"value":1,"unit":"L"},"rateQuantity":{"value":2,"unit":"mL/h"}', '1 L at 2 mL/h'],
    ['"rateRatio":{"numerator":{"value":1,"unit":"L"},"denominator":{"value":8,"unit":"h"}}', '1 L/8 h'],
    ['"rateRange":{"low":{"value":1,"unit":"mL/h"},"high":{"value":2,"unit":"mL/h"}}', '1–2 mL/h'],
    ['"type":{"text":"ordered"},"doseQuantity":{"value":5,"unit":"mg"}', '5 mg'],
  ])('of dose and rate {%s} reads %s, on the dosage itself as well', (members, expected) => {
    expect(dosageText(element(`{"doseAndRate":[{${members}}]}`))).toBe(expected);
    expect(dosageText(element(`{${members}}`))).toBe(expected);
  });

  it('of several doses says which is which, each dose with its own rate', () => {
    const ordered = '{"type":{"coding":[{"code":"ordered"}]},"doseQuantity":{"value":5,"unit":"mg"}}';
    const calculated =
      '{"type":{"text":"calculated"},"doseQuantity":{"value":6,"unit":"mg"},"rateQuantity":{"value":2,"unit":"mg/h"}}';
    const text = `{"doseAndRate":[${ordered},${calculated}]}`;
    expect(dosageText(element(text))).toBe('ordered: 5 mg; calculated: 6 mg at 2 mg/h');
  });

  it('of a MedicationAdministration reads its dose', async () => {
    const given = {
      resourceType: 'MedicationAdministration',
      dosage: { dose: { value: 500, unit: 'mg' }, route: { text: 'IV' } },
    };
    expect(onlyRow(await recordOfResources([given])).row['dosage']).toEqual(['500 mg, IV']);
  });

  it.each([
    [
      '"maxDosePerPeriod":{"numerator":{"value":4,"unit":"g"},"denominator":{"value":24,"unit":"h"}}',
      '4 g in 24 hours',
    ],
    ['"maxDosePerPeriod":{"numerator":{"value":4,"unit":"g"}}', '4 g'],
    ['"maxDosePerAdministration":{"value":2,"unit":"tablet"}', '2 tablet at a time'],
    ['"maxDosePerLifetime":{"value":550,"unit":"mg/m2"}', '550 mg/m2 in a lifetime'],
  ])('{%s} is at most %s', (members, expected) => {
    expect(dosageText(element(`{${members}}`))).toBe(`at most ${expected}`);
  });

  it('stands in the order of its sequence, when every one has one', async () => {
    const [ten, two, none] = [{ sequence: 10, text: 'ten' }, { sequence: 2, text: 'two' }, { text: 'none' }];
    expect(await dosagesOf(ten, two)).toEqual(['two', 'ten']);
    expect(await dosagesOf(ten, none, two)).toEqual(['ten', 'none', 'two']);
  });
});

describe('a timing', () => {
  it.each([
    ['"frequency":1', '1 time'],
    ['"frequency":2,"period":1,"periodUnit":"d"', '2 times every 1 day'],
    ['"frequency":1,"frequencyMax":2,"period":4,"periodMax":6,"periodUnit":"h"', '1–2 times every 4–6 hours'],
    ['"frequencyMax":3', 'up to 3 times'],
    ['"period":2,"periodUnit":"wk"', 'every 2 weeks'],
    ['"period":1,"periodUnit":"mo"', 'every 1 month'],
    ['"period":1.0,"periodUnit":"a"', 'every 1.0 years'],
    ['"period":30,"periodUnit":"min"', 'every 30 minutes'],
    ['"period":4', 'every 4 (unit not recorded)'],
    ['"dayOfWeek":["mon"],"timeOfDay":["08:00:00"],"when":["AC"]', 'mon 08:00:00 AC'],
    ['"when":["AC"],"offset":30', '30 minutes AC'],
    ['"count":3', '3 times in all'],
    ['"count":3,"countMax":5', '3–5 times in all'],
    ['"duration":30,"durationUnit":"min","frequency":1', '1 time for 30 minutes each time'],
    ['"boundsDuration":{"value":10,"unit":"days","code":"d"}', 'for 10 days'],
    ['"boundsDuration":{"value":10,"code":"d"}', 'for 10 days'],
    ['"boundsDuration":{"value":1,"unit":"wk"},"frequency":1', '1 time, for 1 week'],
    ['"boundsRange":{"low":{"value":5,"unit":"d"},"high":{"value":10,"unit":"d"}}', 'for 5–10 days'],
    ['"boundsRange":{"low":{"value":5,"unit":"d"},"high":{"value":2,"unit":"wk"}}', 'for 5 d–2 wk'],
    ['"boundsPeriod":{"start":"2014-01-01","end":"2014-02"}', 'from 2014-01-01 until 2014-02'],
    ['"boundsPeriod":{}', undefined],
  ])('{%s} reads %s', (members, expected) => {
    expect(dosageText(element(repeat(members)))).toBe(expected);
  });

  it('of a code is the code’s words, and its bounds stand beside them', () => {
    expect(dosageText(element(twiceADay('')))).toBe('BID');
    expect(dosageText(element(twiceADay(',"boundsDuration":{"value":10,"unit":"d"}')))).toBe(
      'BID, for 10 days',
    );
  });

  it('of single moments names them', () => {
    expect(dosageText(element('{"timing":{"event":["2014-01-01","2014-02-01"]}}'))).toBe(
      'at 2014-01-01, 2014-02-01',
    );
  });
});
