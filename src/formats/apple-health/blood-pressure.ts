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

  /** The records that no correlation tells. */
  *left(): Generator<AppleElement> {
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
