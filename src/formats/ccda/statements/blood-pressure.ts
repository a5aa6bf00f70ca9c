import type { XmlElement } from '../../xml/element.ts';
import { filled } from '../../json-parts.ts';
import type { Mapper } from '../mapper.ts';
import { codeOf, isNegated, isNullified, moodOf } from '../statement.ts';
import { observation } from './observation.ts';
import { referenceRangesOf, valueOf } from './value.ts';

/** The two pressures that one vital signs organizer holds, where they are one measurement. */
export interface PressurePair {
  systolic: XmlElement;
  diastolic: XmlElement;
}

/** Systolic and diastolic pressure of one organizer, of one time and status, and only one of each. */
export function pressurePairOf(organizer: XmlElement): PressurePair | undefined {
  const parts = organizer.all('component', 'observation');
  const systolic = parts.filter((part) => codeOf(part) === '8480-6');
  const diastolic = parts.filter((part) => codeOf(part) === '8462-4');
  const [one, other] = [systolic[0], diastolic[0]];
  if (systolic.length !== 1 || diastolic.length !== 1 || one === undefined || other === undefined)
    return undefined;
  const same = ['effectiveTime', 'statusCode'].every(
    (name) => one.at(name)?.serialized() === other.at(name)?.serialized(),
  );
  const isMeasured = [one, other].every(
    (part) =>
      moodOf(part) === 'EVN' &&
      !isNegated(part) &&
      !isNegated(part.parent ?? part) &&
      !isNullified(part) &&
      part.at('subject') === undefined &&
      part.at('value')?.attribute('value') !== undefined,
  );
  return same && isMeasured ? { systolic: one, diastolic: other } : undefined;
}

/** The pair → one Observation with two components (C-CDA on FHIR, "Vital signs: blood pressure"). */
export function bloodPressure({ systolic, diastolic }: PressurePair): Mapper {
  return {
    ...observation,
    map(mapping) {
      mapping.include(diastolic);
      const component = [systolic, diastolic].map((part) => {
        const { members } = valueOf(mapping, part.at('value'));
        return filled({
          code: mapping.concept(part.at('code')),
          ...members,
          interpretation: mapping.concepts(
            part.all('interpretationCode').filter((code) => code.attribute('code') !== undefined),
          ),
          referenceRange: referenceRangesOf(mapping, part),
        });
      });
      mapping.take(diastolic.at('effectiveTime'), diastolic.at('statusCode'));
      const {
        valueQuantity: _,
        interpretation: __,
        referenceRange: ___,
        dataAbsentReason: ____,
        ...whole
      } = observation.map(mapping);
      return {
        ...whole,
        ...filled({
          identifier: [...list(mapping.identifiers(systolic)), ...list(mapping.identifiers(diastolic))],
        }),
        code: {
          coding: [
            {
              system: 'http://loinc.org',
              code: '85354-9',
              display: 'Blood pressure panel with all children optional',
            },
          ],
        },
        component,
      };
    },
  };
}

function list<T>(items: T[] | undefined): T[] {
  return items ?? [];
}
