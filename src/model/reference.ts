import { assertionOf, saysNone } from './assertion.ts';
import { codesOf, nameOf } from './coding.ts';
import type { Element } from './element.ts';
import { humanNameText, preferredName } from './human-name.ts';
import type { RowContext } from './section.ts';

/** What a Reference is called: its own display, else the name of the resource it points to. */
export function referenceName(reference: Element | undefined, context: RowContext): string | undefined {
  if (reference === undefined) return undefined;
  return reference.string('display') ?? resourceName(context.resolve(reference), context);
}

/** The names of several References, those without one left out. */
export function referenceNames(references: readonly Element[], context: RowContext): string[] {
  return references.flatMap((reference) => referenceName(reference, context) ?? []);
}

/** What a resource is called: a person's or organization's name, a device's, a title, or the name of its code. */
export function resourceName(resource: Element | undefined, context: RowContext): string | undefined {
  switch (resource?.string('resourceType')) {
    case undefined:
      return undefined;
    case 'Patient':
    case 'Practitioner':
    case 'RelatedPerson':
    case 'Person':
      return humanNameText(preferredName(resource?.children('name') ?? []));
    case 'PractitionerRole':
      return (
        holderName(resource?.child('practitioner'), context) ??
        holderName(resource?.child('organization'), context)
      );
    case 'DeviceUseStatement':
      return referenceName(resource?.child('device'), context);
    case 'ImmunizationRecommendation':
      return nameOf(resource?.children('recommendation')[0]?.children('vaccineCode')[0]);
    case 'Coverage':
      return referenceNames(resource?.children('payor') ?? [], context)[0] ?? titleOf(resource);
    case 'Device':
      return resource?.children('deviceName')[0]?.string('name') ?? nameOf(resource?.child('type'));
    case 'Condition':
    case 'Observation':
    case 'Procedure':
      return assertedTitle(resource);
    default:
      return titleOf(resource);
  }
}

/**
 * A fact that is referred to with what is asserted of it: a denied diagnosis is no diagnosis of the visit it belongs to. Its
 * category, which is the same of many, is no name of it.
 */
function assertedTitle(resource: Element | undefined): string | undefined {
  const title = nameOf(resource?.child('code'));
  if (resource === undefined || title === undefined) return title;
  const assertion = assertionOf(resource, resource.child('code'));
  const needsNoWord =
    assertion === 'stated' || saysNone({ name: title, codes: codesOf(resource.child('code')) });
  return needsNoWord ? title : `[${assertion.replaceAll('-', ' ').toUpperCase()}] ${title}`;
}

/** Who holds a role. A role that is said to hold a role names nobody: roles could go round in a circle. */
function holderName(reference: Element | undefined, context: RowContext): string | undefined {
  const holder = context.resolve(reference);
  const isRole = holder?.string('resourceType') === 'PractitionerRole';
  return reference?.string('display') ?? (isRole ? undefined : resourceName(holder, context));
}

/**
 * What a resource of any type says it is, by the elements FHIR resources use for that; undefined when it has none.
 * Each shape is looked at before it is read, because the same word is a string in one type and a concept in another.
 */
function titleOf(resource: Element | undefined): string | undefined {
  if (resource === undefined) return undefined;
  for (const word of [
    'code',
    'vaccineCode',
    'title',
    'name',
    'description',
    'type',
    'serviceType',
    'category',
    'topic',
  ]) {
    const value = resource.value[word];
    if (typeof value === 'string' && value !== '' && word !== 'code') return value;
    if (typeof value !== 'object' || value === null) continue;
    const concept = Array.isArray(value) ? firstObject(resource, word) : resource.child(word);
    const name = nameOf(concept);
    if (name !== undefined) return name;
  }
  return undefined;
}

function firstObject(resource: Element, word: string): Element | undefined {
  const list = resource.value[word];
  const allObjects = Array.isArray(list) && list.every((item) => typeof item === 'object');
  return allObjects ? resource.children(word)[0] : undefined;
}
