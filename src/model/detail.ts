import { isObject, type JsonObject, type JsonValue } from '../json/index.ts';
import { nameOf } from './coding.ts';
import type { Element } from './element.ts';
import { extensionsOf } from './extension.ts';
import { ourExtensions } from './extension-urls.ts';
import { xhtmlText } from './xhtml.ts';
import { referenceName } from './reference.ts';
import type { RowContext } from './section.ts';

/** What a clinical document's narrative says of a row; a text generated from the row's own data says nothing more. */
export function asWritten(resource: Element): string | undefined {
  const text = resource.value['text'];
  if (!isObject(text) || text['status'] !== 'additional') return undefined;
  const div = text['div'];
  return typeof div === 'string' ? xhtmlText(div) || undefined : undefined;
}

/** What a clinical document says that FHIR has no element for, one text each (`docs/model.md`, "Extensions"). */
export function detailsOf(resource: Element, context: RowContext): string[] {
  const authors = extensionsOf(resource, ourExtensions.author).flatMap((author) => {
    const who = referenceName(extensionsOf(author, 'who')[0]?.child('valueReference'), context);
    const when = extensionsOf(author, 'when')[0]?.date('valueDateTime');
    const parts = [who, when].filter((part) => part !== undefined);
    return parts.length > 0 ? [`author: ${parts.join(', ')}`] : [];
  });
  const related = extensionsOf(resource, ourExtensions.related).flatMap((relation) => {
    const type = extensionsOf(relation, 'relationship')[0]?.string('valueCode');
    const target = extensionsOf(relation, 'target')[0]?.child('valueReference');
    const name = referenceName(target, context) ?? target?.string('reference');
    return name === undefined ? [] : [`related (${type}): ${name}`];
  });
  const mood = extensionsOf(resource, ourExtensions.mood).flatMap(
    (extension) => extension.string('valueCode') ?? [],
  );
  const sent = extensionsOf(resource, ourExtensions.asSent).flatMap(
    (extension) => extension.string('valueString') ?? [],
  );
  return [
    ...mood.map((code) => `mood: ${code}`),
    ...authors,
    ...related,
    ...conceptDetails(resource),
    ...sent,
  ];
}

/** Qualifiers and null flavours on concepts anywhere in a resource. */
function conceptDetails(resource: Element): string[] {
  const found: string[] = [];
  for (const { value, path } of objectsIn(resource.value, '')) {
    const extensions = Array.isArray(value['extension']) ? value['extension'] : [];
    for (const extension of extensions) {
      if (!isObject(extension)) continue;
      if (
        extension['url'] === ourExtensions.nullFlavor &&
        typeof extension['valueCode'] === 'string' &&
        path !== ''
      )
        found.push(`${path}: nullFlavor ${extension['valueCode']}`);
      if (extension['url'] === ourExtensions.qualifier)
        found.push(`${path}: ${qualifierText(resource, extension)}`);
    }
  }
  return found;
}

function qualifierText(resource: Element, extension: JsonObject): string {
  const element = resource.within(extension);
  const part = (name: string): string =>
    nameOf(extensionsOf(element, name)[0]?.child('valueCodeableConcept')) ?? '?';
  return `${part('name')}: ${part('value')}`;
}

/** The dates in a resource that could not be read, as sent. */
export function unreadDates(resource: Element): string[] {
  return objectsIn(resource.value, '')
    .filter(({ value }) => value['url'] === ourExtensions.dateNotRead)
    .flatMap(({ value }) => (typeof value['valueString'] === 'string' ? [value['valueString']] : []));
}

function objectsIn(value: JsonValue | undefined, path: string): { value: JsonObject; path: string }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => objectsIn(item, `${path}[${index}]`));
  if (!isObject(value)) return [];
  const inside = Object.entries(value).flatMap(([name, member]) =>
    name === 'contained' ? [] : objectsIn(member, path === '' ? name : `${path}.${name}`),
  );
  return [{ value, path }, ...inside];
}
