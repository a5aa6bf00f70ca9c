import { SaxesParser } from 'saxes';

/** Elements of FHIR narrative that stand on lines of their own; those of the second kind have a blank line around. */
const ownLine = new Set(['div', 'ul', 'ol', 'tr', 'caption', 'dt', 'dd', 'li', 'br', 'hr']);
const paragraphs = new Set(['p', 'table', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'pre', 'blockquote', 'dl']);

/**
 * A FHIR narrative (R4 §2.4, `Narrative.div`) as plain text: paragraphs, items and rows on lines of their own, cells divided
 * by a bar, preformatted text (`pre`) as it is. Text that is not well-formed XHTML has its tags taken out.
 */
export function xhtmlText(div: string): string {
  const lines: string[] = [];
  let line = '';
  const counts: number[] = [0];
  // A power written as superscript: `x10<sup>9</sup>/L` is `x10^9/L`, and not `x109/L`.
  let isRaised = false;
  let preformatted = 0;
  const breakLine = (blank: boolean): void => {
    const words = line.replace(/[ |]+$/, '').trim();
    if (words !== '') lines.push(words);
    line = '';
    if (blank && lines.length > 0 && lines.at(-1) !== '') lines.push('');
  };
  const parser = new SaxesParser({ xmlns: false, fragment: true });
  Object.assign(parser.ENTITIES, htmlEntities);
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => {
    // A paragraph that begins a cell or an item goes on in its line.
    const goesOn = name === 'p' && /(^|[|.-]) $/.test(line);
    if (paragraphs.has(name) && !goesOn) breakLine(true);
    else if (ownLine.has(name)) breakLine(false);
    isRaised = name === 'sup';
    if (name === 'pre') preformatted += 1;
    if (name === 'ol' || name === 'ul') counts.push(name === 'ol' ? 1 : 0);
    if (name === 'li') line += itemMark(counts);
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'pre') preformatted -= 1;
    if (name === 'td' || name === 'th') line = `${line.trimEnd()} | `;
    else if (paragraphs.has(name)) breakLine(true);
    else if (ownLine.has(name) && name !== 'br') breakLine(false);
    if (name === 'ol' || name === 'ul') counts.pop();
  });
  parser.on('text', (value) => {
    if (preformatted > 0) {
      const [rest = '', ...more] = value.split('\n').map((part) => part.trimEnd());
      line += rest;
      for (const next of more) {
        lines.push(line);
        line = next;
      }
      return;
    }
    const raised = isRaised && /^\s*[+\u2212-]?\d/.test(value) ? '^' : '';
    isRaised = false;
    const words = `${raised}${value.replaceAll(/\s+/g, ' ')}`;
    line += line === '' || line.endsWith(' ') ? words.trimStart() : words;
  });
  try {
    parser.write(div).close();
  } catch {
    return div
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
  }
  breakLine(false);
  return lines.join('\n').trim();
}

function itemMark(counts: number[]): string {
  const count = counts.at(-1) ?? 0;
  if (count === 0) return '- ';
  counts[counts.length - 1] = count + 1;
  return `${count}. `;
}

/** The named entities that HTML adds to those of XML and that narratives use. */
const htmlEntities = {
  nbsp: '\u00A0',
  copy: '\u00A9',
  reg: '\u00AE',
  deg: '\u00B0',
  micro: '\u00B5',
  plusmn: '\u00B1',
  le: '\u2264',
  ge: '\u2265',
  ndash: '\u2013',
  mdash: '\u2014',
  bull: '\u2022',
  rsquo: '\u2019',
  lsquo: '\u2018',
  ldquo: '\u201C',
  rdquo: '\u201D',
  hellip: '\u2026',
};
