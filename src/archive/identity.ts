import { BlueButtonError } from '../errors/index.ts';
import type { PersonIdentity } from '../model/person.ts';
import type { PersonFolder } from './people.ts';
import { foldCase } from './slug.ts';
import { sameBaseUrl } from './source-file.ts';

/** A patient as a portal knows them. */
export interface PortalPatient {
  baseUrl: string;
  patientId: string;
}

/**
 * Who of the archive's people a record is about. The same person: the same patient id at the same portal; or the same
 * birth date, as stated, and the same family name, unless the first names tell two people apart (twins).
 *
 * @returns `undefined` when the record is about nobody in the archive, or does not say enough.
 * @throws BlueButtonError `usage` when it could be several.
 */
export function findPerson(
  people: readonly PersonFolder[],
  identity: PersonIdentity,
  portal?: PortalPatient,
): PersonFolder | undefined {
  const known = people.find((person) => portal !== undefined && holdsPatient(person, portal));
  if (known !== undefined) return known;
  const alike = people.filter((person) => person.identities.some((other) => isSamePerson(identity, other)));
  if (alike.length <= 1) return alike[0];
  const names = alike.map((person) => person.folder);
  throw new BlueButtonError('usage', `This record could be about ${names.join(' or ')}.`, {
    why: 'They have the same birth date and family name.',
    try: names.map((name) => `Add --person ${name}`).join('\n'),
  });
}

/** Whether one of the person's sources is this patient's record at this portal. */
export function holdsPatient(person: PersonFolder, portal: PortalPatient): boolean {
  return person.sources.some(
    ({ description }) =>
      description.kind === 'portal' &&
      description.patientId === portal.patientId &&
      sameBaseUrl(description.baseUrl, portal.baseUrl),
  );
}

function isSamePerson(one: PersonIdentity, other: PersonIdentity): boolean {
  if (one.birthDate === undefined || one.birthDate !== other.birthDate) return false;
  if (one.family === undefined || other.family === undefined) return false;
  if (words(one.family).join(' ') !== words(other.family).join(' ')) return false;
  const [first, otherFirst] = [firstName(one), firstName(other)];
  if (first === undefined || otherFirst === undefined) return true;
  const isInitial = first.length === 1 || otherFirst.length === 1;
  return isInitial ? first.charAt(0) === otherFirst.charAt(0) : first === otherFirst;
}

/** True when both birth dates are stated and no person could have both. */
export function birthDatesContradict(one: PersonIdentity, other: PersonIdentity): boolean {
  if (one.birthDate === undefined || other.birthDate === undefined) return false;
  return !one.birthDate.startsWith(other.birthDate) && !other.birthDate.startsWith(one.birthDate);
}

const honorifics = new Set(['mr', 'mrs', 'ms', 'miss', 'mx', 'dr', 'prof']);

/** The first word of the name that is neither a form of address nor the family name. */
function firstName({ name = '', family = '' }: PersonIdentity): string | undefined {
  const familyWords = new Set(words(family));
  return words(name).find((word) => !honorifics.has(word) && !familyWords.has(word));
}

function words(name: string): string[] {
  return foldCase(name).match(/[\p{Letter}\p{Number}]+/gu) ?? [];
}
