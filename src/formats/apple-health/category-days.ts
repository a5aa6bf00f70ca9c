import type { JsonObject } from '../../json/index.ts';
import { DayGroups, saidOf, type DayGroup } from './day-groups.ts';
import type { AppleElement } from './element.ts';
import { valueWordsOf, wordsOf } from './identifier-words.ts';
import type { Moment } from './moment.ts';
import {
  appleConcept,
  computedComponent,
  healthKit,
  statistic,
  type ObservationParts,
} from './observation.ts';

/** Types of which the time between start and end is what was done; of others it only says when. */
const lasting =
  /^HKCategoryTypeIdentifier(SleepAnalysis|MindfulSession|HandwashingEvent|ToothbrushingEvent)$/;

/** Values that deny what their type names: a symptom that was not there, no bleeding. */
const denial = /(NotPresent|None)$/;

/** Categories (HKCategoryType: sleep, symptoms, events) by day and value. */
export class CategoryDays {
  readonly #days = new DayGroups<{ seconds: number }>('value', () => ({ seconds: 0 }));

  add(record: AppleElement, start: Moment, end: Moment | undefined): void {
    const { tally } = this.#days.add(record, start);
    tally.seconds += Math.max((end ?? start).instant - start.instant, 0);
  }

  /** What each day says. */
  *observations(): Generator<ObservationParts> {
    for (const day of this.#days.values()) {
      const { type, of: value, first } = day;
      const isDenied = denial.test(value ?? '');
      const said = saidOf(day);
      yield {
        line: first.line,
        pointer: this.#days.pointerOf(day),
        key: this.#days.keyOf(day),
        code: appleConcept(type),
        category: 'activity',
        ...said,
        isDenied,
        // A denial of "not present" would say that it is: the value is kept as sent.
        ...(isDenied
          ? { asSent: [...(said.asSent ?? []), `value: ${value}`] }
          : { value: valueOf(value, type) }),
        components: componentsOf(day),
      };
    }
  }
}

function valueOf(value: string | undefined, type: string): JsonObject {
  if (value === undefined || value === 'HKCategoryValueNotApplicable') return {};
  const text = valueWordsOf(value, type);
  return {
    valueCodeableConcept: { coding: [{ system: healthKit, code: value, display: wordsOf(value) }], text },
  };
}

function componentsOf({ type, count, tally: { seconds } }: DayGroup<{ seconds: number }>): JsonObject[] {
  const readings = { code: statistic('count', 'Times'), valueInteger: count };
  const unit = seconds < 60 ? 's' : `s = ${clockText(seconds)}`;
  const quantity = { value: seconds, unit, system: 'http://unitsofmeasure.org', code: 's' };
  return [
    ...(lasting.test(type) && seconds > 0
      ? [computedComponent(statistic('sum', 'Total time (computed)'), { valueQuantity: quantity })]
      : []),
    ...(count > 1 ? [readings] : []),
  ];
}

/** `7 h 25 min 12 s`. */
function clockText(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
