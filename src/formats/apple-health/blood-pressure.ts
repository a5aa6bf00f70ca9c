import type { AppleElement } from './element.ts';

const type = /^HKQuantityTypeIdentifierBloodPressure(Systolic|Diastolic)$/;

/**
 * Blood pressures stand in an export twice: in their correlation and as records of their own. Those that a correlation tells
 * are told by it alone, whichever comes first in the document.
 */
export class BloodPressures {
  /** How many of a record the correlations have. */
  readonly #told = new Map<string, number>();
  readonly #alone: AppleElement[] = [];

  /** True for a record that is kept here until the end of the document. */
  holds(record: AppleElement): boolean {
    const isPressure = type.test(record.attributes['type'] ?? '');
    if (isPressure) this.#alone.push(structuredClone(record));
    return isPressure;
  }

  tell({ children }: AppleElement): void {
    for (const record of children) {
      const key = keyOf(record);
      if (type.test(record.attributes['type'] ?? '')) this.#told.set(key, (this.#told.get(key) ?? 0) + 1);
    }
  }

  /** The records that no correlation tells: the two of one moment and source together, any other by itself. */
  *left(): Generator<[AppleElement, AppleElement?]> {
    const moments = new Map<string, AppleElement[]>();
    for (const record of this.#untold()) {
      const { startDate, endDate, sourceName, unit } = record.attributes;
      const moment = JSON.stringify([startDate, endDate, sourceName, unit]);
      moments.set(moment, [...(moments.get(moment) ?? []), record]);
    }
    for (const records of moments.values()) {
      const systolic = records.find(({ attributes }) => attributes['type']?.endsWith('Systolic') === true);
      const diastolic = records.find(
        (record) => record !== systolic && record.attributes['type']?.endsWith('Diastolic') === true,
      );
      if (records.length === 2 && systolic !== undefined && diastolic !== undefined)
        yield [systolic, diastolic];
      else for (const record of records) yield [record];
    }
  }

  *#untold(): Generator<AppleElement> {
    for (const record of this.#alone) {
      const key = keyOf(record);
      const told = this.#told.get(key) ?? 0;
      if (told === 0) yield record;
      else this.#told.set(key, told - 1);
    }
  }
}

function keyOf({ attributes }: AppleElement): string {
  const { type: of, value, unit, startDate, endDate, sourceName } = attributes;
  return JSON.stringify([of, value, unit, startDate, endDate, sourceName]);
}
