import { BlueButtonError } from '../../errors/index.ts';
import type { Finding, Reading } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DocumentIdentity } from '../format.ts';
import { Account } from './account.ts';
import { BloodPressures } from './blood-pressure.ts';
import { CategoryDays } from './category-days.ts';
import { readElements, type AppleElement, type StreamEnd } from './element.ts';
import { readMoment } from './moment.ts';
import { observationEntry, type ObservationParts } from './observation.ts';
import { characteristicsOf, patientEntry, subjectOf } from './person.ts';
import { QuantityDays } from './quantity-days.ts';
import { readQuantity } from './quantity.ts';
import { pressureOf, wholeElements, wholeObservation } from './whole-observation.ts';

/**
 * Reads an Apple Health export, which may have gigabytes: as a stream, records put together by day. The person comes first,
 * then what tells of one thing, then the days. An export that is cut off or not XML any more from some place on keeps what
 * came before it, and a `lost` finding says where it ends: unlike a clinical document, its records do not depend on one
 * another.
 *
 * @throws BlueButtonError `not-a-health-record` when it ends before its root element.
 */
export async function* readAppleHealth(
  document: ByteSource,
  identity: DocumentIdentity,
): AsyncGenerator<Reading> {
  const reading = new ExportReading(identity.source);
  const end = await readElements(document, (element) => {
    reading.take(element);
  });
  if (!end.isExport) {
    throw new BlueButtonError('not-a-health-record', `${document.name} holds no health data.`, {
      why: 'It begins like an export of Apple Health and ends before its first record.',
      try: 'export it again from the Health app',
    });
  }
  const { me } = reading;
  const subject = me && subjectOf(identity);
  if (me !== undefined) yield { entry: patientEntry(me, identity) };
  for (const parts of reading.observations()) yield { entry: observationEntry(parts, identity, subject) };
  for (const finding of [...reading.account.findings(), ...oddities(end, identity.source)]) yield { finding };
  if (reading.asOf !== undefined) yield { asOf: reading.asOf };
}

/** What is gathered of an export while it streams by. */
class ExportReading {
  readonly account: Account;
  me: AppleElement | undefined;
  asOf: string | undefined;
  readonly #whole: ObservationParts[] = [];
  readonly #quantities = new QuantityDays();
  readonly #categories = new CategoryDays();
  readonly #pressures = new BloodPressures();

  constructor(source: string) {
    this.account = new Account(source);
  }

  take(element: AppleElement): void {
    const { name, line } = element;
    if (name === 'Record') this.#takeRecord(element);
    else if (wholeElements.includes(name)) {
      if (name === 'Correlation') this.#pressures.tell(element);
      // A copy, without a view of everything that was read with it.
      const parts = wholeObservation(structuredClone(element), this.account);
      if (name === 'Correlation' && parts.components?.length === 0) this.account.count('bad-value', line);
      else this.#whole.push(parts);
    } else if (name === 'ExportDate') this.asOf ??= readMoment(element.attributes['value'])?.value;
    else if (name === 'Me' && this.me === undefined) this.me = structuredClone(element);
    else if (name === 'ClinicalRecord') this.account.count('clinical-records-apart', line);
    else this.account.countUnknown(name, line);
  }

  /** What the export says, once it has streamed by. */
  *observations(): Generator<ObservationParts> {
    for (const [systolic, diastolic] of this.#pressures.left()) {
      if (diastolic === undefined) this.#addRecord(systolic);
      else this.#whole.push(pressureOf(systolic, diastolic, this.account));
    }
    if (this.me !== undefined) yield* characteristicsOf(this.me);
    yield* this.#whole;
    yield* this.#quantities.observations();
    yield* this.#categories.observations();
  }

  #takeRecord(record: AppleElement): void {
    const { attributes, children, line } = record;
    const beats = children.find(({ name }) => name === 'HeartRateVariabilityMetadataList');
    if (beats !== undefined) this.account.count('heart-beats-not-read', line, beats.children.length);
    if (attributes['type'] === undefined) this.account.count('no-type', line);
    else if (!this.#pressures.holds(record)) this.#addRecord(record);
  }

  #addRecord(record: AppleElement): void {
    const { attributes, line } = record;
    const { type = '', value, unit } = attributes;
    const start = readMoment(attributes['startDate']);
    if (start === undefined) return this.account.count('bad-date', line);
    if (!type.startsWith('HKCategoryType')) {
      const quantity = readQuantity(type, value, unit);
      if (quantity === undefined) return this.account.count('bad-value', line);
      this.#quantities.add(record, quantity, start);
      // A bare number, or nothing, may be "not present": nobody could tell.
    } else if (value === undefined || /^\d+$/.test(value)) return this.account.count('bad-value', line);
    else this.#categories.add(record, start, readMoment(attributes['endDate']));
    this.account.count('not-carried', line);
  }
}

function oddities({ broken, badCharacter }: StreamEnd, source: string): Finding[] {
  return [
    ...(badCharacter === undefined
      ? []
      : [
          {
            severity: 'warning',
            code: 'bad-character',
            message: 'characters that XML does not allow, or that could not be decoded',
            source,
            line: badCharacter,
          } as const,
        ]),
    ...(broken === undefined
      ? []
      : [
          {
            severity: 'lost',
            code: 'broken-off',
            message: `everything after line ${broken.line}: from there on the export is not whole XML (${broken.reason}); what came before it was read`,
            source,
            line: broken.line,
          } as const,
        ]),
  ];
}
