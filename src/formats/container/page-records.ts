import { decodeXml } from '../xml/decode.ts';

/** What is inside a web page. */
export interface PageRecords {
  /** Clinical documents and FHIR texts, each once, in the order they were found. */
  records: string[];
  /** How many clinical documents begin in the page and could not be cut out of it. */
  missed: number;
}

/** The start of a clinical document, with the prefix of its name. */
const opening = /<((?:[\w.-]+:)?ClinicalDocument)(?=[\s>])/g;

const closing = /<\/((?:[\w.-]+:)?ClinicalDocument)\s*>/g;

/** The same in every way a page can write it. */
const anyOpening = /(?:<|&lt;|&#0*60;|&#x0*3c;|\\u003c|\\x3c|%3C)(?:[\w.-]+:)?ClinicalDocument(?![\w.])/gi;

/**
 * The records that a web page holds: as they are (a data island, a script the browser does not run), as text of the page, in
 * a string of a script, in base64 or percent-encoded (as in `data:` addresses). What stands in a comment is no part of the
 * page. Every step goes through the text once.
 */
export function recordsInPage(page: string): PageRecords {
  const records = new Set<string>();
  let cut = 0;
  let rest = withoutComments(page);
  const take = (text: string): string => {
    const found = documentsIn(text);
    for (const document of found.documents) records.add(document);
    cut += found.documents.length;
    return found.rest;
  };
  for (const text of scriptsIn(rest)) records.add(text);
  rest = take(rest);
  const beginning = rest.match(anyOpening)?.length ?? 0;
  const before = cut;
  // Each way by itself: what is written in one is not to be read in another.
  if (beginning > 0)
    for (const decode of [withoutEntities, withoutEscapes, withoutPercents]) take(decode(rest));
  const missed = Math.max(0, beginning - (cut - before));
  for (const text of packedIn(page)) take(text);
  return { records: [...records], missed };
}

/** The clinical documents that stand in a text as XML, and the text without them. */
function documentsIn(text: string): { documents: string[]; rest: string } {
  const documents: string[] = [];
  const left: string[] = [];
  const starts = [...text.matchAll(opening)];
  const ends = [...text.matchAll(closing)];
  let at = 0;
  let nextEnd = 0;
  for (const [index, { 1: name, index: start }] of starts.entries()) {
    while ((ends[nextEnd]?.index ?? text.length) < start) nextEnd += 1;
    const end = ends[nextEnd];
    const next = starts[index + 1]?.index ?? text.length;
    // A quotation mark after a backslash: it stands in a string of a script.
    const isInString = /^<[^>]*\\["']/.test(text.slice(start, start + 2000));
    if (end === undefined || end.index > next || end[1] !== name || isInString) continue;
    documents.push(text.slice(start, end.index + end[0].length));
    left.push(text.slice(at, start));
    at = end.index + end[0].length;
  }
  left.push(text.slice(at));
  return { documents, rest: left.join('') };
}

function withoutComments(page: string): string {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const start = page.indexOf('<!--', at);
    const end = start === -1 ? -1 : page.indexOf('-->', start);
    if (end === -1) break;
    parts.push(page.slice(at, start));
    at = end + 3;
  }
  return `${parts.join('')}${page.slice(at)}`;
}

/** FHIR in scripts that the browser does not run. */
function scriptsIn(page: string): string[] {
  const texts: string[] = [];
  for (let at = page.indexOf('<script'); at !== -1; at = page.indexOf('<script', at + 1)) {
    const start = page.indexOf('>', at);
    const end = start === -1 ? -1 : page.indexOf('</script', start);
    if (end === -1) break;
    const isData = /\stype\s*=\s*["']?application\/(fhir\+)?json\b/i.test(
      page.slice(at, Math.min(start, at + 1000)),
    );
    const text = isData ? page.slice(start + 1, end).trim() : '';
    if (text.includes('"resourceType"')) texts.push(text);
    at = end;
  }
  return texts;
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
  nbsp: '\u00A0',
};

function withoutEntities(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|quot|apos|amp|nbsp));/gi,
    (whole, ...groups) => {
      const [decimal, hex, name] = groups;
      if (typeof name === 'string') return entities[name.toLowerCase()] ?? whole;
      const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** The escapes of strings in JavaScript and JSON. */
function withoutEscapes(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|([^ux]))/gi, (_, ...groups) => {
    const [unicode, hex, character] = groups;
    if (typeof character === 'string') return escapes[character] ?? character;
    return String.fromCharCode(Number.parseInt(String(unicode ?? hex), 16));
  });
}

function withoutPercents(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}

/** Texts in base64 that hold a clinical document; lines may be broken. */
function packedIn(page: string): string[] {
  const texts: string[] = [];
  for (const [run] of page.matchAll(/[A-Za-z0-9+/\s]{200,}={0,2}/g)) {
    const bytes = Buffer.from(run, 'base64');
    const plain = bytes.toString('latin1').replaceAll('\0', '');
    if (!plain.includes('ClinicalDocument')) continue;
    try {
      texts.push(decodeXml(bytes).text);
    } catch (thrown) {
      if (!(thrown instanceof TypeError)) throw thrown;
    }
  }
  return texts;
}
