import type { JsonObject } from '../../json/index.ts';
import { lookUp, type Resource } from '../../model/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { codingOf } from './concept.ts';
import { filled, listOf, nested, valued } from '../json-parts.ts';
import type { Mapping } from './mapping.ts';
import { addressesOf, addressOf, contactsOf, humanNamesOf } from './person-name.ts';
import { nullFlavorOf } from './null-flavor.ts';
import { isTrue } from './statement.ts';

const genders: Readonly<Record<string, string>> = { M: 'male', F: 'female', UN: 'other' };
const usCore = 'http://hl7.org/fhir/us/core/StructureDefinition/';
const hl7 = 'http://hl7.org/fhir/StructureDefinition/';
const cdcRace = '2.16.840.1.113883.6.238';

/** Race and ethnicity categories of OMB; every other code of the CDC set is a detail of one of them. */
const ombCategories = ['1002-5', '2028-9', '2054-5', '2076-8', '2106-3', '2131-1', '2135-2', '2186-5'];

/** recordTarget/patientRole → Patient (C-CDA on FHIR, "Patient"). */
export function patientOf(mapping: Mapping): Resource {
  const { element: role } = mapping;
  const patient = role.at('patient');
  const names = patient?.all('name') ?? [];
  const gender = patient?.at('administrativeGenderCode');
  mapping.take(...names, ...role.all('addr'), ...role.all('telecom'));
  return {
    resourceType: 'Patient',
    extension: listOf([
      race(mapping, 'race', patient),
      race(mapping, 'ethnicity', patient),
      birthPlace(mapping, patient),
      valued(
        `${hl7}patient-religion`,
        'valueCodeableConcept',
        mapping.concept(patient?.at('religiousAffiliationCode')),
      ),
    ]),
    ...filled({
      identifier: mapping.identifiers(),
      name: listOf(names.flatMap(humanNamesOf)),
      telecom: listOf(contactsOf(role)),
      ...genderOf(mapping, gender),
      ...birthDate(mapping, patient?.at('birthTime')),
      ...deceased(mapping, patient),
      address: listOf(addressesOf(role)),
      maritalStatus: mapping.concept(patient?.at('maritalStatusCode')),
      contact: listOf(patient?.all('guardian').map((guardian) => guardianOf(mapping, guardian)) ?? []),
      communication: listOf(
        patient?.all('languageCommunication').map((item) => language(mapping, item)) ?? [],
      ),
      managingOrganization: mapping.party(role.at('providerOrganization')),
    }),
  };
}

function genderOf(mapping: Mapping, code: XmlElement | undefined): JsonObject {
  const value = code?.attribute('code') ?? '';
  const gender = lookUp(genders, value);
  if (gender !== undefined) {
    mapping.take(code);
    return { gender };
  }
  return code === undefined || value !== ''
    ? {}
    : nullFlavorOf(code) === undefined
      ? {}
      : { gender: 'unknown' };
}

/** A birth date is a date; the hour of birth goes into the extension for it. */
function birthDate(mapping: Mapping, time: XmlElement | undefined): JsonObject {
  const found = mapping.dated('birthDate', time);
  const value = found['birthDate'];
  if (typeof value !== 'string' || !value.includes('T')) return found;
  const { _birthDate: companion } = found;
  return {
    birthDate: value.slice(0, 10),
    _birthDate: {
      extension: [
        {
          url: `${hl7}patient-birthTime`,
          valueDateTime: value,
          ...(companion && { _valueDateTime: companion }),
        },
      ],
    },
  };
}

function deceased(mapping: Mapping, patient: XmlElement | undefined): JsonObject {
  const indicator = patient?.at('sdtc:deceasedInd');
  const says = indicator?.attribute('value');
  // A time of death of somebody who is said to live is a contradiction: it is kept as sent, and nobody is called dead.
  const when = ['false', '0'].includes(says ?? '')
    ? {}
    : mapping.dated('deceasedDateTime', patient?.at('sdtc:deceasedTime'));
  if (Object.keys(when).length > 0) {
    mapping.take(indicator);
    return when;
  }
  if (says === undefined || !['true', 'false', '1', '0'].includes(says)) return {};
  mapping.take(indicator);
  return { deceasedBoolean: isTrue(says) };
}

/** US Core race or ethnicity: categories, details, and the words. */
function race(
  mapping: Mapping,
  kind: 'race' | 'ethnicity',
  patient: XmlElement | undefined,
): JsonObject | undefined {
  const name = kind === 'race' ? 'raceCode' : 'ethnicGroupCode';
  const codes = [...(patient?.all(name) ?? []), ...(patient?.all(`sdtc:${name}`) ?? [])];
  const stated = codes.filter(
    (code) => code.attribute('code') !== undefined && code.attribute('codeSystem') === cdcRace,
  );
  if (stated.length === 0) return undefined;
  mapping.take(...stated);
  const { narrative } = mapping.document;
  // Ethnicity has one category only.
  const categories = stated.filter(isCategory).slice(0, kind === 'race' ? 5 : 1);
  const details = [
    ...stated.filter((code) => !categories.includes(code)),
    ...stated.flatMap((code) => code.all('translation')),
  ];
  const words = stated.map(
    (code) =>
      code.attribute('displayName') ?? code.at('originalText')?.text() ?? code.attribute('code') ?? '',
  );
  return nested(`${usCore}us-core-${kind}`, [
    ...categories.map((code) => valued('ombCategory', 'valueCoding', codingOf(code, narrative))),
    ...details.map((code) => valued('detailed', 'valueCoding', codingOf(code, narrative))),
    valued('text', 'valueString', words.join(', ')),
  ]);
}

function isCategory(code: XmlElement): boolean {
  return ombCategories.includes(code.attribute('code') ?? '');
}

function birthPlace(mapping: Mapping, patient: XmlElement | undefined): JsonObject | undefined {
  const place = patient?.at('birthplace', 'place');
  const address = place?.at('addr');
  const found = address && addressOf(address);
  const name = place?.at('name')?.text();
  if (found === undefined && name === undefined) return undefined;
  mapping.take(place);
  return valued(`${hl7}patient-birthPlace`, 'valueAddress', {
    ...found,
    ...(name !== undefined && { text: name }),
  });
}

function guardianOf(mapping: Mapping, guardian: XmlElement): JsonObject | undefined {
  const code = mapping.concept(guardian.at('code'));
  const guard = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleClass', code: 'GUARD' }] };
  const [name, ...more] = guardian.all('guardianPerson', 'name').flatMap(humanNamesOf);
  if (more.length === 0) mapping.take(guardian.at('guardianPerson', 'name'));
  mapping.take(...guardian.all('addr').slice(0, 1), ...guardian.all('telecom'));
  const found = filled({
    name,
    telecom: listOf(contactsOf(guardian)),
    address: addressesOf(guardian)[0],
    organization: mapping.party(guardian.at('guardianOrganization')),
  });
  return Object.keys(found).length === 0 && code === undefined
    ? undefined
    : { relationship: listOf([guard, code]) ?? [], ...found };
}

function language(mapping: Mapping, communication: XmlElement): JsonObject | undefined {
  const element = communication.at('languageCode');
  const code = element?.attribute('code');
  if (code === undefined) return undefined;
  mapping.take(element);
  const isTag = /^[a-z]{2,3}([-_][a-z0-9]{2,8})*$/i.test(code);
  const preferred = communication.at('preferenceInd')?.attribute('value')?.toLowerCase();
  if (preferred === 'true' || preferred === 'false') mapping.take(communication.at('preferenceInd'));
  const mode = communication.at('modeCode');
  const level = communication.at('proficiencyLevelCode');
  mapping.take(mode, level);
  const { narrative } = mapping.document;
  return filled({
    extension: listOf([
      nested(`${hl7}patient-proficiency`, [
        valued('level', 'valueCoding', level && codingOf(level, narrative)),
        valued('type', 'valueCoding', mode && codingOf(mode, narrative)),
      ]),
    ]),
    language: isTag
      ? filled({
          coding: [filled({ system: 'urn:ietf:bcp:47', code, display: element?.attribute('displayName') })],
        })
      : { text: code },
    preferred: preferred === 'true' ? true : preferred === 'false' ? false : undefined,
  });
}
