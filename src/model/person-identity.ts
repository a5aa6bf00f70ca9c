import type { Element } from './element.ts';
import { foldCase } from './fold-case.ts';
import { humanNameText, preferredName } from './human-name.ts';

/** What tells one person from another: enough to refuse filing a record under somebody else. */
export interface PersonIdentity {
  /** Full name in natural order, as stated. */
  name?: string;
  family?: string;
  /** FHIR date, as precise as stated. */
  birthDate?: string;
}

/** The part of a Patient that tells people apart. */
export function identityOf(patient: Element): PersonIdentity {
  const preferred = preferredName(patient.children('name'));
  const name = humanNameText(preferred);
  const family = preferred?.string('family');
  const birthDate = patient.string('birthDate');
  return {
    ...(name !== undefined && { name }),
    ...(family !== undefined && { family }),
    ...(birthDate !== undefined && { birthDate }),
  };
}

/**
 * Whether two identities of different sources are one person: the same birth date, as stated, and the same family name,
 * unless the first names tell two people apart (twins).
 */
export function isSamePerson(one: PersonIdentity, other: PersonIdentity): boolean {
  if (one.birthDate === undefined || one.birthDate !== other.birthDate) return false;
  if (one.family === undefined || other.family === undefined) return false;
  if (words(one.family).join(' ') !== words(other.family).join(' ')) return false;
  return !haveOtherFirstNames(one, other);
}

function haveOtherFirstNames(one: PersonIdentity, other: PersonIdentity): boolean {
  const [first, otherFirst] = [firstName(one), firstName(other)];
  if (first === undefined || otherFirst === undefined) return false;
  const isInitial = first.length === 1 || otherFirst.length === 1;
  return isInitial ? first.charAt(0) !== otherFirst.charAt(0) : first !== otherFirst;
}

/**
 * Whether two identities can hardly be one person: another birth date, or another first name, where both state whole names.
 * Family names change.
 */
export function contradict(one: PersonIdentity, other: PersonIdentity): boolean {
  // One word alone can be a nickname or a family name.
  const haveNames = [one, other].every(
    ({ family, name }) => family !== undefined || words(name ?? '').length > 1,
  );
  return birthDatesContradict(one, other) || (haveNames && haveOtherFirstNames(one, other));
}

function isIn(some: readonly string[], all: readonly string[]): boolean {
  return some.length > 0 && some.every((word) => all.includes(word));
}

/** Whether a name typed for a person shares a word with theirs: a nickname for a folder ("mum") does not. */
export function sharesWord({ name }: PersonIdentity, called: string): boolean {
  const said = words(called);
  return words(name ?? '').some((word) => said.includes(word));
}

/** Whether a person of this identity is called so: every word of the one name is in the other. */
export function isNamed({ name }: PersonIdentity, called: string): boolean {
  const [own, said] = [words(name ?? ''), words(called)];
  return (
    isIn(said, own) ||
    isIn(
      own.filter((word) => !honorifics.has(word)),
      said,
    )
  );
}

/** Whether two identities say enough to tell whether they are one person. */
export function areComparable(one: PersonIdentity, other: PersonIdentity): boolean {
  return [one, other].every(({ birthDate, family }) => birthDate !== undefined && family !== undefined);
}

/**
 * Whether two identities are one person among others: the same person by themselves, and every other identity is the
 * same as both or as neither. "J. Doe" is nobody in particular where there are a Jane and a Joan.
 */
export function isSamePersonAmong(
  one: PersonIdentity,
  other: PersonIdentity,
  all: readonly PersonIdentity[],
): boolean {
  return (
    isSamePerson(one, other) && all.every((third) => isSamePerson(one, third) === isSamePerson(other, third))
  );
}

/** Whether two identities under one id are two people all the same: another birth date and another family name. */
export function areDifferent(one: PersonIdentity, other: PersonIdentity): boolean {
  if (one.family === undefined || other.family === undefined) return false;
  return birthDatesContradict(one, other) && words(one.family).join(' ') !== words(other.family).join(' ');
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
