import { codesOf, type Code } from './coding.ts';
import { Element } from './element.ts';
import type { Entry } from './entry.ts';
import { drawerOfSection } from './section-state.ts';
import type { Origin } from './source.ts';
import { xhtmlText } from './xhtml.ts';

/**
 * A section of a clinical document in its own words: the text a person wrote or signed, which may say more than the rows
 * that came of its entries.
 */
export interface WrittenSection {
  /** The drawer it speaks of, by its code; `notes` for every other. */
  section: string;
  title: string | null;
  codes: Code[];
  /** The narrative as plain text. */
  text: string;
  /** How many resources the section states as data; 0 when the text is all there is. */
  entries: number;
  /** Whose it is, in an input of several patients. */
  patient?: string;
  /** The document. */
  sources: Origin[];
}

/** The sections of a document (Composition) that hold narrative, those inside others too, in their order. */
export function writtenSectionsOf({ resource, origin }: Entry): WrittenSection[] {
  if (resource.resourceType !== 'Composition') return [];
  return new Element(resource, () => undefined)
    .children('section')
    .flatMap((part) => written(part, origin, 'notes'));
}

function written(part: Element, origin: Origin, outer: string): WrittenSection[] {
  const codes = codesOf(part.child('code'));
  const section = drawerOfSection(codes) ?? outer;
  const narrative = part.child('text');
  const div = narrative?.string('status') === 'empty' ? undefined : narrative?.string('div');
  const text = div === undefined ? '' : xhtmlText(div);
  const inside = part.children('section').flatMap((inner) => written(inner, origin, section));
  if (text === '') return inside;
  const entries = part.children('entry').length;
  return [
    { section, title: part.string('title') ?? null, codes, text, entries, sources: [origin] },
    ...inside,
  ];
}
