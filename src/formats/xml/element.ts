/**
 * An element of an XML document, with its place in it. Names are canonical: the prefix a document happens to use is
 * replaced by the one its namespace goes by (`XmlNamespaces`), so that `cda:act` and `act` are one.
 */
export class XmlElement {
  readonly name: string;
  /** By canonical name: `code`, `xsi:type`, `sdtc:valueSet`. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly parent: XmlElement | undefined;
  /** Line of the start tag, from 1. */
  readonly line: number;
  /** Elements and text in document order; white space as written. */
  readonly children: (XmlElement | string)[] = [];
  /** Child elements by name, once asked for: a section of many thousand entries is asked for its subject by each of them. */
  #named: Map<string, XmlElement[]> | undefined;
  /** Which of its parent's children of this name it is, from 1; known with them. */
  #position = 1;
  #elements: XmlElement[] | undefined;
  #size = 0;

  constructor(
    name: string,
    attributes: ReadonlyMap<string, string>,
    parent: XmlElement | undefined,
    line: number,
  ) {
    this.name = name;
    this.attributes = attributes;
    this.parent = parent;
    this.line = line;
    parent?.children.push(this);
  }

  /** An attribute's value without surrounding white space; empty counts as absent. */
  attribute(name: string): string | undefined {
    const value = this.attributes.get(name)?.trim();
    return value === '' ? undefined : value;
  }

  /** The first element that the names lead to, step by step. */
  at(...path: readonly string[]): XmlElement | undefined {
    return this.all(...path)[0];
  }

  /** All elements that the names lead to, in document order. */
  all(...path: readonly string[]): XmlElement[] {
    let found: XmlElement[] = [this];
    for (const name of path) {
      found = found.flatMap((element) => element.#byName().get(name) ?? []);
    }
    return found;
  }

  /** The child elements. */
  elements(): readonly XmlElement[] {
    // Asked for again and again once the tree stands; while it grows, the count of children tells.
    if (this.#elements === undefined || this.#size !== this.children.length) {
      this.#elements = this.children.filter((child) => typeof child !== 'string');
      this.#size = this.children.length;
      this.#named = undefined;
    }
    return this.#elements;
  }

  /** This element and all below it, in document order. */
  *descendants(): Generator<XmlElement> {
    const open: XmlElement[] = [this];
    for (let element = open.pop(); element !== undefined; element = open.pop()) {
      yield element;
      for (const child of element.elements().toReversed()) open.push(child);
    }
  }

  /** All text inside, white space folded; undefined when there is none. */
  text(): string | undefined {
    const text = rawText(this).replaceAll(/\s+/g, ' ').trim();
    return text === '' ? undefined : text;
  }

  /** All text inside, as written. */
  rawText(): string {
    return rawText(this);
  }

  /** The text directly inside, white space folded; empty when there is none. */
  ownText(): string {
    return this.children
      .filter((child) => typeof child === 'string')
      .join('')
      .replaceAll(/\s+/g, ' ')
      .trim();
  }

  /** The element with all in it as one text, the same for two that say the same: for telling them apart, not for writing. */
  serialized(): string {
    const attributes = [...this.attributes].map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const inside = this.children.map((child) =>
      typeof child === 'string' ? child.trim() : child.serialized(),
    );
    return `<${[this.name, ...attributes].join(' ')}>${inside.join('')}</>`;
  }

  /**
   * The way to this element as an XPath of canonical names: `/ClinicalDocument/component/structuredBody/component[3]`.
   * A name without a prefix is in the document's own namespace.
   */
  xpath(): string {
    return `${this.parent?.xpath() ?? ''}/${this.step()}`;
  }

  /** The last step of that way: the name, with the position among those of its name where it is not the only one. */
  step(): string {
    const same = this.parent === undefined ? [] : (this.parent.#byName().get(this.name) ?? []);
    return same.length < 2 ? this.name : `${this.name}[${this.#position}]`;
  }

  #byName(): ReadonlyMap<string, XmlElement[]> {
    const elements = this.elements();
    if (this.#named !== undefined) return this.#named;
    const named = new Map<string, XmlElement[]>();
    for (const child of elements) {
      const known = named.get(child.name) ?? [];
      if (known.length === 0) named.set(child.name, known);
      child.#position = known.push(child);
    }
    this.#named = named;
    return named;
  }
}

function rawText(element: XmlElement): string {
  return element.children.map((child) => (typeof child === 'string' ? child : rawText(child))).join('');
}
