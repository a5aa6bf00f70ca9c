import type { JsonObject } from '../../../json/index.ts';
import { lookUp, ourExtensions } from '../../../model/index.ts';
import type { XmlElement } from '../../xml/element.ts';
import { noConcept } from '../concept.ts';
import { filled, listOf } from '../../json-parts.ts';
import type { Mapper } from '../mapper.ts';
import type { Mapping } from '../mapping.ts';
import {
  isNegated,
  isNullified,
  isTrue,
  moodOf,
  otherSubject,
  statusOf,
  type NestedStatement,
} from '../statement.ts';
import { pointOf } from '../time.ts';
import {
  authorExtension,
  hasDisplay,
  namedConcept,
  nestedWith,
  notesOf,
  requiredConcept,
  statusMember,
} from './shared.ts';

const historyStatus: Readonly<Record<string, string>> = {
  completed: 'completed',
  active: 'partial',
  nullified: 'entered-in-error',
};

const genders: Readonly<Record<string, string>> = { M: 'male', F: 'female', UN: 'other' };

/** Family History Organizer → FamilyMemberHistory: the relative, and what the relative had (no official map). */
export const familyHistory: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const related = element.at('subject', 'relatedSubject');
    const relative = related?.at('subject');
    const name = relative?.at('name') ?? related?.at('name');
    const conditions = mapping
      .nested()
      .filter(
        ({ statement }) =>
          statement.name === 'observation' && !isNullified(statement) && moodOf(statement) === 'EVN',
      );
    return {
      resourceType: 'FamilyMemberHistory',
      extension: listOf([authorExtension(mapping)]),
      ...statusMember(mapping, 'status', historyStatus, 'health-unknown'),
      patient: mapping.document.subject,
      ...filled({ name: mapping.words(name) }),
      relationship: requiredConcept(mapping, related?.at('code')),
      ...filled({
        sex: sexOf(mapping, relative?.at('administrativeGenderCode')),
        ...mapping.day('bornDate', relative?.at('birthTime')),
        ...deathOf(mapping, relative),
        note: notesOf(mapping),
        condition: listOf(conditions.map((nested) => conditionOf(mapping, nested))),
      }),
    };
  },
};

/** A Family History Observation outside an organizer: the relative is the subject it names. */
export const familyObservation: Mapper = {
  map(mapping) {
    const { element } = mapping;
    const related = element.at('subject', 'relatedSubject') ?? otherSubject(element);
    return {
      resourceType: 'FamilyMemberHistory',
      extension: listOf([authorExtension(mapping)]),
      ...statusMember(mapping, 'status', historyStatus, 'health-unknown'),
      patient: mapping.document.subject,
      relationship:
        related === undefined
          ? {
              coding: [
                { system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'unknown' },
              ],
            }
          : requiredConcept(mapping, related.at('code')),
      condition: [conditionOf(mapping, { statement: element, link: element, type: 'COMP' })],
    };
  },
};

function sexOf(mapping: Mapping, code: XmlElement | undefined): JsonObject | undefined {
  const gender = lookUp(genders, code?.attribute('code'));
  if (gender === undefined) return undefined;
  mapping.take(code);
  return { coding: [{ system: 'http://hl7.org/fhir/administrative-gender', code: gender }] };
}

function deathOf(mapping: Mapping, relative: XmlElement | undefined): JsonObject {
  const when = mapping.day('deceasedDate', relative?.at('sdtc:deceasedTime'));
  if (Object.keys(when).length > 0) {
    mapping.take(relative?.at('sdtc:deceasedInd'));
    return when;
  }
  const says = relative?.at('sdtc:deceasedInd')?.attribute('value');
  if (says === undefined) return {};
  mapping.take(relative?.at('sdtc:deceasedInd'));
  return { deceasedBoolean: isTrue(says) };
}

function conditionOf(mapping: Mapping, { statement }: NestedStatement): JsonObject {
  mapping.include(statement);
  if (statusOf(statement) === 'completed') mapping.take(statement.at('statusCode'));
  const value = mapping.concept(statement.at('value'));
  const isNamed = value?.['text'] !== undefined || hasDisplay(value);
  const words = isNamed ? undefined : mapping.words(statement.at('text'));
  const code = words === undefined ? value : { ...value, text: words };
  const death = nestedWith(mapping, {
    templates: ['2.16.840.1.113883.10.20.22.4.47', '2.16.840.1.113883.10.20.1.42'],
    of: statement,
  });
  if (death) {
    mapping.include(death);
    mapping.take(death.at('statusCode'));
  }
  const age = nestedWith(mapping, {
    code: '445518008',
    templates: ['2.16.840.1.113883.10.20.22.4.31', '2.16.840.1.113883.10.20.1.38'],
    of: statement,
  });
  const time = statement.at('effectiveTime');
  const onset = age && mapping.quantity(age.at('value'));
  if (onset) mapping.include(age);
  const date = pointOf(time) ?? time?.at('low');
  const onsetString = onset === undefined ? date?.attribute('value') : undefined;
  return filled({
    modifierExtension: isNegated(statement)
      ? [{ url: ourExtensions.negated, valueBoolean: true }]
      : undefined,
    code: code ?? namedConcept(mapping, statement.at('code')) ?? noConcept('unknown'),
    contributedToDeath: death ? !isNegated(death) : undefined,
    onsetAge: onset,
    onsetPeriod: onsetString === undefined ? undefined : mapping.period(time),
    note: notesOf(mapping, [statement]),
  });
}
