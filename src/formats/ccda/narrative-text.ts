import type { XmlElement } from '../xml/element.ts';

const ownLine = new Set(['paragraph', 'item', 'tr', 'caption', 'table', 'list']);

/** A part of the narrative as plain text of several lines: paragraphs, items and rows each on their own. */
export function blockText(element: XmlElement): string {
  return linesOf(element)
    .split('\n')
    .map((line) =>
      line
        .replaceAll(/[ \t\r]+/g, ' ')
        .replace(/^( \|)+ ?/, '')
        .replace(/( \|)+ ?$/, '')
        .trim(),
    )
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

function linesOf(element: XmlElement): string {
  const inner = element.children
    .map((child) => (typeof child === 'string' ? textOf(child, element) : linesOf(child)))
    .join('');
  if (element.name === 'br') return '\n';
  if (element.name === 'td' || element.name === 'th') return `${inner.replaceAll('\n', ' ')} | `;
  if (element.name === 'item') return `\n- ${inner.trim()}`;
  if (element.name === 'paragraph') return `\n${inner}\n`;
  return ownLine.has(element.name) ? `\n${inner}\n` : inner;
}

/** A body of plain text keeps its lines; in the narrative a line end is a space. */
function textOf(text: string, parent: XmlElement): string {
  return parent.parent?.name === 'nonXMLBody' ? text : text.replaceAll(/\s+/g, ' ');
}
