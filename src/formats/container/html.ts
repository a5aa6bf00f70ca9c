import { bytesInMemory } from '../byte-source.ts';
import type { Format } from '../format.ts';
import { wholeText } from '../whole-text.ts';
import { decodeXml } from '../xml/decode.ts';
import { afterProlog, headOf } from '../xml/head.ts';
import { Contents, insideHelp, type FormatOf } from './contents.ts';
import { recordsInPage } from './page-records.ts';
import { PageWithoutRecord } from './refusals.ts';

/** Web pages that hold a clinical document, or FHIR in a script: portals save such to be opened in a browser. */
export function htmlPage(formatOf: FormatOf): Format {
  return {
    name: 'web page',
    mediaType: 'text/html',
    isContainer: true,
    recognizes(head) {
      const text = headOf(head);
      return /^\s*<!doctype html/i.test(text) || firstElements.test(afterProlog(text));
    },
    async *read(document, identity, help = {}) {
      const { text } = await wholeText(document, decodeXml, 'Its bytes are in no encoding that is known.');
      const { records, missed } = recordsInPage(text);
      if (records.length === 0 && missed === 0) throw new PageWithoutRecord(document.name);
      const members = records.map((each, index) => {
        const path = records.length === 1 ? 'document' : `document ${index + 1}`;
        return { path, bytes: bytesInMemory(`${document.name} › ${path}`, Buffer.from(each)) };
      });
      const inner = insideHelp(help, document);
      const container = { name: 'web page', members, notes: new Map(), missed };
      yield* new Contents(container, document, identity, formatOf, inner).read();
    },
  };
}

/** What a page begins with, its document type or `html` element left out. */
const firstElements =
  /^<(html|head|body|title|meta|link|div|script|style|table|center|p|pre|span|h1|iframe|main|section|article)\b(?![^>]*xmlns="urn:)/i;
