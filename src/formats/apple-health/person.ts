import type { JsonObject } from '../../json/index.ts';
import { lookUp, ourExtensions, type Entry } from '../../model/index.ts';
import { derivedEntry, derivedId } from '../derived-entry.ts';
import type { DocumentIdentity } from '../format.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import { pointMembers } from '../point-in-time.ts';
import { xpathOf, type AppleElement } from './element.ts';
import { wordsOf } from './identifier-words.ts';
import { readMoment } from './moment.ts';
import { appleConcept, healthKit, type ObservationParts } from './observation.ts';

const prefix = 'HKCharacteristicTypeIdentifier';

const genders: Readonly<Record<string, string>> = {
  HKBiologicalSexMale: 'male',
  HKBiologicalSexFemale: 'female',
  HKBiologicalSexOther: 'other',
};

/** Characteristics that are Observations, each with the LOINC code that means the same. */
const observed: readonly (readonly [string, string | undefined])[] = [
  ['BloodType', '882-1'],
  ['FitzpatrickSkinType', undefined],
];

/** Reference to the person an export tells of. */
export function subjectOf(identity: DocumentIdentity): { reference: string } {
  return { reference: `Patient/${derivedId(identity, 'the person', 'Patient')}` };
}

/** `Me` → Patient. An export has no name; what is not set says nothing. */
export function patientEntry(me: AppleElement, identity: DocumentIdentity): Entry {
  const {
    [`${prefix}DateOfBirth`]: birth,
    [`${prefix}BiologicalSex`]: sex,
    ...more
  } = Object.fromEntries(Object.entries(me.attributes).filter(([, value]) => isSet(value)));
  const gender = lookUp(genders, sex);
  const day = readMoment(birth);
  const left = Object.entries(more)
    .filter(([name]) => !observed.some(([characteristic]) => name === `${prefix}${characteristic}`))
    .map(([name, value]) => `${wordsOf(name)}: ${value}`);
  if (sex !== undefined && gender === undefined) left.push(`Biological sex: ${sex}`);
  return derivedEntry(
    {
      resourceType: 'Patient',
      id: derivedId(identity, 'the person', 'Patient'),
      ...filled({
        extension: listOf(left.map((text) => valued(ourExtensions.asSent, 'valueString', text))),
        gender,
        ...pointMembers('birthDate', {
          ...(day !== undefined && { value: day.day }),
          ...(birth !== undefined && day === undefined && { unreadable: birth }),
        }),
      }),
    },
    { ...identity, line: me.line, pointer: xpathOf(me) },
  );
}

/** Blood type and skin type, which the person typed in. */
export function characteristicsOf(me: AppleElement): ObservationParts[] {
  return observed.flatMap(([name, loinc]) => {
    const identifier = `${prefix}${name}`;
    const value = me.attributes[identifier];
    if (value === undefined || !isSet(value)) return [];
    const concept: JsonObject = {
      coding: [{ system: healthKit, code: value, display: wordsOf(value) }],
      text: wordsOf(value),
    };
    return {
      line: me.line,
      pointer: `${xpathOf(me)}/@${identifier}`,
      code: appleConcept(identifier, loinc),
      category: loinc === undefined ? 'activity' : undefined,
      effective: {},
      source: undefined,
      isUserEntered: true,
      value: { valueCodeableConcept: concept },
    };
  });
}

function isSet(value: string): boolean {
  return value.trim() !== '' && !value.endsWith('NotSet');
}
