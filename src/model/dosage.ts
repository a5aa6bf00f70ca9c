import { nameOf, namesOf, wordOf } from './coding.ts';
import type { Element } from './element.ts';
import { quantityOf, quantityText, rangeText, ratioText } from './quantity.ts';
import { durationQuantityText, timingText } from './timing.ts';

/** How a medicine is to be taken, one text per dosage, in the order of their `sequence` when each states one. */
export function dosageTexts(dosages: readonly Element[]): string[] {
  return inSequence(dosages).flatMap((dosage) => dosageText(dosage) ?? []);
}

/**
 * One Dosage (R4), or the dosage of a MedicationAdministration: the source's own words where it has them,
 * else composed of the structured parts; then what the patient was told.
 */
export function dosageText(dosage: Element): string | undefined {
  const text = dosage.string('text');
  const told = dosage.string('patientInstruction');
  const parts = [
    ...(text === undefined
      ? [composedText(dosage), ...namesOf(dosage.children('additionalInstruction'))]
      : [saysHowMuch(text) ? text : withComposed(text, dosage)]),
    told === text ? undefined : told,
    ...(text === undefined ? limitsOf(dosage) : []),
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join('; ') : undefined;
}

/** The earliest start among the dosages' bounds; undefined unless every dosage states one. */
export function dosageStart(dosages: readonly Element[]): string | undefined {
  return boundsOf(dosages, 'start')?.[0];
}

/** The latest end among the dosages' bounds; undefined unless every dosage states one. */
export function dosageEnd(dosages: readonly Element[]): string | undefined {
  return boundsOf(dosages, 'end')?.at(-1);
}

/** The starts or ends of all dosages, in order; undefined unless every one states it. */
function boundsOf(dosages: readonly Element[], bound: 'start' | 'end'): string[] | undefined {
  const dates = dosages.map((dosage) =>
    dosage.child('timing')?.child('repeat')?.child('boundsPeriod')?.string(bound),
  );
  const stated = dates.filter((date) => date !== undefined);
  return stated.length === dates.length ? stated.toSorted() : undefined;
}

/** True for words that hold a number, which then is the dose or how often: they stand for themselves. */
function saysHowMuch(text: string): boolean {
  return /\d|\b(one|two|three|four|half|single)\b/i.test(text);
}

/** Words such as "Once a week" leave the dose to the structured parts. */
function withComposed(text: string, dosage: Element): string {
  const amount = dosesOf(dosage);
  return amount === undefined ? text : `${text} (${composedText(dosage)})`;
}

function inSequence(dosages: readonly Element[]): readonly Element[] {
  const numbered = dosages.map((dosage) => ({ dosage, sequence: dosage.decimal('sequence') }));
  if (numbered.some(({ sequence }) => sequence === undefined)) return dosages;
  return numbered.toSorted((a, b) => Number(a.sequence) - Number(b.sequence)).map(({ dosage }) => dosage);
}

function composedText(dosage: Element): string | undefined {
  const parts = [
    dosesOf(dosage),
    nameOf(dosage.child('method')),
    nameOf(dosage.child('route')),
    nameOf(dosage.child('site')),
    timingText(dosage.child('timing')),
    asNeededText(dosage),
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(', ') : undefined;
}

/** Each dose with its rate; several are told apart by their type: "ordered: 5 mg; calculated: 6 mg". */
function dosesOf(dosage: Element): string | undefined {
  // FHIR before R4 and MedicationAdministration state dose and rate on the dosage itself.
  const amounts = [...dosage.children('doseAndRate'), dosage].flatMap((part) => {
    const amount = [doseOf(part), rateOf(part)].filter((stated) => stated !== undefined).join(' at ');
    return amount === '' ? [] : { amount, type: wordOf(part.child('type')) };
  });
  const texts = amounts.map(({ amount, type }) =>
    type === undefined || amounts.length === 1 ? amount : `${type}: ${amount}`,
  );
  return texts.length > 0 ? texts.join('; ') : undefined;
}

function doseOf(part: Element): string | undefined {
  return (
    amountText(part.child('doseQuantity')) ??
    amountText(part.child('dose')) ??
    amountRangeText(part.child('doseRange'))
  );
}

function rateOf(part: Element): string | undefined {
  return (
    amountText(part.child('rateQuantity')) ??
    amountRangeText(part.child('rateRange')) ??
    ratioText(part.child('rateRatio'))
  );
}

function amountText(quantity: Element | undefined): string | undefined {
  return withUnit(quantityText(quantity), [quantity]);
}

function amountRangeText(range: Element | undefined): string | undefined {
  return withUnit(rangeText(range), [range?.child('low'), range?.child('high')]);
}

/** A bare number could be taken for tablets or for milligrams, so it says that it is one. UCUM's `1` is no unit. */
function withUnit(
  text: string | undefined,
  quantities: readonly (Element | undefined)[],
): string | undefined {
  const units = quantities.map((quantity) => quantityOf(quantity).unit);
  const isBare = units.every((unit) => unit === undefined || unit === '1');
  return text !== undefined && isBare ? `${text} (unit not recorded)` : text;
}

function asNeededText(dosage: Element): string | undefined {
  if (dosage.boolean('asNeededBoolean') === true) return 'as needed';
  const reason = nameOf(dosage.child('asNeededCodeableConcept'));
  return reason && `as needed for ${reason}`;
}

/** The most that may be taken. */
function limitsOf(dosage: Element): string[] {
  const most = dosage.child('maxDosePerPeriod');
  const amount = amountText(most?.child('numerator'));
  const period = durationQuantityText(most?.child('denominator'));
  const limits = [
    amount && (period === undefined ? amount : `${amount} in ${period}`),
    suffixed(amountText(dosage.child('maxDosePerAdministration')), 'at a time'),
    suffixed(amountText(dosage.child('maxDosePerLifetime')), 'in a lifetime'),
  ];
  return limits.flatMap((limit) => (limit === undefined ? [] : `at most ${limit}`));
}

function suffixed(text: string | undefined, words: string): string | undefined {
  return text && `${text} ${words}`;
}
