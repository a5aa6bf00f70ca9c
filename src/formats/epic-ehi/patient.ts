import { BlueButtonError } from '../../errors/index.ts';
import type { JsonObject } from '../../json/index.ts';
import { lookUp, type Reading } from '../../model/index.ts';
import { filled, filledOrNone, listOf } from '../json-parts.ts';
import { addressOf, contactPoint } from '../text/contact.ts';
import { UnreadableTable } from './table.ts';
import type { EpicExport } from './export.ts';
import { pointed, type EpicRow } from './row.ts';

/** `SEX_C_NAME` → R4 AdministrativeGender; other words go along as sent. */
const genders: Readonly<Record<string, string>> = { male: 'male', female: 'female', unknown: 'unknown' };

/**
 * Finds the person that the tables are of.
 *
 * @throws BlueButtonError `not-a-health-record` when they are of several people: few tables say whose a row is.
 */
export async function findPerson(epic: EpicExport): Promise<void> {
  const people = new Set<string>();
  try {
    for await (const row of epic.rows('PATIENT')) people.add(row.text('PAT_ID') ?? '');
  } catch (thrown) {
    // The reading of the person tells of it.
    if (!(thrown instanceof UnreadableTable)) throw thrown;
  }
  if (people.size > 1) {
    throw new BlueButtonError('not-a-health-record', `These tables of Epic are of ${people.size} people.`, {
      why: 'Most tables do not say whose a row is, so that nobody could tell them apart.',
      try: 'ask for an export of each person alone',
    });
  }
  [epic.person] = people;
}

/** `PATIENT` → Patient. */
export async function* readPatient(epic: EpicExport): AsyncGenerator<Reading> {
  for await (const row of epic.rows('PATIENT')) {
    const sex = row.text('SEX_C_NAME');
    const gender = lookUp(genders, sex?.toLowerCase());
    if (gender === undefined) row.keep('SEX_C_NAME');
    const number = row.text('PAT_MRN_ID');
    const ssn = row.text('SSN');
    const language = row.text('LANGUAGE_C_NAME');
    yield epic.entry(
      {
        resourceType: 'Patient',
        ...filled({
          identifier: listOf([
            number && { type: { text: 'Medical record number' }, value: number },
            ssn && { system: 'http://hl7.org/fhir/sid/us-ssn', value: ssn },
          ]),
          name: listOf([nameOf(row)]),
          telecom: listOf([
            contactPoint('phone', row.text('HOME_PHONE'), 'home'),
            contactPoint('phone', row.text('WORK_PHONE'), 'work'),
            contactPoint('email', row.text('EMAIL_ADDRESS')),
          ]),
          gender,
        }),
        ...pointed('birthDate', row.day('BIRTH_DATE')),
        ...death(row),
        ...filled({
          address: listOf([
            addressOf({
              line: [],
              city: row.text('CITY'),
              state: row.text('STATE_C_NAME'),
              postalCode: row.text('ZIP'),
              country: row.text('COUNTRY_C_NAME'),
            }),
          ]),
          communication: listOf([language && { language: { text: language } }]),
        }),
      },
      row,
      epic.id('the person', 'Patient'),
    );
  }
}

/** `PAT_NAME` has the whole name, last name first; the parts have columns of their own. */
function nameOf(row: EpicRow): JsonObject | undefined {
  const family = row.text('PAT_LAST_NAME');
  const given = [row.text('PAT_FIRST_NAME'), row.text('PAT_MIDDLE_NAME')];
  const whole = row.text('PAT_NAME');
  return filledOrNone({
    text: family === undefined ? whole : undefined,
    family,
    given: listOf(given),
    prefix: listOf([row.text('PAT_TITLE_C_NAME')]),
    suffix: listOf([row.text('PAT_NAME_SUFFIX_C_NAME')]),
  });
}

/** That somebody lives is only said where the export is current: it goes along as sent. */
function death(row: EpicRow): JsonObject {
  const day = row.day('DEATH_DATE');
  if (day !== undefined) return pointed('deceasedDateTime', day);
  const isDead = row.text('PAT_STATUS_C_NAME')?.toLowerCase() === 'deceased';
  if (!isDead) row.keep('PAT_STATUS_C_NAME');
  return isDead ? { deceasedBoolean: true } : {};
}
