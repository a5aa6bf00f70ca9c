import { codesOf, nameOf, namesOf } from './coding.ts';
import type { Element } from './element.ts';
import { extensionsOf } from './extension.ts';
import { humanNameText, preferredName } from './human-name.ts';
import type { Origin } from './source.ts';

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
  /** Race and ethnicity in words (US Core). */
  race?: string;
  ethnicity?: string;
  /** Who may speak for the person, and whom to call: guardians and other contacts. */
  relatives?: string[];
  /** What a clinical document says of the person beyond all other members. */
  details?: string[];
  identifiers: { system?: string; value?: string; type?: string }[];
  sources: Origin[];
}

/** Reads a Patient (R4 §8.1). */
export function readPerson(patient: Element, id: string, sources: Origin[]): Person {
  const names = patient.children('name');
  const preferred = preferredName(names);
  const deceased =
    patient.date('deceasedDateTime') ?? (patient.boolean('deceasedBoolean') === true ? 'yes' : undefined);
  const maritalStatus = nameOf(patient.child('maritalStatus'));
  const race = usCoreText(patient, 'race');
  const ethnicity = usCoreText(patient, 'ethnicity');
  const relatives = patient.children('contact').flatMap((contact) => relativeText(contact) ?? []);
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
    ...(race !== undefined && { race }),
    ...(ethnicity !== undefined && { ethnicity }),
    ...(relatives.length > 0 && { relatives }),
    identifiers: patient.children('identifier').map(readIdentifier),
    sources,
  };
}

/**
 * Race or ethnicity in words: of US Core's extension, of its forerunners in DSTU2 (Argonaut, DAF), and of the code that
 * Medicare's API v1 has in their place.
 */
function usCoreText(patient: Element, kind: 'race' | 'ethnicity'): string | undefined {
  const urls = [
    `http://hl7.org/fhir/us/core/StructureDefinition/us-core-${kind}`,
    `http://fhir.org/guides/argonaut/StructureDefinition/argo-${kind}`,
    `http://hl7.org/fhir/StructureDefinition/us-core-${kind}`,
    `https://bluebutton.cms.gov/resources/variables/${kind}`,
  ];
  const words = urls
    .flatMap((url) => extensionsOf(patient, url))
    .map((extension) => {
      const text = extensionsOf(extension, 'text')[0]?.string('valueString');
      return (
        text ??
        nameOf(extension.child('valueCodeableConcept')) ??
        extension.child('valueCoding')?.string('display')
      );
    });
  return words.find((word) => word !== undefined);
}

/** A contact of the patient: who, in what relation, how to reach them. */
function relativeText(contact: Element): string | undefined {
  const address = contact.child('address');
  const parts = [
    humanNameText(contact.child('name')),
    namesOf(contact.children('relationship')).join(', ') || undefined,
    ...contact.children('telecom').map(contactText),
    address && addressText(address),
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join('; ') : undefined;
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
