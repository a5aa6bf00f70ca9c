import { nameOf } from './coding.ts';
import type { Element } from './element.ts';
import { quantityText, rangeText, ratioText } from './quantity.ts';

/** How a medicine is to be taken, in the source's own words where it has them, else from the structured parts. */
export function dosageText(dosage: Element): string | undefined {
  const words = dosage.string('text') ?? dosage.string('patientInstruction');
  if (words !== undefined) return words;
  const parts = [
    doseOf(dosage),
    nameOf(dosage.child('method')),
    nameOf(dosage.child('route')),
    timingText(dosage.child('timing')),
    asNeededText(dosage),
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(', ') : undefined;
}

/** The latest end among the dosages' bounds; undefined unless every dosage states one. */
export function dosageEnd(dosages: readonly Element[]): string | undefined {
  const ends = dosages.map((dosage) =>
    dosage.child('timing')?.child('repeat')?.child('boundsPeriod')?.string('end'),
  );
  const stated = ends.filter((end) => end !== undefined);
  return stated.length === ends.length ? stated.toSorted().at(-1) : undefined;
}

function doseOf(dosage: Element): string | undefined {
  const amounts = dosage
    .children('doseAndRate')
    .flatMap((part) => [
      quantityText(part.child('doseQuantity')) ?? rangeText(part.child('doseRange')),
      quantityText(part.child('rateQuantity')) ??
        rangeText(part.child('rateRange')) ??
        ratioText(part.child('rateRatio')),
    ]);
  const stated = amounts.filter((amount) => amount !== undefined);
  return stated.length > 0 ? stated.join(' at ') : undefined;
}

/** A Timing in words: its code's, else `2 times every 1 d`. */
function timingText(timing: Element | undefined): string | undefined {
  if (timing === undefined) return undefined;
  const named = nameOf(timing.child('code'));
  const repeat = timing.child('repeat');
  if (named !== undefined || repeat === undefined) return named;
  const frequency = span(repeat.decimal('frequency'), repeat.decimal('frequencyMax'));
  const period = span(repeat.decimal('period'), repeat.decimal('periodMax'));
  const parts = [
    frequency && `${frequency} ${frequency === '1' ? 'time' : 'times'}`,
    period && `every ${period} ${repeat.string('periodUnit') ?? ''}`.trim(),
    ...repeat.strings('dayOfWeek'),
    ...repeat.strings('timeOfDay'),
    ...repeat.strings('when'),
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(' ') : undefined;
}

function span(low: string | undefined, high: string | undefined): string | undefined {
  return low !== undefined && high !== undefined ? `${low}–${high}` : (low ?? high);
}

function asNeededText(dosage: Element): string | undefined {
  if (dosage.boolean('asNeededBoolean') === true) return 'as needed';
  const reason = nameOf(dosage.child('asNeededCodeableConcept'));
  return reason && `as needed for ${reason}`;
}
