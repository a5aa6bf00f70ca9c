import { isNumber, isObject, writeJson, type JsonObject, type JsonValue } from '../json/index.ts';
import type { Element } from './element.ts';
import { extensionsOf } from './extension.ts';
import { otherReleasePath, ourExtensions } from './extension-urls.ts';
import { referenceName } from './reference.ts';
import type { RowContext } from './section.ts';
import { xhtmlText } from './xhtml.ts';

/** What a clinical document's narrative says of a row; a text generated from the row's own data says nothing more. */
export function asWritten(resource: Element): string | undefined {
  const text = resource.value['text'];
  if (!isObject(text) || text['status'] !== 'additional') return undefined;
  const div = text['div'];
  return typeof div === 'string' ? xhtmlText(div) || undefined : undefined;
}

/** The dates in a resource that could not be read, as sent. */
export function unreadDates(resource: Element): string[] {
  return [...leaves(resource.value, '')].flatMap(({ holder, value }) =>
    holder['url'] === ourExtensions.dateNotRead && typeof value === 'string' && value !== holder['url']
      ? [value]
      : [],
  );
}

/**
 * All that a resource made of a document says and its row does not, one text each: who wrote it, what belongs to it, every
 * code, date and number, and what FHIR has no element for (`docs/model.md`, "Extensions").
 */
export function detailsOf(resource: Element, row: object, context: RowContext): string[] {
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
  const sent = sentIn(resource.value);
  const told = [...authors, ...related];
  return [...told, ...beyond(resource.value, writeJson([row, told])), ...sent];
}

/** What a resource sent in another release of FHIR says that R4 has no place for, one text each. */
export function keptDetails(resource: Element): string[] {
  return [...sentIn(resource.value), ...keptIn(resource.value)];
}

/** The status as it was sent, where R4 has no word for it. */
export function keptStatus(resource: Element): string | undefined {
  const kept = resource
    .children('extension')
    .find((one) => otherReleasePath(one.string('url') ?? '')?.endsWith('.status') === true);
  return kept?.string('valueString');
}

function keptIn(value: JsonValue | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(keptIn);
  if (!isObject(value)) return [];
  const { contained: _, ...members } = value;
  const { url } = value;
  const name = typeof url === 'string' ? otherReleasePath(url) : undefined;
  if (name === undefined) return Object.values(members).flatMap(keptIn);
  const said = [...leaves({ ...value, url: undefined }, '')].filter((leaf) => leaf.name !== 'url');
  const words = said.map((leaf) => labelOf(leaf.name, leaf.value, leaf.holder));
  return words.length > 0 ? [`${name}: ${words.join(', ')}`] : [];
}

/** What was kept as sent, of the resource and of any element in it. */
function sentIn(value: JsonValue | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(sentIn);
  if (!isObject(value)) return [];
  const own =
    value['url'] === ourExtensions.asSent && typeof value['valueString'] === 'string'
      ? [value['valueString']]
      : [];
  const { contained: _, ...members } = value;
  return [...own, ...Object.values(members).flatMap(sentIn)];
}

/** Members that are about the resource as a thing, or are told in another way. */
const unsaid = [
  'resourceType',
  'id',
  'meta',
  'contained',
  'system',
  'reference',
  'div',
  'subject',
  'patient',
  'beneficiary',
];
const toldApart: readonly string[] = [
  ourExtensions.author,
  ourExtensions.related,
  ourExtensions.asSent,
  ourExtensions.concern,
];

function beyond(resource: JsonObject, told: string): string[] {
  const found: string[] = [];
  for (const { path, name, value, holder } of leaves(resource, '')) {
    if (name === 'url' || typeof value === 'boolean' || isSaid(told, value)) continue;
    found.push(`${path}: ${labelOf(name, value, holder)}`);
  }
  return [...new Set(found)];
}

/** A code is told with its system: `http://snomed.info/sct|247472004`. */
function labelOf(name: string, value: Leaf, holder: JsonObject): string {
  const system = name === 'code' || name === 'value' ? holder['system'] : undefined;
  return typeof system === 'string' && typeof value === 'string' ? `${system}|${value}` : String(value);
}

/** True when a text, JSON of a row or of some of its fields, has the value: whole, or, where it is long enough to be none by chance, as words inside a text. */
export function isSaid(told: string, value: Leaf): boolean {
  const text = writeJson(typeof value === 'string' ? value : String(value));
  return told.includes(text) || (text.length > 7 && standsIn(told, text.slice(1, -1)));
}

/** True when a text has the words, and not as part of a longer word or number. */
function standsIn(told: string, words: string): boolean {
  for (let at = told.indexOf(words); at >= 0; at = told.indexOf(words, at + 1)) {
    const [before, after] = [told.charAt(at - 1), told.charAt(at + words.length)];
    const isWord = /[\p{Letter}\p{Number}]/u;
    const begins = !isWord.test(before) || !isWord.test(words.charAt(0));
    if (begins && (!isWord.test(after) || !isWord.test(words.at(-1) ?? ''))) return true;
  }
  return false;
}

export type Leaf = Exclude<JsonValue, null | JsonValue[] | JsonObject>;

/** The primitive values in a resource, each with its way and the object that holds it. */
function* leaves(
  holder: JsonObject,
  path: string,
): Generator<{ path: string; name: string; value: Leaf; holder: JsonObject }> {
  if (typeof holder['url'] === 'string' && toldApart.includes(holder['url'])) return;
  for (const [name, member] of Object.entries(holder)) {
    // Of all members called text only the resource's own is its narrative.
    if (unsaid.includes(name) || (name === 'text' && path === '')) continue;
    const way = path === '' ? name : `${path}.${name}`;
    const items = Array.isArray(member) ? member : [member];
    for (const [index, item] of items.entries()) {
      const place = Array.isArray(member) && items.length > 1 ? `${way}[${index}]` : way;
      if (isObject(item)) yield* leaves(item, place);
      else if (typeof item === 'string' || typeof item === 'boolean' || isNumber(item))
        yield { path: place, name, value: item, holder };
    }
  }
}
