import { codesOf, hasCode, wordOf } from './coding.ts';
import type { Element } from './element.ts';
import { lookUp } from './look-up.ts';
import { quantityOf, rangeText } from './quantity.ts';

/** Words for the codes of v3-ObservationInterpretation that people meet; other codes show as recorded. */
const words: Readonly<Record<string, string>> = {
  H: 'HIGH',
  HU: 'HIGH',
  HH: 'CRITICALLY HIGH',
  HX: 'ABOVE HIGH THRESHOLD',
  '>': 'OFF SCALE HIGH',
  L: 'LOW',
  LU: 'LOW',
  LL: 'CRITICALLY LOW',
  LX: 'BELOW LOW THRESHOLD',
  '<': 'OFF SCALE LOW',
  EX: 'OUTSIDE THRESHOLD',
  A: 'ABNORMAL',
  AA: 'CRITICALLY ABNORMAL',
  N: 'normal',
  POS: 'POSITIVE',
  NEG: 'negative',
  DET: 'DETECTED',
  ND: 'not detected',
  RR: 'REACTIVE',
  WR: 'WEAKLY REACTIVE',
  NR: 'non-reactive',
  IND: 'indeterminate',
  E: 'equivocal',
  R: 'resistant',
  NS: 'not susceptible',
  S: 'susceptible',
  I: 'intermediate',
};

/** Words that say plainly that a result is out of the ordinary, alone or in a lab's own sentence. */
const alarms = [
  /\bhigh(er)?\b(?![ -]normal)/gi,
  /\blow(er)?\b(?![ -](normal|risk|probability|likelihood))/gi,
  /\b(abnormal|critical|critically|panic|elevated|positive|detected|reactive|resistant)\b/gi,
  /\b(above|below|outside|out)( of)?( the)? (high|low|upper|lower|normal|reference|expected|therapeutic|range|limits?|threshold)\b/gi,
  /\bnot (susceptible|normal|(with)?in( the)? (normal|reference|range|limits?))\b/gi,
];

/** Words before an alarm that take it back: "Not detected", "Negative for high-risk types", "Non-reactive". */
const denial = /\b(no|non|none|not|nothing|never|neither|nor|without|negative|false)\b/i;

/**
 * True when a flag says plainly that the result is out of the ordinary. A word that says nothing of the kind raises
 * no alarm: it is shown as recorded.
 */
export function isOutOfRange(flag: string | undefined): boolean {
  const clauses = flag?.split(/[,;.:]| but /i) ?? [];
  return clauses.some((clause) =>
    alarms
      .flatMap((alarm) => [...clause.matchAll(alarm)])
      .some(({ index }) => !denial.test(clause.slice(0, index))),
  );
}

/**
 * The flag of a measurement: the lab's own interpretation as a word; failing that, HIGH or LOW computed from the one
 * reference range given, and then marked as computed. `<5` is flagged only when every value it allows is outside.
 */
export function flagOf(measurement: Element): string | undefined {
  const recorded = measurement.children('interpretation').flatMap((concept) => {
    const known = codesOf(concept).flatMap(({ code }) => lookUp(words, code) ?? []);
    const word = wordOf(concept);
    return known[0] ?? lookUp(words, word) ?? word ?? [];
  });
  if (recorded.length > 0) return [...new Set(recorded)].join(', ');
  const computed = computedFlag(measurement);
  return computed && `${computed} (computed)`;
}

/** The reference ranges as one text, in the lab's words where it has them. */
export function referenceRangeText(measurement: Element): string | undefined {
  const ranges = measurement.children('referenceRange');
  const texts = ranges.flatMap((range) => {
    const text = range.string('text') ?? rangeText(range);
    if (text === undefined) return [];
    const kind = [range.child('type'), ...range.children('appliesTo')].flatMap(
      (concept) => wordOf(concept) ?? [],
    );
    const needsWord = kind.length > 0 && (ranges.length > 1 || !isOrdinaryRange(range));
    return needsWord ? `${kind.join(', ')}: ${text}` : text;
  });
  return texts.length > 0 ? texts.join('; ') : undefined;
}

function computedFlag(measurement: Element): 'HIGH' | 'LOW' | undefined {
  const ranges = measurement.children('referenceRange');
  const range = ranges[0];
  const { unit } = quantityOf(measurement.child('valueQuantity'));
  const digits = measurement.child('valueQuantity')?.decimal('value');
  if (range === undefined || ranges.length > 1 || digits === undefined || !isOrdinaryRange(range))
    return undefined;
  if (!isAsShown(range)) return undefined;
  const value = Number(digits);
  const comparator = measurement.child('valueQuantity')?.string('comparator') ?? '';
  const low = bound(range.child('low'), unit);
  const high = bound(range.child('high'), unit);
  if (high !== undefined && !comparator.startsWith('<') && isAbove(value, high, comparator)) return 'HIGH';
  if (low !== undefined && !comparator.startsWith('>') && isAbove(low, value, comparator)) return 'LOW';
  return undefined;
}

/** Strictly outside, or at the bound with a strict comparator that excludes it (`> 5` against an upper bound of 5). */
function isAbove(a: number, b: number, comparator: string): boolean {
  return a > b || (a === b && (comparator === '>' || comparator === '<'));
}

/** A range for everyone: not for a special group or state. */
function isOrdinaryRange(range: Element): boolean {
  const type = range.child('type');
  const special = range.children('appliesTo').length > 0 || range.value['age'] !== undefined;
  return !special && (type === undefined || hasCode(type, ['normal']));
}

/** True when the numbers of a range are those of the text that is shown for it, and the low one is not above the high. */
function isAsShown(range: Element): boolean {
  const numbers = ['low', 'high'].flatMap((end) => range.child(end)?.decimal('value') ?? []);
  const [low, high] = numbers.map(Number);
  const text = range.string('text');
  const isUpsideDown = low !== undefined && high !== undefined && low > high;
  return (
    !isUpsideDown && (text === undefined || numbers.every((number) => text.includes(String(Number(number)))))
  );
}

function bound(quantity: Element | undefined, unit: string | undefined): number | undefined {
  const digits = quantity?.decimal('value');
  const { unit: boundUnit } = quantityOf(quantity);
  if (digits === undefined || (boundUnit !== undefined && unit !== undefined && boundUnit !== unit))
    return undefined;
  return Number(digits);
}
