import { lookUp } from '../../model/index.ts';
import type { JsonObject } from '../../json/index.ts';
import type { XmlElement } from '../xml/element.ts';
import { filled, filledOrNone, listOf, present } from '../json-parts.ts';
import { periodOf } from './time.ts';

/** CDA EntityNameUse → FHIR NameUse (C-CDA on FHIR, "Name, address, telecom"). */
const nameUse: Readonly<Record<string, string>> = {
  L: 'usual',
  C: 'official',
  P: 'anonymous',
  A: 'anonymous',
};
const addressUse: Readonly<Record<string, string>> = {
  H: 'home',
  HP: 'home',
  HV: 'home',
  WP: 'work',
  DIR: 'work',
  PUB: 'work',
  TMP: 'temp',
  BAD: 'old',
  OLD: 'old',
};
const telecomUse: Readonly<Record<string, string>> = {
  H: 'home',
  HP: 'home',
  HV: 'home',
  WP: 'work',
  AS: 'work',
  DIR: 'work',
  PUB: 'work',
  MC: 'mobile',
  PG: 'mobile',
  TMP: 'temp',
  BAD: 'old',
};

/**
 * A PN as FHIR HumanNames: the name, and beside it the name somebody is called by (`qualifier="CL"`) and the birth name
 * (`qualifier="BR"`) that it holds.
 */
export function humanNamesOf(name: XmlElement): JsonObject[] {
  const parts = name.elements();
  const texts = (part: string, wanted: (element: XmlElement) => boolean = () => true): string[] =>
    parts
      .filter((element) => element.name === part && wanted(element))
      .flatMap((element) => element.text() ?? []);
  const calledBy = texts('given', (element) => qualifies(element, 'CL'));
  const bornAs = texts('family', (element) => qualifies(element, 'BR'));
  const families = texts('family', (element) => !qualifies(element, 'BR'));
  const given = texts('given', (element) => !qualifies(element, 'CL'));
  const isBirthName = families.length === 0 && bornAs.length > 0;
  const use = useOf(name, nameUse);
  const isNickname = use === 'anonymous' && calledBy.length > 0;
  // Of a name of nothing but "called" and "birth" parts, they are the name (seen: NextGen).
  if (isBirthName && given.length === 0 && calledBy.length > 0 && use !== undefined && !isNickname)
    return [{ use, family: bornAs.join(' '), given: calledBy }];
  const main = filledOrNone({
    use: isBirthName ? 'maiden' : isNickname ? 'nickname' : use,
    // Words outside the parts belong to the name too.
    text: parts.length === 0 || name.ownText() !== '' ? name.text() : undefined,
    family: (isBirthName ? bornAs : families).join(' ') || undefined,
    given: listOf(given.length > 0 ? given : isNickname ? calledBy : []),
    prefix: listOf(texts('prefix')),
    suffix: listOf(texts('suffix')),
    period: periodOf(name.at('validTime')),
  });
  return [
    ...(main === undefined || (main['use'] !== undefined && Object.keys(main).length === 1) ? [] : [main]),
    ...(calledBy.length > 0 && !isNickname ? [{ use: 'nickname', given: calledBy }] : []),
    ...(bornAs.length > 0 && !isBirthName ? [{ use: 'maiden', family: bornAs.join(' ') }] : []),
  ];
}

/** A person's name as one text, in natural order. */
export function nameText(name: XmlElement | undefined): string | undefined {
  if (name === undefined) return undefined;
  const order = ['prefix', 'given', 'family', 'suffix'];
  const parts = name
    .elements()
    .filter((part) => order.includes(part.name) && !qualifies(part, 'CL') && !qualifies(part, 'BR'));
  if (parts.length === 0) return name.text();
  const sorted = parts.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return sorted.flatMap((part) => part.text() ?? []).join(' ') || undefined;
}

/** An AD as a FHIR Address. Parts FHIR has no element for stand as lines, in the order written. */
export function addressOf(address: XmlElement): JsonObject | undefined {
  const named = ['city', 'county', 'state', 'postalCode', 'country', 'useablePeriod', 'delimiter'];
  const text = (part: string): string | undefined =>
    address
      .all(part)
      .flatMap((element) => element.text() ?? [])
      .join(', ') || undefined;
  const lines = address.elements().filter(({ name }) => !named.includes(name));
  const loose = address.ownText();
  const found = filled({
    line: listOf(lines.map((line) => line.text())),
    city: text('city'),
    district: text('county'),
    state: text('state'),
    postalCode: text('postalCode'),
    country: text('country'),
    text: loose === '' ? undefined : loose,
  });
  if (Object.keys(found).length === 0) return undefined;
  return filled({ use: useOf(address, addressUse), ...found, period: periodOf(address.at('useablePeriod')) });
}

/** Addresses, those without content left out. */
export function addressesOf(parent: XmlElement | undefined): JsonObject[] {
  return present(parent?.all('addr').map(addressOf) ?? []);
}

/** A TEL as a FHIR ContactPoint: what it is by its scheme, else by its look (`(555) 555-1002` is a phone). */
export function contactOf(telecom: XmlElement): JsonObject | undefined {
  const value = telecom.attribute('value');
  if (value === undefined) return undefined;
  const scheme = /^(tel|mailto|email|fax|x-text-fax|sms|https?|ftp):/i.exec(value)?.[1]?.toLowerCase();
  const use = telecom.attribute('use');
  const isPager = use?.split(/\s+/).includes('PG') === true;
  return filledOrNone({
    system: isPager ? 'pager' : systemOfContact(scheme, value),
    value: scheme === undefined || /^(https?|ftp)$/.test(scheme) ? value : value.slice(scheme.length + 1),
    use: useOf(telecom, telecomUse),
    period: periodOf(telecom.at('useablePeriod')),
  });
}

/** Contact points, those without content left out. */
export function contactsOf(parent: XmlElement | undefined): JsonObject[] {
  return present(parent?.all('telecom').map(contactOf) ?? []);
}

function systemOfContact(scheme: string | undefined, value: string): string | undefined {
  switch (scheme) {
    case 'tel':
      return 'phone';
    case 'mailto':
    case 'email':
      return 'email';
    case 'fax':
    case 'x-text-fax':
      return 'fax';
    case 'sms':
      return 'sms';
    case undefined:
      return /^[+()\d][\d\s()+.x-]{5,}$/i.test(value)
        ? 'phone'
        : /^\S+@\S+\.\S+$/.test(value)
          ? 'email'
          : 'other';
    default:
      return 'url';
  }
}

function qualifies(part: XmlElement, qualifier: string): boolean {
  return part.attribute('qualifier')?.split(/\s+/).includes(qualifier) === true;
}

/** `use` may name several uses (`P SRCH`): the first that FHIR knows counts. */
function useOf(element: XmlElement, table: Readonly<Record<string, string>>): string | undefined {
  const uses = element.attribute('use')?.split(/\s+/) ?? [];
  return uses.map((use) => lookUp(table, use)).find((known) => known !== undefined);
}
