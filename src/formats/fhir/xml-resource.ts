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
  /** XPaths of elements and attributes that the release does not know, or that are shaped otherwise. */
  misfits: string[];
}

/**
 * Reads a resource element into the JSON of FHIR (R4 §2.6.1 "XML representation", §2.6.2 "JSON representation"): which
 * elements repeat and which are numbers, the release's types say. An element they do not know is kept under its name.
 */
export function readXmlResource(element: XmlElement, version: FhirVersion): XmlReading {
  const reader = new XmlResourceReader(definitionsOf(version));
  const resource = reader.resource(element);
  return { resource, misfits: reader.misfits };
}

class XmlResourceReader {
  readonly misfits: string[] = [];
  readonly #definitions: Definitions;

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  resource(element: XmlElement): Resource {
    if (!this.#definitions.isResource(element.name)) this.#misfit(element);
    return { resourceType: element.name, ...this.#members(element, element.name) };
  }

  #members(element: XmlElement, type: string): JsonObject {
    const made: JsonObject = {};
    for (const [name, value] of element.attributes) {
      if ((name === 'id' || name === 'url') && this.#definitions.member(type, name)) made[name] = value;
      else if (!name.includes(':') && !name.startsWith('{')) this.#misfit(element);
    }
    if (element.ownText() !== '') this.#misfit(element);
    const names = new Set(element.elements().map(({ name }) => name));
    for (const name of names) {
      const children = element.all(name);
      const plain = name.replace(`${xhtmlPrefix}:`, '');
      const member = this.#definitions.member(type, plain);
      if (member === undefined) {
        for (const child of children) this.#misfit(child);
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
    if (element.attributes.has('value')) this.#misfit(element);
    if (member.type !== 'Resource') return this.#members(element, member.type);
    const [inner, ...more] = element.elements();
    for (const one of more) this.#misfit(one);
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
      if (inside !== '') this.#misfit(element);
      return inside === '' ? null : inside;
    }
    if (type === 'number') return numberOf(text.trim()) ?? text;
    if (type !== 'boolean') return text;
    const word = text.trim();
    return word === 'true' || word === 'false' ? word === 'true' : text;
  }

  #companion(element: XmlElement): JsonObject | null {
    const id = element.attributes.get('id');
    const extensions = element.all('extension').map((extension) => this.#members(extension, 'Extension'));
    for (const child of element.elements()) if (child.name !== 'extension') this.#misfit(child);
    if (id === undefined && extensions.length === 0) return null;
    return { ...(id !== undefined && { id }), ...(extensions.length > 0 && { extension: extensions }) };
  }

  /** An element of which nobody knows the type. */
  #guessed(element: XmlElement): JsonValue {
    const value = element.attributes.get('value');
    if (value !== undefined && element.elements().length === 0) return value;
    const made: JsonObject = {};
    for (const [name, text] of element.attributes) made[name] = text;
    const text = element.ownText();
    if (text !== '') made['text'] = text;
    for (const name of new Set(element.elements().map((child) => child.name))) {
      const values = element.all(name).map((child) => this.#guessed(child));
      made[name] = values.length === 1 ? values[0] : values;
    }
    return made;
  }

  #misfit(element: XmlElement): void {
    this.misfits.push(element.xpath());
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
