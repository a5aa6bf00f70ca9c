import { renderFhir } from './fhir.ts';
import { renderJson, renderNdjson } from './json.ts';
import { renderMarkdown } from './markdown.ts';
import type { Renderer } from './options.ts';
import { renderText } from './text.ts';

export { renderCsv } from './csv.ts';
export { changeText } from './diff-words.ts';
export { renderDiff, renderDiffMarkdown } from './diff.ts';
export { renderJson } from './json.ts';
export type { Renderer, RenderOptions } from './options.ts';
export { personLine } from './person-line.ts';
export { renderSummary } from './summary.ts';
export { fitTable, wrapLine } from './table.ts';
export { renderText } from './text.ts';
export { renderVersions } from './versions.ts';
export { visible, visibleLines } from './visible.ts';

/** The outputs that are one text, by the word `--format` and `--to` know them by. CSV is one text a section. */
export const renderers: Readonly<Record<string, Renderer>> = {
  text: renderText,
  markdown: renderMarkdown,
  json: renderJson,
  ndjson: renderNdjson,
  fhir: renderFhir,
};
