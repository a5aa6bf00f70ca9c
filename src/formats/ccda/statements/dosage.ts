import { lookUp } from '../../../model/index.ts';
import { isObject, writeJson, type JsonObject, type JsonValue } from '../../../json/index.ts';
import type { XmlElement } from '../../xml/element.ts';
import { together } from '../concept.ts';
import { filled, filledOrNone, listOf, numberOf } from '../../json-parts.ts';
import type { Mapping } from '../mapping.ts';
import { isInterval, quantityOf, rangeOf, ratioOf } from '../quantity.ts';
import { codeOf, hasTemplate, isNegated, typeOf } from '../statement.ts';
import { materialOf } from './medicine.ts';
import { periodOf, pointOf, readTime } from '../time.ts';

/** UCUM units of time that a FHIR Timing may have. */
const timeUnits = ['s', 'min', 'h', 'd', 'wk', 'mo', 'a'];

/** Events of HL7 v3 TimingEvent that FHIR's EventTiming has too; those between meals it has not. */
const events = ['HS', 'WAKE', 'C', 'CM', 'CD', 'CV', 'AC', 'ACM', 'ACD', 'ACV', 'PC', 'PCM', 'PCD', 'PCV'];

const minutesIn: Readonly<Record<string, number>> = { min: 1, h: 60, d: 1440 };

const sigTemplate = '2.16.840.1.113883.10.20.22.4.147';
const instructionTemplates = [
  '2.16.840.1.113883.10.20.22.4.20',
  '2.16.840.1.113883.10.20.22.4.515',
  '2.16.840.1.113883.10.20.1.49',
  '1.3.6.1.4.1.19376.1.5.3.1.4.3',
];

/**
 * How a medicine is to be taken (C-CDA on FHIR, "Medications"): dose, rate, route, site, period, frequency, what it is
 * taken for as needed, the free-text sig, what the patient was told; then the steps of a tapering dose, in order.
 */
export function dosagesOf(mapping: Mapping): JsonValue[] | undefined {
  const { element } = mapping;
  const steps = mapping.facts().filter(({ statement, type }) => isStep(statement, type));
  const main = filledOrNone({
    text: sigOf(mapping) ?? inlineText(mapping),
    patientInstruction: instructionOf(mapping),
    ...dosageOf(mapping, element),
  });
  const later = steps.map(({ statement, link }, index) => {
    mapping.include(statement);
    const number = link.at('sequenceNumber');
    mapping.take(number, statement.at('statusCode'));
    const sequence = numberOf(number?.attribute('value')) ?? index + 1;
    return filled({ sequence, ...dosageOf(mapping, statement), text: mapping.words(statement.at('text')) });
  });
  return listOf([main, ...later]);
}

/** A step is an administration of the same medicine inside another. */
function isStep(statement: XmlElement, type: string): boolean {
  const material = materialOf(statement.at('consumable'));
  const code = material?.at('code');
  const namesMedicine =
    material?.at('name') !== undefined ||
    ['code', 'displayName'].some((name) => code?.attribute(name) !== undefined) ||
    ['originalText', 'translation'].some((name) => code?.at(name) !== undefined);
  return (
    type === 'COMP' && statement.name === 'substanceAdministration' && !namesMedicine && !isSig(statement)
  );
}

function isSig(statement: XmlElement): boolean {
  return codeOf(statement) === '76662-6' || hasTemplate(statement, sigTemplate);
}

/** Words that stand in the statement itself are how to take it; words of the narrative may be anything. */
function inlineText(mapping: Mapping): string | undefined {
  const text = mapping.element.at('text');
  return text?.at('reference') === undefined ? mapping.words(text) : undefined;
}

function sigOf(mapping: Mapping): string | undefined {
  const sigs = mapping.facts().filter(({ statement }) => isSig(statement));
  const texts = sigs.flatMap(({ statement }) => {
    const text = mapping.words(statement.at('text'));
    if (text === undefined) return [];
    mapping.include(statement);
    return [text];
  });
  return texts.join('; ') || undefined;
}

/** What the patient was told: an instruction act (1.1 to 2.1, CCD, IHE), or an observation (from 5.0) with it as value. */
export function instructionOf(mapping: Mapping): string | undefined {
  const texts = mapping
    .facts()
    .filter(
      ({ statement }) =>
        hasTemplate(statement, ...instructionTemplates) && statement.name !== 'substanceAdministration',
    )
    .flatMap(({ statement }) => {
      const text = mapping.words(statement.at('text')) ?? mapping.words(statement.at('value'));
      if (text === undefined) return [];
      mapping.include(statement);
      return [text];
    });
  return texts.join('; ') || undefined;
}

/** What an instruction that stands for itself tells the patient. */
export function ownInstruction(mapping: Mapping): string | undefined {
  return hasTemplate(mapping.element, ...instructionTemplates)
    ? mapping.passage(mapping.element.at('text'))
    : undefined;
}

function dosageOf(mapping: Mapping, statement: XmlElement): JsonObject {
  const dose = statement.at('doseQuantity');
  const rate = statement.at('rateQuantity');
  const most = statement.at('maxDoseQuantity');
  const maxDosePerPeriod = most && ratioOf(most, mapping.document.narrative);
  if (maxDosePerPeriod) mapping.take(most);
  return filled({
    timing: timingOf(mapping, statement),
    ...asNeeded(mapping, statement),
    site: mapping.concept(statement.at('approachSiteCode')),
    route: mapping.concept(statement.at('routeCode')),
    doseAndRate: listOf([
      filledOrNone({
        ...inUnit(amountOf(mapping, 'dose', dose), statement.at('administrationUnitCode')),
        ...amountOf(mapping, 'rate', rate),
      }),
    ]),
    maxDosePerPeriod,
  });
}

/** A dose without a unit counts what `administrationUnitCode` names: puffs, tablets. */
function inUnit(amount: JsonObject, code: XmlElement | undefined): JsonObject {
  const dose = amount['doseQuantity'];
  const unit = code?.attribute('displayName');
  if (!isObject(dose) || dose['unit'] !== undefined || unit === undefined) return amount;
  return { ...amount, doseQuantity: { ...dose, unit } };
}

function amountOf(mapping: Mapping, name: string, element: XmlElement | undefined): JsonObject {
  if (element === undefined) return {};
  const { narrative } = mapping.document;
  const interval = isInterval(element) ? rangeOf(element, narrative) : undefined;
  // An interval of one value is that value.
  const isPoint =
    interval?.['low'] !== undefined &&
    interval['high'] !== undefined &&
    writeJson(interval['low']) === writeJson(interval['high']);
  const range = isPoint ? undefined : interval;
  const quantity = isPoint
    ? quantityOf(element.at('low'), narrative)
    : interval === undefined
      ? quantityOf(element, narrative)
      : undefined;
  if (range ?? quantity) mapping.take(element);
  return filled({ [`${name}Range`]: range, [`${name}Quantity`]: quantity });
}

/** A precondition makes a dose one that is taken as needed; what for is said where the source says it. */
function asNeeded(mapping: Mapping, statement: XmlElement): JsonObject {
  const conditions = statement.all('precondition');
  const criteria = conditions
    .flatMap((condition) => condition.all('criterion'))
    .filter((one) => !isNegated(one));
  const instructions: JsonObject[] = [];
  const needs: JsonObject[] = [];
  for (const criterion of criteria) {
    const concept = mapping.concept(criterion.at('value'));
    const isNamed = concept?.['coding'] !== undefined || concept?.['text'] !== undefined;
    const text = isNamed
      ? undefined
      : (mapping.words(criterion.at('text')) ?? mapping.words(criterion.at('value')));
    // "Hold if systolic below 100" says when not to take it.
    if (text !== undefined && /^(hold|stop|do not|don't|withhold|not)\b/i.test(text))
      instructions.push({ text });
    else if (text !== undefined) needs.push({ text });
    else if (isNamed) needs.push(concept);
  }
  const [need, ...more] = needs;
  const isBare = instructions.length === 0 && need === undefined && conditions.length > 0;
  const isAsNeeded =
    isBare && (criteria.length > 0 || conditions.every((one) => one.at('criterion') === undefined));
  return filled({
    additionalInstruction: instructions,
    asNeededCodeableConcept: more.length > 0 ? together(needs) : need,
    ...(isAsNeeded && { asNeededBoolean: true }),
  });
}

/** The times of a dose: its period (IVL_TS), its frequency (PIVL_TS), the events it goes with (EIVL_TS), by their type. */
function timingOf(mapping: Mapping, statement: XmlElement): JsonObject | undefined {
  const times = statement.all('effectiveTime').flatMap((time) => [time, ...time.all('comp')]);
  const repeat: JsonObject = {};
  const timing: JsonObject = {};
  for (const time of times) {
    const type = typeOf(time);
    if (type === 'PIVL_TS' || time.at('period')) addFrequency(mapping, time, repeat);
    else if (type === 'EIVL_TS' || time.at('event')) addEvent(mapping, time, repeat);
    else addPeriod(mapping, time, timing, repeat);
  }
  return filledOrNone({ ...timing, repeat: filledOrNone(repeat) });
}

function addPeriod(mapping: Mapping, time: XmlElement, timing: JsonObject, repeat: JsonObject): void {
  const point = pointOf(time);
  if (point === time) {
    const { value, recorded, unreadable } = readTime(time.attribute('value') ?? '');
    if (value === undefined) return;
    const known = Array.isArray(timing['event']) ? timing['event'] : [];
    timing['event'] = [...known, value];
    if (recorded === undefined && unreadable === undefined) mapping.take(time);
    return;
  }
  const period = boundsAround(time) > 1 ? periodOf(time) : mapping.period(time);
  if (period === undefined) return;
  const known = repeat['boundsPeriod'];
  repeat['boundsPeriod'] = isObject(known) ? spanOf(known, period) : period;
}

/** Two times of taking as one: from the earlier start to the later end, open where one of them is. Both stay as sent, too. */
function spanOf(one: JsonObject, other: JsonObject): JsonObject {
  const bounds = (name: string): string[] =>
    [one[name], other[name]].filter((bound) => typeof bound === 'string').toSorted();
  const [starts, ends] = [bounds('start'), bounds('end')];
  return filled({
    start: starts.length === 2 ? starts[0] : undefined,
    end: ends.length === 2 ? ends[1] : undefined,
  });
}

/** How many spans of time the statement of a time has. */
function boundsAround(time: XmlElement): number {
  return (
    time.parent?.all(time.name).filter((one) => isInterval(one) && one.at('period') === undefined).length ?? 0
  );
}

function addFrequency(mapping: Mapping, time: XmlElement, repeat: JsonObject): void {
  const period = time.at('period');
  const [low, high] =
    period && isInterval(period) ? [period.at('low'), period.at('high')] : [period, undefined];
  const value = numberOf(low?.attribute('value'));
  const unit = low?.attribute('unit') ?? high?.attribute('unit');
  const isOdd = Number(value) === 0 || (high?.attribute('unit') ?? unit) !== unit;
  if (
    isOdd ||
    value === undefined ||
    unit === undefined ||
    !timeUnits.includes(unit) ||
    repeat['period'] !== undefined
  )
    return;
  const most = numberOf(high?.attribute('value'));
  Object.assign(repeat, filled({ frequency: 1, period: value, periodMax: most, periodUnit: unit }));
  mapping.take(period);
}

function addEvent(mapping: Mapping, time: XmlElement, repeat: JsonObject): void {
  const code = time.at('event')?.attribute('code')?.toUpperCase();
  if (code === undefined || !events.includes(code) || time.attribute('operator') === 'E') return;
  const known = Array.isArray(repeat['when']) ? repeat['when'] : [];
  repeat['when'] = [...known, code];
  mapping.take(time.at('event'));
  if (known.length > 0) return;
  const offset = time.at('offset');
  const amount = offset?.at('low') ?? offset?.at('width') ?? offset;
  const count = Number(amount?.attribute('value'));
  const minutes = count * (lookUp(minutesIn, amount?.attribute('unit')) ?? Number.NaN);
  if (!Number.isInteger(minutes) || minutes <= 0 || ['C', 'CM', 'CD', 'CV'].includes(code)) return;
  repeat['offset'] = minutes;
}
