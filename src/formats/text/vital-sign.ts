import type { Decimal, JsonObject } from '../../json/index.ts';
import { lookUp } from '../../model/index.ts';
import { filled, listOf, numberOf } from '../json-parts.ts';
import { coded, measured, observationCategory, quantity, wordedOrAbsent } from './members.ts';

export const vitalSignCategory = coded(observationCategory, 'vital-signs');

const loinc = 'http://loinc.org';

/** Names of vital signs, lower case → the LOINC codes of R4's vital signs profiles. */
const loincOf: Readonly<Record<string, string>> = {
  'blood pressure': '85354-9',
  'pulse rate': '8867-4',
  pulse: '8867-4',
  'heart rate': '8867-4',
  respiration: '9279-1',
  'breathing rate': '9279-1',
  temperature: '8310-5',
  'body temperature': '8310-5',
  'pulse oximetry': '59408-5',
  height: '8302-2',
  weight: '29463-7',
  'body weight': '29463-7',
};

/** Names that mean a vital sign without a code of its own here. */
const others = [
  'pain',
  'pain level',
  'circumference/girth',
  'blood oxygen level',
  'blood oxygen level (pulse oximetry)',
];

/** True for a name that reports give to a vital sign. */
export function isVitalSignName(name: string | undefined): boolean {
  const word = name?.toLowerCase() ?? '';
  return lookUp(loincOf, word) !== undefined || others.includes(word);
}

/** The concept of a vital sign: its name as written, and the LOINC code it has. */
export function vitalSignCode(name: string | undefined): JsonObject {
  const code = lookUp(loincOf, name?.toLowerCase());
  return { ...filled({ coding: listOf([code && { system: loinc, code }]) }), ...wordedOrAbsent(name) };
}

/** `190/70 mm[Hg]` as the components of a blood pressure; `98.5 F` as a value. */
export function measurement(text: string | undefined): JsonObject {
  const [, high, low, unit] = /^(\d+)\s*\/\s*(\d+)\s*(\S.*)?$/.exec(text ?? '') ?? [];
  if (high !== undefined) return bloodPressure(high, low, unit);
  // A rest with numbers in it is no unit: `5 ft 10 in`.
  const [, value, measure] = /^(-?\d*\.?\d+)\s+([^\d\s()][^\d()]*)$/.exec(text ?? '') ?? [];
  return value === undefined ? measured(text, undefined) : measured(value, measure);
}

/** Two pressures as the components of one Observation. */
export function bloodPressure(
  systolic: string | undefined,
  diastolic: string | undefined,
  unit?: string,
): JsonObject {
  return filled({
    component: listOf([
      pressure('8480-6', 'Systolic', systolic, unit),
      pressure('8462-4', 'Diastolic', diastolic, unit),
    ]),
  });
}

function pressure(
  code: string,
  text: string,
  digits: string | undefined,
  unit: string | undefined,
): JsonObject | undefined {
  const value: number | Decimal | undefined = numberOf(digits);
  if (digits === undefined) return undefined;
  return {
    code: { coding: [{ system: loinc, code }], text },
    ...(value === undefined ? { valueString: digits } : { valueQuantity: quantity(value, unit) }),
  };
}
