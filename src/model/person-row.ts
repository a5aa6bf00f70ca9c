import { Element } from './element.ts';
import type { Entry } from './entry.ts';
import { readPerson } from './person.ts';
import type { Row } from './row.ts';

/** Headings for what a Patient says. */
export const personTitles: Readonly<Record<string, string>> = {
  otherNames: 'Other names',
  birthDate: 'Born',
  gender: 'Gender',
  deceased: 'Deceased',
  addresses: 'Address',
  contacts: 'Contact',
  languages: 'Language',
  maritalStatus: 'Marital status',
  race: 'Race',
  ethnicity: 'Ethnicity',
  relatives: 'Relatives and contacts',
  identifiers: 'Identifiers',
};

/** What a Patient says as a row, for comparing two versions of it: in the record it is the `person`. */
export function personRow({ resource, origin }: Entry): Row {
  const element = new Element(resource, () => undefined);
  const { id, name, birthDate, gender, identifiers, ...said } = readPerson(element, '', [origin]);
  return {
    ...said,
    id: `${resource.resourceType}/${element.string('id') ?? id}`,
    resourceType: resource.resourceType,
    name,
    codes: [],
    assertion: 'stated',
    status: 'not stated',
    statusAsRecorded: null,
    ...(birthDate !== null && { birthDate }),
    ...(gender !== null && { gender }),
    identifiers: identifiers.map(({ system, value, type }) =>
      [type, system, value].filter((part) => part !== undefined).join(' '),
    ),
    sources: [origin],
  };
}
