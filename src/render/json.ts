import { writeJson } from '../json/index.ts';
import type { HealthRecord } from '../model/index.ts';
import type { Renderer, RenderOptions } from './options.ts';

/** The rows as one JSON document (`docs/record.schema.json`). */
export const renderJson: Renderer = function* json({ record }, options) {
  yield `${writeJson(withSections(record, options), 2)}\n`;
};

/** The rows, one a line: first each person, then every row with the name of its section, then documents' own words. */
export const renderNdjson: Renderer = function* ndjson({ record }, options) {
  for (const person of record.people ?? (record.person ? [record.person] : [])) {
    yield `${writeJson({ section: 'person', ...person })}\n`;
  }
  for (const [section, rows] of Object.entries(withSections(record, options).sections)) {
    for (const row of rows) yield `${writeJson({ section, ...row })}\n`;
  }
  for (const { section, ...part } of withSections(record, options).written)
    yield `${writeJson({ section: 'written', about: section, ...part })}\n`;
};

function withSections(record: HealthRecord, { sections }: RenderOptions): HealthRecord {
  if (sections === undefined) return record;
  const kept = <T>(all: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => sections.includes(name)));
  return {
    ...record,
    sections: kept(record.sections),
    written: record.written.filter(({ section }) => sections.includes(section)),
    sectionStates: kept(record.sectionStates),
  };
}
