import { BlueButtonError } from '../../errors/index.ts';
import { bytesInMemory } from '../byte-source.ts';
import type { Format } from '../format.ts';
import { decodeText } from '../text-encoding.ts';
import { wholeText } from '../whole-text.ts';
import { headOf } from '../xml/head.ts';
import { Contents, insideHelp, type FormatOf } from './contents.ts';

/** Web pages that hold a clinical document: portals save such to be opened in a browser. */
export function htmlPage(formatOf: FormatOf): Format {
  return {
    name: 'web page',
    mediaType: 'text/html',
    isContainer: true,
    recognizes: (head) =>
      /^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*(<!doctype html|<html)/i.test(headOf(head)),
    async *read(document, identity, help = {}) {
      const { text } = await wholeText(document, decodeText, 'Its bytes are in no encoding that is known.');
      const found = [
        ...new Set([...plainIn(text), ...escapedIn(text), ...quotedIn(text), ...packedIn(text)]),
      ];
      if (found.length === 0) {
        throw new BlueButtonError(
          'not-a-health-record',
          `${document.name}: a web page is not a health record; it may be a sign-in page saved by mistake.`,
          {
            why: 'No clinical document is inside it.',
            try: 'ask the portal for a FHIR (JSON) or C-CDA (XML) download, or see bluebutton show --help',
          },
        );
      }
      const members = found.map((each, index) => {
        const path = found.length === 1 ? 'document' : `document ${index + 1}`;
        return { path, bytes: bytesInMemory(`${document.name} › ${path}`, Buffer.from(each)) };
      });
      const container = { name: 'web page', members, notes: new Map() };
      yield* new Contents(container, document, identity, formatOf, insideHelp(help, document)).read();
    },
  };
}

const clinicalDocument = /<((?:[\w.-]+:)?ClinicalDocument)[\s>][\s\S]*?<\/\1\s*>/g;

/** Documents that stand in the page as they are: in a data island or a script that the browser does not run. */
function plainIn(text: string): string[] {
  const found = [...text.matchAll(clinicalDocument)].map(([whole]) => whole);
  // A quotation mark after a backslash: it stands in a string of a script.
  return found.filter((whole) => !/^<[^>]*\\"/.test(whole));
}

/** Documents written as text of the page, `<` as `&lt;`. */
function escapedIn(text: string): string[] {
  const escaped = /&lt;((?:[\w.-]+:)?ClinicalDocument)(?:\s|&gt;)[\s\S]*?&lt;\/\1\s*&gt;/g;
  return [...text.matchAll(escaped)].flatMap(([whole]) => plainIn(unescaped(whole)));
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  amp: '&',
};

function unescaped(text: string): string {
  return text.replaceAll(/&(lt|gt|quot|apos|#39|amp);/g, (whole, name: string) => entities[name] ?? whole);
}

/** Documents in a string of a script, as JSON writes strings. */
function quotedIn(text: string): string[] {
  const quoted = /"(?:[^"\\\n]|\\.)*<(?:[\w.-]+:)?ClinicalDocument(?:[^"\\\n]|\\.)*"/g;
  return [...text.matchAll(quoted)].flatMap(([whole]) => {
    try {
      return plainIn(String(JSON.parse(whole)));
    } catch {
      return [];
    }
  });
}

/** Documents in base64, as in `data:` addresses. */
function packedIn(text: string): string[] {
  const packed = /[A-Za-z0-9+/]{200,}={0,2}/g;
  return [...text.matchAll(packed)].flatMap(([whole]) => {
    const bytes = Buffer.from(whole, 'base64');
    return bytes.includes('ClinicalDocument') ? plainIn(decodeText(bytes).text) : [];
  });
}
