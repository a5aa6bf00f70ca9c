import type { JsonObject } from '../../json/index.ts';
import { pointMembers } from '../point-in-time.ts';
import type { Account } from './account.ts';
import { metadataOf, xpathOf, type AppleElement } from './element.ts';
import { wordsOf } from './identifier-words.ts';
import { measuresOf } from './measures.ts';
import { readMoment } from './moment.ts';
import { appleConcept, effectiveOf, unplacedEnd, type ObservationParts } from './observation.ts';
import { quantityMember, readQuantity } from './quantity.ts';
import { loincOf } from './quantity-type.ts';

const bloodPressure = 'HKCorrelationTypeIdentifierBloodPressure';

/** Elements that become one Observation each, with the attribute or the word that says of what. */
export const wholeElements = ['Correlation', 'Workout', 'ActivitySummary', 'Audiogram', 'VisionPrescription'];

/** Attributes that have a place of their own in an Observation. */
const placed = [
  'type',
  'workoutActivityType',
  'sourceName',
  'startDate',
  'endDate',
  'creationDate',
  'dateComponents',
  'dateIssued',
];

/** An element that tells of one thing: a blood pressure, a meal, a workout, a day's summary, an audiogram, a prescription. */
export function wholeObservation(element: AppleElement, account: Account): ObservationParts {
  const { name, attributes, line } = element;
  const type = attributes['type'] ?? attributes['workoutActivityType'];
  const isPressure = type === bloodPressure;
  const measured = measuresOf(attributes, '');
  const inside = element.children.map((child) => insideOf(child, account, numberAmong(child, element)));
  const when = attributes['dateComponents'] ?? attributes['dateIssued'] ?? attributes['startDate'];
  const start = readMoment(when);
  const end = readMoment(attributes['endDate']);
  const created = readMoment(attributes['creationDate'])?.value;
  return {
    line,
    pointer: xpathOf(element),
    code: codeOf(element, type),
    category: isPressure ? 'vital-signs' : isExam(name) ? undefined : 'activity',
    effective:
      start === undefined
        ? pointMembers('effectiveDateTime', { ...(when !== undefined && { unreadable: when }) })
        : effectiveOf(start, end),
    // An instant has a time and an offset.
    issued: created?.includes('T') === true ? created : undefined,
    source: attributes['sourceName'],
    isUserEntered: metadataOf(element).get('HKWasUserEntered') === '1',
    components: [...measured.components, ...inside.flatMap(({ components }) => components)],
    asSent: [
      ...measured.left
        .filter((attribute) => !placed.includes(attribute))
        .map((attribute) => `${attribute}: ${attributes[attribute]}`),
      ...unplacedEnd(start, attributes['endDate']),
      ...inside.flatMap(({ asSent }) => asSent),
    ],
  };
}

/** Two records of one moment that are one blood pressure, though no correlation says so. */
export function pressureOf(
  systolic: AppleElement,
  diastolic: AppleElement,
  account: Account,
): ObservationParts {
  const { startDate, endDate, creationDate, sourceName } = systolic.attributes;
  const attributes = Object.fromEntries(
    Object.entries({ type: bloodPressure, startDate, endDate, creationDate, sourceName }).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    ),
  );
  const together = { ...systolic, name: 'Correlation', attributes, children: [systolic, diastolic] };
  return { ...wholeObservation(together, account), pointer: xpathOf(systolic) };
}

/** Measurements of a body part, which have nothing to do with activity. */
function isExam(name: string): boolean {
  return name === 'Audiogram' || name === 'VisionPrescription';
}

function codeOf({ name, children }: AppleElement, type: string | undefined): JsonObject {
  if (type === undefined) return { text: wordsOf(name) };
  if (name === 'Workout') return appleConcept(type, undefined, `Workout: ${wordsOf(type).toLowerCase()}`);
  if (name !== 'Correlation') return appleConcept(type, undefined, wordsOf(name));
  const food = metadataOf({ name, children, attributes: {}, line: 0, position: 0 }).get('HKFoodType');
  const text = food === undefined ? wordsOf(type) : `${wordsOf(type)}: ${food}`;
  return appleConcept(type, type === bloodPressure ? '85354-9' : undefined, text);
}

/** What an element inside says: values as components, everything else as sent. */
interface Inside {
  components: JsonObject[];
  asSent: string[];
}

function insideOf(child: AppleElement, account: Account, number: string): Inside {
  const { name, attributes } = child;
  if (name === 'MetadataEntry')
    return { components: [], asSent: [`${attributes['key']}: ${attributes['value']}`] };
  if (name === 'Record') return memberOf(child, account);
  if (name === 'WorkoutStatistics') return statisticsOf(child);
  if (/Eye$|^Sensitivity/.test(name)) {
    const { components, left } = measuresOf(attributes, `${wordsOf(name)}${number} `);
    const asSent = left.map(
      (attribute) => `${wordsOf(name)}${number} ${attribute}: ${attributes[attribute]}`,
    );
    const deeper = child.children.map((one) => insideOf(one, account, numberAmong(one, child)));
    return {
      components: [...components, ...deeper.flatMap((one) => one.components)],
      asSent: [...asSent, ...deeper.flatMap((one) => one.asSent)],
    };
  }
  return { components: [], asSent: sentOf(child, account) };
}

/** ` 2` for the second of several of one name. */
function numberAmong(child: AppleElement, { children }: AppleElement): string {
  const same = children.filter(({ name }) => name === child.name);
  return same.length < 2 ? '' : ` ${same.indexOf(child) + 1}`;
}

/** A record that is part of a correlation. */
function memberOf({ attributes, line }: AppleElement, account: Account): Inside {
  const { type, unit, value } = attributes;
  if (type === undefined) {
    account.count('no-type', line);
    return { components: [], asSent: [] };
  }
  const quantity = readQuantity(type, value, unit);
  if (quantity === undefined) account.count('bad-value', line);
  return {
    components:
      quantity === undefined
        ? []
        : [
            {
              code: appleConcept(type, loincOf(type, unit)),
              valueQuantity: quantityMember(type, quantity),
            },
          ],
    asSent: [],
  };
}

/** Apple's own statistics of a workout: `sum`, `average`, `minimum`, `maximum` of a type. */
function statisticsOf({ attributes }: AppleElement): Inside {
  const { type = '', unit, startDate: _, endDate: __, ...values } = attributes;
  const inside: Inside = { components: [], asSent: [] };
  for (const [name, value] of Object.entries(values)) {
    const quantity = readQuantity(type, value, unit);
    if (quantity === undefined) inside.asSent.push(`${type} ${name}: ${value}`);
    else
      inside.components.push({
        code: appleConcept(type, undefined, `${wordsOf(type)}, ${name}`),
        valueQuantity: quantityMember(type, quantity),
      });
  }
  return inside;
}

/** An element and all inside it as texts, `WorkoutEvent: type=…, date=…`; positions of a route are only counted. */
function sentOf({ name, attributes, children, line }: AppleElement, account: Account): string[] {
  if (name === 'Location') {
    account.count('positions-not-read', line);
    return [];
  }
  const own = Object.entries(attributes).map(([attribute, value]) => `${attribute}=${value}`);
  return [`${name}: ${own.join(', ')}`, ...children.flatMap((child) => sentOf(child, account))];
}
