import type { XmlElement } from '../xml/element.ts';
import { lineText } from './narrative.ts';

/** The elements of a document's narrative by their `ID`, so that entries can quote what a person wrote. */
export class NarrativeIndex {
  readonly #byId = new Map<string, XmlElement[]>();
  /** References that lead nowhere, for the findings. */
  readonly dangling: XmlElement[] = [];

  constructor(root: XmlElement) {
    for (const element of root.descendants()) {
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
    if (value.startsWith('#') && !value.includes(' ')) {
      this.dangling.push(reference);
      return undefined;
    }
    return isAddress(value) ? undefined : value.replace(/^#/, '');
  }

  /** True for a reference that leads nowhere and is taken for the text itself. */
  isLiteral(reference: XmlElement | undefined): boolean {
    return reference?.attribute('value') !== undefined && this.elementAt(reference) === undefined;
  }

  /** The element a `reference` points to. */
  elementAt(reference: XmlElement | undefined): XmlElement | undefined {
    const value = reference?.attribute('value');
    if (reference === undefined || value === undefined) return undefined;
    const found = this.#byId.get(value.replace(/^#/, '')) ?? [];
    const section = sectionAround(reference);
    return found.find((element) => sectionAround(element) === section) ?? found[0];
  }

  /** The element of that ID, wherever it is. */
  withId(id: string): XmlElement | undefined {
    return this.#byId.get(id)?.[0];
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
