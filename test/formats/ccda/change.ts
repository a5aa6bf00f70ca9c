/** Where the statement of a template lies in a document: the half-open range of its element's text. */
function rangeOf(xml: string, template: string, skip: number): [number, number] {
  let at = -1;
  for (let count = 0; count <= skip; count += 1) {
    at = xml.indexOf(`root="${template}"`, at + 1);
    if (at === -1) throw new Error(`no statement of ${template}`);
  }
  const names = 'observation|act|procedure|encounter|substanceAdministration|supply|organizer';
  const starts = [...xml.slice(0, at).matchAll(new RegExp(`<(${names})[\\s>]`, 'g'))];
  const start = starts.at(-1);
  if (start === undefined) throw new Error(`${template} is no statement's`);
  const name = start[1] ?? '';
  const tags = new RegExp(`</${name}>|<${name}(\\s[^>]*)?>`, 'g');
  tags.lastIndex = start.index;
  let depth = 0;
  for (let tag = tags.exec(xml); tag !== null; tag = tags.exec(xml)) {
    if (tag[0].startsWith('</')) depth -= 1;
    else if (!tag[0].endsWith('/>')) depth += 1;
    if (depth === 0) return [start.index, tags.lastIndex];
  }
  throw new Error(`${template} does not end`);
}

/** A document with one statement of a template changed; the statement must change. */
export function changed(
  xml: string,
  template: string,
  change: (statement: string) => string,
  skip = 0,
): string {
  const [start, end] = rangeOf(xml, template, skip);
  const before = xml.slice(start, end);
  const after = change(before);
  if (after === before) throw new Error(`the statement of ${template} did not change`);
  return xml.slice(0, start) + after + xml.slice(end);
}

/** A text with the first match replaced; it must be there. */
export function replaced(text: string, pattern: RegExp | string, by: string): string {
  const after = text.replace(pattern, by);
  if (after === text) throw new Error(`${String(pattern)} is not there`);
  return after;
}
