import { writeJson } from '../json/index.ts';
import type { BuiltRecord, Entry, Origin } from '../model/index.ts';
import type { Renderer, RenderOptions } from './options.ts';

/**
 * The resources themselves as a Bundle of type collection (R4 §2.36), each with the text it came with: numbers keep
 * their digits. Contained resources stay inside theirs. With sections chosen, only their own resources: what they refer
 * to, the person among it, stays out. What its source no longer provides stays out too.
 */
export const renderFhir: Renderer = function* fhir(built, options) {
  yield '{"resourceType":"Bundle","type":"collection"';
  const instant = instantOf(built);
  if (instant !== undefined) yield `,"timestamp":${writeJson(instant)}`;
  let separator = ',"entry":[\n';
  for (const entry of chosen(built, options)) {
    yield `${separator}${bundleEntry(entry)}`;
    separator = ',\n';
  }
  yield separator.startsWith(',"entry') ? '}\n' : '\n]}\n';
};

function chosen({ entries, record }: BuiltRecord, { sections }: RenderOptions): Entry[] {
  const whole = entries.filter(({ container, withdrawn }) => container === undefined && withdrawn !== true);
  if (sections === undefined) return whole;
  const rows = sections.flatMap((section) => record.sections[section] ?? []);
  const places = new Set(rows.flatMap(({ sources }) => sources.map(placeOf)));
  return whole.filter(({ origin }) => places.has(placeOf(origin)));
}

function placeOf({ source, sha256, line, pointer }: Origin): string {
  return `${source} ${sha256} ${line ?? ''} ${pointer}`;
}

/** The one source's own date, where it is the instant that `Bundle.timestamp` must be. */
function instantOf({ record }: BuiltRecord): string | undefined {
  const [source, ...more] = record.sources;
  const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(source?.asOf ?? '');
  return more.length === 0 && isInstant ? source?.asOf : undefined;
}

function bundleEntry({ text, fullUrl }: Entry): string {
  return fullUrl === undefined
    ? `{"resource":${text}}`
    : `{"fullUrl":${writeJson(fullUrl)},"resource":${text}}`;
}
