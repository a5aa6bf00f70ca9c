import { lookUp } from '../../model/index.ts';
import type { XmlElement } from '../xml/element.ts';

/** CDA narrative elements and the XHTML each becomes (C-CDA on FHIR, "Narrative"); others keep their content. */
const tags: Readonly<Record<string, string>> = {
  content: 'span',
  p: 'p',
  div: 'div',
  ul: 'ul',
  ol: 'ol',
  li: 'li',
  b: 'b',
  strong: 'b',
  i: 'i',
  em: 'i',
  h1: 'h3',
  h2: 'h3',
  h3: 'h3',
  h4: 'h4',
  paragraph: 'p',
  item: 'li',
  table: 'table',
  thead: 'thead',
  tbody: 'tbody',
  tfoot: 'tfoot',
  tr: 'tr',
  th: 'th',
  td: 'td',
  colgroup: 'colgroup',
  col: 'col',
  sub: 'sub',
  sup: 'sup',
  footnote: 'span',
  linkHtml: 'a',
  caption: 'span',
};

const blocks = new Set([
  'paragraph',
  'item',
  'list',
  'table',
  'tr',
  'caption',
  'thead',
  'tbody',
  'tfoot',
  'p',
  'div',
  'li',
  'ul',
  'ol',
]);

/**
 * A section's narrative as the XHTML that FHIR allows (R4 §2.4, `Narrative.div`): our own elements, no script, no style,
 * no address that would be fetched. Text is escaped; markup that was escaped in the source stays text.
 */
export function narrativeXhtml(text: XmlElement): string {
  return `<div xmlns="http://www.w3.org/1999/xhtml">${text.children.map(xhtml).join('')}</div>`;
}

/** The same of one element of the narrative, for the statement that refers to it. */
export function fragmentXhtml(element: XmlElement): string {
  const inner = isDeleted(element) ? xhtml(element) : element.children.map(xhtml).join('');
  const isRow = element.name === 'tr';
  const cells = isRow ? `<table><tbody><tr>${inner}</tr></tbody></table>` : inner;
  return `<div xmlns="http://www.w3.org/1999/xhtml">${cells}</div>`;
}

/** What a part of the narrative says, on one line: a name, a dose. */
export function lineText(element: XmlElement): string | undefined {
  const text = plain(element).replaceAll(/\s+/g, ' ').trim();
  return text === '' ? undefined : text;
}

/**
 * The same with its lines, at most one of them empty in a row: a report, a comment. Text without markup keeps its own.
 * Results that came by HL7 v2 may still write a line's end as `\.br\` (v2 §2.7.6; seen: Axolotl Elysium).
 */
export function passageText(element: XmlElement): string | undefined {
  const text = (element.elements().length === 0 ? element.rawText() : plain(element))
    .replaceAll(/\r\n?|\\\.br\\/g, '\n')
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return isDeleted(element) || text === '' ? undefined : text;
}

/** Text that was struck out: it is told as such, and is never what an entry says. */
function isDeleted(element: XmlElement): boolean {
  return element.attribute('revised')?.toLowerCase() === 'delete';
}

function plain(element: XmlElement): string {
  if (isDeleted(element)) return '';
  const inner = element.children
    .map((child) => (typeof child === 'string' ? child.replaceAll(/\s+/g, ' ') : plain(child)))
    .join('');
  if (element.name === 'br') return '\n';
  // A power: `x10<sup>9</sup>/L` is not `x109/L`.
  if (element.name === 'sup' && /^\s*[+\u2212-]?\d/.test(inner)) return `^${inner.trim()}`;
  if (element.name === 'td' || element.name === 'th') return `${inner} `;
  return blocks.has(element.name) ? `\n${inner}\n` : inner;
}

function xhtml(node: XmlElement | string): string {
  if (typeof node === 'string') return escaped(node);
  const { name } = node;
  if (name === 'br') return '<br/>';
  if (name === 'col') return `<col${attributesOf(node)}/>`;
  if (name === 'renderMultiMedia') return multimedia(node);
  if (name === 'footnoteRef') return footnoteRef(node);
  if (name === 'list') return list(node);
  const inner = node.children.map(xhtml).join('');
  if (name === 'caption' && node.parent?.name === 'table')
    return `<caption${attributesOf(node)}>${inner}</caption>`;
  if (isDeleted(node)) return `<span class="deleted"${idOf(node)}>[deleted: ${inner}]</span>`;
  const tag = lookUp(tags, name) ?? 'span';
  const link = name === 'linkHtml' ? linkOf(node) : '';
  return `<${tag}${attributesOf(node)}${link}>${inner}</${tag}>`;
}

function list(node: XmlElement): string {
  const tag = node.attribute('listType') === 'ordered' ? 'ol' : 'ul';
  const caption = node.all('caption').map(xhtml).join('');
  const items = node.children
    .filter((child) => typeof child === 'string' || child.name !== 'caption')
    .map((child) =>
      typeof child === 'string' && child.trim() !== '' ? `<li>${escaped(child)}</li>` : xhtml(child),
    )
    .join('');
  const heading = caption === '' ? '' : `<p>${caption}</p>`;
  return `${heading}<${tag}${attributesOf(node)}>${items}</${tag}>`;
}

/** An image is told of, not shown: its bytes are an attachment of their own. */
function multimedia(node: XmlElement): string {
  const caption = node.at('caption')?.text() ?? 'image';
  const target = node.attribute('referencedObject');
  return `<span class="media">[${escaped(caption)}${target === undefined ? '' : `: ${escaped(target)}`}]</span>`;
}

function footnoteRef(node: XmlElement): string {
  const target = node.attribute('IDREF') ?? '';
  return `<a href="#${escaped(target)}">[${escaped(target)}]</a>`;
}

function attributesOf(node: XmlElement): string {
  const style = node.attribute('styleCode');
  const spans = ['colspan', 'rowspan', 'scope', 'align', 'valign', 'span', 'width'].flatMap((name) => {
    const value = node.attribute(name);
    return value === undefined || !isCell(node) ? [] : ` ${name}="${escaped(value)}"`;
  });
  const styleClass = style === undefined ? '' : ` class="${escaped(style)}"`;
  return `${idOf(node)}${styleClass}${spans.join('')}`;
}

function isCell({ name }: XmlElement): boolean {
  return ['td', 'th', 'col', 'colgroup', 'tr'].includes(name);
}

function idOf(node: XmlElement): string {
  const id = node.attribute('ID');
  return id === undefined ? '' : ` id="${escaped(id)}"`;
}

function linkOf(node: XmlElement): string {
  const href = node.attribute('href') ?? '';
  return /^(https?:|mailto:|#)/i.test(href) ? ` href="${escaped(href)}"` : '';
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
