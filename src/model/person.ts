import { codesOf, nameOf, namesOf } from './coding.ts';
import type { Element } from './element.ts';
import { humanNameText, preferredName } from './human-name.ts';
import type { Origin } from './source.ts';

/** What tells one person from another: enough to refuse filing a record under somebody else. */
export interface PersonIdentity {
  /** Full name in natural order, as stated. */
  name?: string;
  family?: string;
  given?: string[];
  /** FHIR date, as precise as stated. */
  birthDate?: string;
}

/** The person of a record, from the Patient resource; every value as recorded. */
export interface Person {
  id: string;
  name: string | null;
  otherNames: string[];
  birthDate: string | null;
  gender: string | null;
  deceased?: string;
  addresses: string[];
  contacts: string[];
  languages: string[];
  maritalStatus?: string;
  identifiers: { system?: string; value?: string; type?: string }[];
  sources: Origin[];
}

/** Reads a Patient (R4 §8.1). */
export function readPerson(patient: Element, id: string, sources: Origin[]): Person {
  const names = patient.children('name');
  const preferred = preferredName(names);
  const deceased =
    patient.string('deceasedDateTime') ?? (patient.boolean('deceasedBoolean') === true ? 'yes' : undefined);
  const maritalStatus = nameOf(patient.child('maritalStatus'));
  return {
    id,
    name: humanNameText(preferred) ?? null,
    otherNames: names.filter((name) => name !== preferred).flatMap((name) => humanNameText(name) ?? []),
    birthDate: patient.string('birthDate') ?? null,
    gender: patient.string('gender') ?? null,
    ...(deceased !== undefined && { deceased }),
    addresses: patient.children('address').flatMap((address) => addressText(address) ?? []),
    contacts: patient.children('telecom').flatMap((telecom) => contactText(telecom) ?? []),
    languages: namesOf(patient.children('communication').flatMap((item) => item.child('language') ?? [])),
    ...(maritalStatus !== undefined && { maritalStatus }),
    identifiers: patient.children('identifier').map(readIdentifier),
    sources,
  };
}

/** The part of a Patient that tells people apart. */
export function identityOf(patient: Element): PersonIdentity {
  const preferred = preferredName(patient.children('name'));
  const name = humanNameText(preferred);
  const family = preferred?.string('family');
  const given = preferred?.strings('given') ?? [];
  const birthDate = patient.string('birthDate');
  return {
    ...(name !== undefined && { name }),
    ...(family !== undefined && { family }),
    ...(given.length > 0 && { given }),
    ...(birthDate !== undefined && { birthDate }),
  };
}

/** Whether two identities of different sources are one person: same birth date and family name, no clashing given names. */
export function isSamePerson(a: PersonIdentity, b: PersonIdentity): boolean {
  if (a.birthDate === undefined || a.birthDate !== b.birthDate) return false;
  if (a.family === undefined || b.family === undefined || folded(a.family) !== folded(b.family)) return false;
  const first = a.given?.[0];
  const second = b.given?.[0];
  if (first === undefined || second === undefined) return true;
  // Twins share birth date and family name: two first names of which neither begins the other are two people.
  return folded(first).startsWith(folded(second)) || folded(second).startsWith(folded(first));
}

/** Whether two identities under one id are two people all the same: another birth date and another family name. */
export function areDifferent(a: PersonIdentity, b: PersonIdentity): boolean {
  const dates = a.birthDate !== undefined && b.birthDate !== undefined && a.birthDate !== b.birthDate;
  return dates && a.family !== undefined && b.family !== undefined && folded(a.family) !== folded(b.family);
}

/** Letters and digits only, case and accents folded: "O’Neill" and "ONEILL" are one name. */
function folded(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}

function addressText(address: Element): string | undefined {
  const place = [address.string('city'), address.string('state'), address.string('postalCode')];
  const parts = [
    ...address.strings('line'),
    place.filter(Boolean).join(' '),
    address.string('country'),
  ].filter(Boolean);
  return address.string('text') ?? (parts.length > 0 ? parts.join(', ') : undefined);
}

function contactText(telecom: Element): string | undefined {
  const value = telecom.string('value');
  const kind = [telecom.string('use'), telecom.string('system')].filter(Boolean).join(' ');
  return value && (kind === '' ? value : `${kind}: ${value}`);
}

function readIdentifier(identifier: Element): { system?: string; value?: string; type?: string } {
  const system = identifier.string('system');
  const value = identifier.string('value');
  const type = nameOf(identifier.child('type')) ?? codesOf(identifier.child('type'))[0]?.code;
  return {
    ...(system !== undefined && { system }),
    ...(value !== undefined && { value }),
    ...(type !== undefined && { type }),
  };
}
