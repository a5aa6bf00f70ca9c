import type { JsonObject, JsonValue } from '../../json/index.ts';
import type { Resource } from '../../model/index.ts';
import { numberOf } from '../json-parts.ts';
import type { XmlElement } from '../xml/element.ts';
import { isPrimitive, type Definitions, type MemberDefinition } from './definitions/definitions.ts';
import { definitionsOf, type FhirVersion } from './version.ts';

/** The prefix that elements of a narrative get (`XmlNamespaces`). */
export const xhtmlPrefix = 'xhtml';

/** A resource in XML as FHIR's JSON, and what of the XML is no part of it. */
export interface XmlReading {
  resource: Resource;
  /** Elements that the release does not know, or that are shaped otherwise; they were read all the same. */
  misfits: XmlElement[];
  /** Elements with an attribute, a text or a resource where FHIR has none: that was not read. */
  unread: XmlElement[];
}

/**
 * Reads a resource element into the JSON of FHIR (R4 §2.6.1 "XML representation", §2.6.2 "JSON representation"): which
 * elements repeat and which are numbers, the release's types say. An element they do not know is kept under its name.
 */
export function readXmlResource(element: XmlElement, version: FhirVersion): XmlReading {
  const reader = new XmlResourceReader(definitionsOf(version));
  const resource = reader.resource(element);
  return { resource, misfits: reader.misfits, unread: reader.unread };
}

/** Truth values of XML Schema, and their texts in capitals. */
const truths: Readonly<Record<string, boolean | undefined>> = {
  true: true,
  '1': true,
  false: false,
  '0': false,
};

/** Names that would change what the object is. */
const reserved = ['resourceType', '__proto__'];

class XmlResourceReader {
  readonly misfits: XmlElement[] = [];
  readonly unread: XmlElement[] = [];
  readonly #definitions: Definitions;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  resource(element: XmlElement): Resource {
    if (!this.#definitions.isResource(element.name)) this.misfits.push(element);
    return { resourceType: element.name, ...this.#members(element, element.name) };
  }

  #members(element: XmlElement, type: string): JsonObject {
    const made: JsonObject = {};
    for (const [name, value] of element.attributes) {
      if ((name === 'id' || name === 'url') && this.#definitions.member(type, name)) made[name] = value;
      else if (!name.includes(':') && !name.startsWith('{')) this.unread.push(element);
    }
    if (element.ownText() !== '') this.unread.push(element);
    const names = new Set(element.elements().map(({ name }) => name));
    for (const name of names) {
      const children = element.all(name);
      const plain = name.replace(`${xhtmlPrefix}:`, '');
      const member = this.#definitions.member(type, plain);
      if (member !== undefined && !member.isList && children.length > 1)
        this.misfits.push(...children.slice(1));
      if (member === undefined && reserved.includes(plain)) this.unread.push(...children);
      else if (member === undefined) {
        this.misfits.push(...children);
        const values = children.map((child) => this.#guessed(child));
        made[plain] = values.length === 1 ? values[0] : values;
      } else if (plain === 'div' && type === 'Narrative') made['div'] = children.map(xhtmlOf).join('');
      else if (isPrimitive(member)) this.#primitives(made, plain, children, member);
      else {
        const values = children.map((child) => this.#complex(child, member));
        made[plain] = member.isList || values.length > 1 ? values : values[0];
      }
    }
    return made;
  }

  #complex(element: XmlElement, member: MemberDefinition): JsonValue {
    if (member.type !== 'Resource') return this.#members(element, member.type);
    const [inner, ...more] = element.elements();
    this.unread.push(...more);
    return inner === undefined ? {} : this.resource(inner);
  }

  /** The value, and beside it (`_name`) its id and extensions; in a list the two are in step. */
  #primitives(
    made: JsonObject,
    name: string,
    elements: readonly XmlElement[],
    member: MemberDefinition,
  ): void {
    const values = elements.map((element) => this.#value(element, member));
    const companions = elements.map((element) => this.#companion(element));
    const isList = member.isList || elements.length > 1;
    if (values.some((value) => value !== null)) made[name] = isList ? values : values[0];
    if (companions.some((companion) => companion !== null))
      made[`_${name}`] = isList ? companions : companions[0];
  }

  #value(element: XmlElement, { type }: MemberDefinition): JsonValue {
    const text = element.attributes.get('value');
    if (text === undefined) {
      // What should stand in the attribute and stands inside is still what was meant.
      const inside = element.ownText();
      if (inside !== '') this.misfits.push(element);
      return inside === '' ? null : inside;
    }
    const word = text.trim();
    if (type === 'number') return numberOf(word) ?? text;
    // White space around a code, a date or an address is none of it (XML Schema, `token`); texts have it as they will.
    if (type !== 'boolean') return /\s/.test(word) ? text : word;
    return truths[word.toLowerCase()] ?? text;
  }

  #companion(element: XmlElement): JsonObject | null {
    const id = element.attributes.get('id');
    const extensions = element.all('extension').map((extension) => this.#members(extension, 'Extension'));
    this.unread.push(...element.elements().filter(({ name }) => name !== 'extension'));
    if (id === undefined && extensions.length === 0) return null;
    return { ...(id !== undefined && { id }), ...(extensions.length > 0 && { extension: extensions }) };
  }

  /** An element of which nobody knows the type. */
  #guessed(element: XmlElement): JsonValue {
    const value = element.attributes.get('value');
    const text = element.ownText();
    if (value !== undefined && text === '' && element.elements().length === 0) return value;
    const names = [...new Set(element.elements().map((child) => child.name))];
    return Object.fromEntries<JsonValue>([
      ...element.attributes,
      ...(text === '' ? [] : [['text', text] as const]),
      ...names.map((name) => {
        const values = element.all(name).map((child) => this.#guessed(child));
        return [name, values.length === 1 ? (values[0] ?? null) : values] as const;
      }),
    ]);
  }
}

/** Elements of XHTML that are never with an end tag: HTML would read `<br></br>` as two. */
const voidElements = ['br', 'hr', 'img', 'col', 'area', 'wbr'];

/** A narrative's element as XHTML. */
function xhtmlOf(element: XmlElement): string {
  const name = element.name.replace(`${xhtmlPrefix}:`, '');
  const isRoot = name === 'div' && element.parent?.name.startsWith(`${xhtmlPrefix}:`) !== true;
  const namespace = isRoot ? ' xmlns="http://www.w3.org/1999/xhtml"' : '';
  const attributes = [...element.attributes].map(
    ([key, value]) => ` ${key}="${escaped(value).replaceAll('"', '&quot;')}"`,
  );
  const start = `<${name}${namespace}${attributes.join('')}`;
  if (element.children.length === 0 && voidElements.includes(name)) return `${start}/>`;
  const inside = element.children.map((child) =>
    typeof child === 'string' ? escaped(child) : xhtmlOf(child),
  );
  return `${start}>${inside.join('')}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
