import type { Decimal, JsonObject } from '../../json/index.ts';
import { lookUp } from '../../model/index.ts';
import { absent } from '../absent.ts';
import { filled, numberOf } from '../json-parts.ts';

/** A concept that is only words, as reports for people have them. */
export function worded(text: string): JsonObject {
  return { text };
}

/** A concept of words, or what R4 demands in its place. */
export function wordedOrAbsent(text: string | undefined): JsonObject {
  return text === undefined ? { extension: [absent('unknown')] } : { text };
}

/** A concept of one code. */
export function coded(system: string, code: string, display?: string): JsonObject {
  return { coding: [filled({ system, code, display })] };
}

/** A member that R4 demands, where the report does not say it: `{ _status: … }`. */
export function unsaid(member: string): JsonObject {
  return { [`_${member}`]: { extension: [absent('unknown')] } };
}

/** A reference to somebody or something the report only names. */
export function named(display: string | undefined): JsonObject | undefined {
  return display === undefined ? undefined : { display };
}

/** A note of these texts, those that are there. */
export function notes(...texts: readonly (string | undefined)[]): JsonObject[] {
  return texts.flatMap((text) => (text === undefined ? [] : [{ text }]));
}

/** HL7 v3-ObservationValue: security metadata "patient reported". */
export const patientReported = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'PATRPT',
  display: 'patient reported',
};

export const observationCategory = 'http://terminology.hl7.org/CodeSystem/observation-category';

/** An observation that is no result of a test: what somebody wrote of their life. */
export const aside = coded('urn:x-bluebutton:observation-category', 'clinical-statement');

/** UCUM codes for the units that reports print. */
const ucum: Readonly<Record<string, string>> = {
  'mm[Hg]': 'mm[Hg]',
  '/min': '/min',
  '%': '%',
  F: '[degF]',
  Fahrenheit: '[degF]',
  C: 'Cel',
  Celsius: 'Cel',
  in: '[in_i]',
  Inches: '[in_i]',
  cm: 'cm',
  Centimeters: 'cm',
  lb: '[lb_av]',
  lbs: '[lb_av]',
  Pounds: '[lb_av]',
  kg: 'kg',
  Kilograms: 'kg',
};

/** A number as a Quantity, its unit as written, in UCUM too where that is certain. */
export function quantity(value: number | Decimal, unit: string | undefined, comparator?: string): JsonObject {
  const code = lookUp(ucum, unit);
  return filled({
    value,
    comparator,
    unit,
    ...(code !== undefined && { system: 'http://unitsofmeasure.org', code }),
  });
}

/** A measured value as a member of an Observation: a number as `valueQuantity`, anything else as `valueString`. */
export function measured(text: string | undefined, unit: string | undefined): JsonObject {
  if (text === undefined) return {};
  const [, comparator, digits] =
    /^([<>]=?)?\s*(-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+))$/.exec(text.trim()) ?? [];
  const value = numberOf(digits);
  // `+1` and `007` are signs of a scale and no numbers.
  if (value === undefined) return { valueString: text };
  return { valueQuantity: quantity(value, unit, comparator) };
}
