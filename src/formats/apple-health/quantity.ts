import type { Decimal, JsonObject } from '../../json/index.ts';
import { lookUp } from '../../model/index.ts';
import { filled, numberOf } from '../json-parts.ts';

/** UCUM for the units that HealthKit writes (HKUnit), where it is certain. */
const ucum: Readonly<Record<string, string>> = {
  '%': '%',
  count: '1',
  'count/min': '/min',
  'count/s': '/s',
  kg: 'kg',
  g: 'g',
  mg: 'mg',
  mcg: 'ug',
  lb: '[lb_av]',
  oz: '[oz_av]',
  st: '[stone_av]',
  km: 'km',
  m: 'm',
  cm: 'cm',
  mm: 'mm',
  mi: '[mi_i]',
  yd: '[yd_i]',
  ft: '[ft_i]',
  in: '[in_i]',
  L: 'L',
  dL: 'dL',
  mL: 'mL',
  fl_oz_us: '[foz_us]',
  cup_us: '[cup_us]',
  pt_us: '[pt_us]',
  mmHg: 'mm[Hg]',
  kPa: 'kPa',
  degF: '[degF]',
  degC: 'Cel',
  kcal: 'kcal',
  // HKUnit.largeCalorie, the calorie of food.
  Cal: 'kcal',
  kJ: 'kJ',
  J: 'J',
  d: 'd',
  hr: 'h',
  min: 'min',
  s: 's',
  ms: 'ms',
  'm/s': 'm/s',
  'ft/s': '[ft_i]/s',
  'km/hr': 'km/h',
  'mi/hr': '[mi_i]/h',
  'mg/dL': 'mg/dL',
  'mmol/L': 'mmol/L',
  'L/min': 'L/min',
  'mL/min·kg': 'mL/(min.kg)',
  'kcal/hr·kg': 'kcal/(h.kg)',
  IU: '[iU]',
  Hz: 'Hz',
  W: 'W',
};

/** A number as JSON writes it and the unit it is in, as an export has them. */
export interface AppleQuantity {
  digits: string;
  unit: string | undefined;
}

/**
 * A value of an export: its digits as sent. HealthKit's percent (HKUnit.percent) is a fraction: Apple writes an oxygen
 * saturation of 97 % as `0.97` with the unit `%`, and so do the apps that write through HealthKit. The decimal point is moved
 * in the text, of values up to 1 only. Undefined for what is no number.
 */
export function readQuantity(
  type: string,
  value: string | undefined,
  unit: string | undefined,
): AppleQuantity | undefined {
  const number = numberOf(value?.trim());
  // A number beyond all measure would fill the memory when it is added.
  if (number === undefined || /e[+-]?\d{3}/i.test(value ?? '')) return undefined;
  const digits = String(number);
  const isFraction = unit === '%' && !keptAsSent.includes(type) && Number(digits) >= 0 && Number(digits) <= 1;
  return { digits: isFraction ? asPercent(digits) : digits, unit };
}

/** Types whose apps disagree on what a percent is: 0.08 of blood alcohol is 0.08 % more likely than 8 %. */
const keptAsSent = ['HKQuantityTypeIdentifierBloodAlcoholContent'];

/** A hundred times a number from 0 to 1, by moving its decimal point. */
function asPercent(digits: string): string {
  const [mantissa = '', exponent] = digits.split(/e/i);
  if (exponent !== undefined) return `${mantissa}e${Number(exponent) + 2}`;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const moved = `${whole}${fraction.padEnd(2, '0').slice(0, 2)}`.replace(/^0+(?=\d)/, '');
  return fraction.length > 2 ? `${moved}.${fraction.slice(2)}` : moved;
}

/** A FHIR Quantity: the unit as the export has it, in UCUM too where that is certain. */
export function quantityMember(type: string, { digits, unit }: AppleQuantity): JsonObject {
  const value: number | Decimal | undefined = numberOf(digits);
  const code = keptAsSent.includes(type) ? undefined : ucumOf(type, unit);
  // HealthKit has no unit for it and writes `count`.
  const isIndex = code === 'kg/m2';
  return filled({
    value,
    unit: isIndex ? code : unit,
    ...(code !== undefined && { system: 'http://unitsofmeasure.org', code }),
  });
}

function ucumOf(type: string, unit: string | undefined): string | undefined {
  if (type === 'HKQuantityTypeIdentifierBodyMassIndex' && unit === 'count') return 'kg/m2';
  // `mmol<180.1558800000541>/L`: HealthKit writes the molar mass into the unit.
  return lookUp(ucum, unit?.replace(/^mmol<[\d.]+>/, 'mmol'));
}
