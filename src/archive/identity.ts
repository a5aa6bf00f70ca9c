import { BlueButtonError } from '../errors/index.ts';
import { areComparable, isSamePerson, type PersonIdentity } from '../model/index.ts';
import type { PersonFolder } from './people.ts';
import { sameBaseUrl } from './source-file.ts';

/** A patient as a portal knows them. */
export interface PortalPatient {
  baseUrl: string;
  patientId: string;
}

/**
 * Who of the archive's people a record is about. The same person: the same patient id at the same portal; or the same
 * birth date, as stated, and the same family name, unless the first names tell two people apart (twins). It must be so
 * of everything the archive holds of the person: a vague "J. Doe" among it makes nobody else the same.
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
  const alike = people.filter(({ identities }) => {
    const comparable = identities.filter((other) => areComparable(identity, other));
    return comparable.length > 0 && comparable.every((other) => isSamePerson(identity, other));
  });
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
