import { detached, metadataOf, xpathOf, type AppleElement } from './element.ts';
import { readMoment, type Moment } from './moment.ts';
import { effectiveOf, unplacedEnd, type ObservationParts } from './observation.ts';

/** Records of one day, type, unit or value, and source, as the export writes the day; and what was gathered of them. */
export interface DayGroup<Tally> {
  day: string;
  type: string;
  /** The unit of a quantity, the value of a category. */
  of: string | undefined;
  source: string | undefined;
  isUserEntered: boolean;
  /** Metadata that change what a value means, `key: value` each. */
  context: readonly string[];
  count: number;
  first: { line: number; position: number; startDate: string; endDate: string };
  tally: Tally;
}

/** Metadata without which a value would mean something else: records that differ in them are told apart. */
const tellingMetadata = [
  'HKBloodGlucoseMealTime',
  'HKHeartRateEventThreshold',
  'HKBodyTemperatureSensorLocation',
  'HKInsulinDeliveryReason',
  'HKMenstrualCycleStart',
  'HKSexualActivityProtectionUsed',
];

/**
 * Gathers records by day, type, unit (or value), source and telling metadata. Different sources are never put together: a
 * phone and a watch count the same steps. What is kept grows with the groups and not with the records.
 */
export class DayGroups<Tally> {
  readonly #attribute: 'unit' | 'value';
  readonly #begin: () => Tally;
  readonly #groups = new Map<string, DayGroup<Tally>>();
  readonly #words = new Map<string, string>();

  constructor(attribute: 'unit' | 'value', begin: () => Tally) {
    this.#attribute = attribute;
    this.#begin = begin;
  }

  /** The group of a record, which it now counts. */
  add(record: AppleElement, { day }: Moment): DayGroup<Tally> {
    const { type = '', sourceName, startDate = '', endDate = '', [this.#attribute]: of } = record.attributes;
    const metadata = record.children.length === 0 ? noMetadata : metadataOf(record);
    const isUserEntered = metadata.get('HKWasUserEntered') === '1';
    const context = tellingMetadata.flatMap((key) =>
      metadata.has(key) ? [`${key}: ${metadata.get(key)}`] : [],
    );
    const key = [day, type, of, sourceName, isUserEntered, ...context].join('\n');
    const known = this.#groups.get(key);
    if (known !== undefined) {
      known.count += 1;
      return known;
    }
    const group = {
      day,
      type: this.#word(type) ?? '',
      of: this.#word(of),
      source: this.#word(sourceName),
      isUserEntered,
      context: context.map(detached),
      count: 1,
      first: {
        line: record.line,
        position: record.position,
        startDate: detached(startDate),
        endDate: detached(endDate),
      },
      tally: this.#begin(),
    };
    this.#groups.set(key, group);
    return group;
  }

  /** The groups in the order of their first records. */
  values(): Iterable<DayGroup<Tally>> {
    return this.#groups.values();
  }

  /**
   * Where a group stands: the one record, or an XPath that selects the records of its day, type, unit or value, and source.
   */
  pointerOf({ day, type, of, source, count, first }: DayGroup<Tally>): string {
    if (count === 1) return xpathOf({ name: 'Record', position: first.position });
    const attributes = [
      ['type', type],
      [this.#attribute, of],
      ['sourceName', source],
    ] as const;
    const tests = attributes.map(([name, value]) =>
      value === undefined ? `[not(@${name})]` : `[@${name}=${literal(value)}]`,
    );
    return `/HealthData/Record${tests.join('')}[starts-with(@startDate,'${day}')]`;
  }

  /** What tells a group from all others. */
  keyOf({ day, type, of, source, isUserEntered, context }: DayGroup<Tally>): string {
    return JSON.stringify([day, type, this.#attribute, of, source, isUserEntered, context]);
  }

  /** Each of the words that thousands of records share, once. */
  #word(text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    const word = detached(text);
    this.#words.set(word, word);
    return word;
  }
}

/** What a group of records says whatever was measured. */
export function saidOf<Tally>({
  day,
  source,
  isUserEntered,
  context,
  count,
  first,
}: DayGroup<Tally>): Pick<ObservationParts, 'effective' | 'source' | 'isUserEntered' | 'asSent' | 'method'> {
  const start = count === 1 ? readMoment(first.startDate) : undefined;
  return {
    effective: start ? effectiveOf(start, readMoment(first.endDate)) : { effectiveDateTime: day },
    source,
    isUserEntered,
    asSent: start ? [...context, ...unplacedEnd(start, first.endDate)] : context,
    ...(count > 1 && { method: `put together by bluebutton from ${count} records of one day and source` }),
  };
}

const noMetadata: ReadonlyMap<string, string> = new Map();

/** A string of XPath 1.0, which has no escapes. */
function literal(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('"')) return `"${text}"`;
  return `concat('${text.split("'").join(`',"'",'`)}')`;
}
