import type { XmlElement } from '../xml/element.ts';
import { lineText } from './narrative.ts';

/** The elements of a document's narrative by their `ID`, so that entries can quote what a person wrote. */
export class NarrativeIndex {
  readonly #byId = new Map<string, XmlElement[]>();
  /** How many references lead to an ID. */
  readonly #references = new Map<string, number>();
  /** References that lead nowhere, for the findings. */
  readonly dangling: XmlElement[] = [];
  /** References to an ID that several elements have which do not say the same. */
  readonly ambiguous: XmlElement[] = [];

  constructor(root: XmlElement) {
    for (const element of root.descendants()) {
      const target = element.name === 'reference' ? element.attribute('value')?.replace(/^#/, '') : undefined;
      if (target !== undefined) this.#references.set(target, (this.#references.get(target) ?? 0) + 1);
      const id = element.attribute('ID');
      if (id === undefined) continue;
      const known = this.#byId.get(id);
      if (known) known.push(element);
      else this.#byId.set(id, [element]);
    }
  }

  /**
   * The narrative a `reference` points to: `#id`, or `id` without the sign (seen in the field); in its own section
   * first, then anywhere. A value with spaces or with no such ID is itself the text (seen: `Oral`, `Codeine`).
   * `textOf` says whether its lines are kept.
   */
  textAt(reference: XmlElement | undefined, textOf = lineText): string | undefined {
    const value = reference?.attribute('value');
    if (reference === undefined || value === undefined || value === '#') return undefined;
    const target = this.elementAt(reference);
    if (target) return textOf(target);
    if (this.#candidates(reference).length > 0) {
      this.ambiguous.push(reference);
      return undefined;
    }
    if (value.startsWith('#') && !value.includes(' ')) {
      this.dangling.push(reference);
      return undefined;
    }
    return isAddress(value) ? undefined : value.replace(/^#/, '');
  }

  /** True for a reference that leads nowhere and is taken for the text itself. */
  isLiteral(reference: XmlElement | undefined): boolean {
    return reference?.attribute('value') !== undefined && this.#candidates(reference).length === 0;
  }

  /** The element a `reference` points to; none where several have that ID and do not say the same. */
  elementAt(reference: XmlElement | undefined): XmlElement | undefined {
    const [first, ...more] = this.#candidates(reference);
    return first && more.every((one) => lineText(one) === lineText(first)) ? first : undefined;
  }

  /** True for a long part of the narrative that many statements refer to: a whole table, which is about none of them. */
  isShared(reference: XmlElement, target: XmlElement): boolean {
    const id = reference.attribute('value')?.replace(/^#/, '') ?? '';
    return (this.#references.get(id) ?? 0) > 8 && target.rawText().length > 1000;
  }

  /** The elements with the ID of a reference: those of its own section, else those of others. */
  #candidates(reference: XmlElement | undefined): XmlElement[] {
    const value = reference?.attribute('value');
    if (reference === undefined || value === undefined) return [];
    const found = this.#byId.get(value.replace(/^#/, '')) ?? [];
    if (found.length < 2) return found;
    const section = sectionAround(reference);
    const near = found.filter((element) => sectionAround(element) === section);
    return near.length > 0 ? near : found;
  }
}

/** The section an element is in. */
export function sectionAround(element: XmlElement): XmlElement | undefined {
  let found: XmlElement | undefined = element;
  while (found !== undefined && found.name !== 'section') found = found.parent;
  return found;
}

/** True for what names something outside the document. */
export function isAddress(value: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\S+$/i.test(value) ||
    /^[\w./-]+\.(pdf|xml|html?|txt|jpe?g|png|gif|tiff?|rtf|docx?)$/i.test(value)
  );
}
