import type { JsonObject } from '../../json/index.ts';
import { detached, type AppleElement } from './element.ts';
import { DayGroups, saidOf, type DayGroup } from './day-groups.ts';
import { ExactSum } from './exact-sum.ts';
import type { Moment } from './moment.ts';
import { appleConcept, computedComponent, statistic, type ObservationParts } from './observation.ts';
import { quantityMember, type AppleQuantity } from './quantity.ts';
import { categoryOf, isCumulative, loincOf } from './quantity-type.ts';

/** The readings of a day: of what adds up their sum, of what does not the least, the greatest and the last. */
interface QuantityTally {
  sum: ExactSum | undefined;
  minimum: string;
  maximum: string;
  last: string;
  lastAt: number;
}

/** Quantities (HKQuantityType) by day. */
export class QuantityDays {
  readonly #days = new DayGroups<QuantityTally>('unit', () => ({
    sum: undefined,
    minimum: '',
    maximum: '',
    last: '',
    lastAt: 0,
  }));

  add(record: AppleElement, quantity: AppleQuantity, start: Moment): void {
    const { type, count, tally } = this.#days.add(record, start);
    const digits = detached(quantity.digits);
    const value = Number(digits);
    if (isCumulative(type)) (tally.sum ??= new ExactSum()).add(digits);
    if (count === 1 || value < Number(tally.minimum)) tally.minimum = digits;
    if (count === 1 || value > Number(tally.maximum)) tally.maximum = digits;
    if (count === 1 || start.instant >= tally.lastAt) {
      tally.last = digits;
      tally.lastAt = start.instant;
    }
  }

  /** What each day says. */
  *observations(): Generator<ObservationParts> {
    for (const day of this.#days.values()) {
      const { type, of: unit, count, first, tally } = day;
      const member = (digits: string): JsonObject => ({
        valueQuantity: quantityMember(type, { digits, unit }),
      });
      yield {
        line: first.line,
        pointer: this.#days.pointerOf(day),
        key: this.#days.keyOf(day),
        code: appleConcept(type, loincOf(type, unit)),
        category: categoryOf(type),
        ...saidOf(day),
        ...(count === 1 ? { value: member(tally.last) } : { components: componentsOf(day, member) }),
      };
    }
  }
}

function componentsOf(
  { count, tally }: DayGroup<QuantityTally>,
  member: (digits: string) => JsonObject,
): JsonObject[] {
  const readings = { code: statistic('count', 'Readings'), valueInteger: count };
  if (tally.sum !== undefined)
    return [computedComponent(statistic('sum', 'Sum (computed)'), member(String(tally.sum))), readings];
  return [
    { code: statistic('minimum', 'Minimum'), ...member(tally.minimum) },
    { code: statistic('maximum', 'Maximum'), ...member(tally.maximum) },
    { code: { text: 'Last' }, ...member(tally.last) },
    readings,
  ];
}
