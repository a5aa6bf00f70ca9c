import { writeJson } from '../json/index.ts';
import type { Entry } from '../model/index.ts';
import type { Renderer } from './options.ts';

/**
 * The resources themselves as a Bundle of type collection (R4 §2.36), each with the text it came with: numbers keep
 * their digits. Contained resources stay inside theirs.
 */
export const renderFhir: Renderer = function* fhir({ entries }) {
  yield '{"resourceType":"Bundle","type":"collection"';
  let separator = ',"entry":[\n';
  for (const entry of entries) {
    if (entry.container) continue;
    yield `${separator}${bundleEntry(entry)}`;
    separator = ',\n';
  }
  yield separator.startsWith(',"entry') ? '}\n' : '\n]}\n';
};

function bundleEntry({ text, fullUrl }: Entry): string {
  return fullUrl === undefined
    ? `{"resource":${text}}`
    : `{"fullUrl":${writeJson(fullUrl)},"resource":${text}}`;
}
