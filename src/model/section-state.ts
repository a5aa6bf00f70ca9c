import { saysNoInformation, saysNoneAtAll } from './assertion.ts';
import { codesOf, type Code } from './coding.ts';
import { Element } from './element.ts';
import type { Entry } from './entry.ts';
import type { Finding } from './finding.ts';
import { lookUp } from './look-up.ts';
import type { Resource } from './resource.ts';
import type { Row } from './row.ts';
import type { Source } from './source.ts';
import { unreadFiles } from './unread-files.ts';
import type { WrittenSection } from './written-section.ts';

/**
 * The kinds of full and empty, kept apart.
 *
 * `stated-rows`: facts are there. `as-written`: the source says it in words only. `none-stated`: the source says there are none. `not-recorded`: the source is silent.
 * `withheld`: the source has something and did not give it. `not-read`: this tool did not ask or could not read.
 */
export const sectionStateWords = [
  'stated-rows',
  'as-written',
  'none-stated',
  'not-recorded',
  'withheld',
  'not-read',
] as const;

export interface SectionState {
  /** `id` of the source. */
  source: string;
  state: (typeof sectionStateWords)[number];
  /** What says so, in one sentence. */
  reason?: string;
}

/** LOINC codes of document sections (C-CDA, IPS) and the drawer each speaks of. */
const sectionOfLoinc: Readonly<Record<string, string>> = {
  '48765-2': 'allergies',
  '10160-0': 'medications',
  '11450-4': 'problems',
  '30954-2': 'results',
  '8716-3': 'vital-signs',
  '11369-6': 'immunizations',
  '47519-4': 'procedures',
  '46240-8': 'encounters',
  '48768-6': 'coverage',
  // Sections of one drawer at one time of care (C-CDA).
  '10183-2': 'medications',
  '75311-1': 'medications',
  '42346-7': 'medications',
  '29549-3': 'medications',
  '18610-6': 'medications',
  '11348-0': 'problems',
  '46241-6': 'problems',
  '11535-2': 'problems',
  '10219-4': 'problems',
  '10218-6': 'problems',
  '59769-0': 'problems',
  '55109-3': 'problems',
};

/** The drawer that a document's section speaks of. */
export function drawerOfSection(codes: readonly Code[]): string | undefined {
  return codes.flatMap(({ code }) => lookUp(sectionOfLoinc, code) ?? [])[0];
}

/** `Composition.section.emptyReason` (R4 list-empty-reason) as a state. */
const stateOfEmptyReason: Readonly<Record<string, SectionState['state']>> = {
  nilknown: 'none-stated',
  withheld: 'withheld',
  notasked: 'not-recorded',
  unavailable: 'not-recorded',
  notstarted: 'not-recorded',
  closed: 'not-recorded',
  // Of this project: whoever made the document could not reach it.
  'not-accessible': 'not-read',
};

/**
 * The states of every section for every source. `stated` holds what a source says itself, such as a refused query: it
 * stands beside the rows that came all the same.
 */
export function statesOf(
  sections: Readonly<Record<string, readonly Row[]>>,
  entries: readonly Entry[],
  sources: readonly Source[],
  stated: Readonly<Record<string, readonly SectionState[]>>,
  written: readonly WrittenSection[],
  findings: readonly Finding[],
): Record<string, SectionState[]> {
  const empties = emptyReasons(entries);
  const speaking = speakingOf(sources, entries);
  return Object.fromEntries(
    Object.entries(sections).map(([section, rows]) => {
      const bySource = rowsBySource(rows);
      const states = [
        ...speaking.flatMap(({ id }): SectionState[] => {
          const own = bySource.get(id) ?? [];
          const missing = (stated[section] ?? []).filter(({ source }) => source === id);
          // The last drawer is of many kinds: that there is none of one says nothing of the others.
          if (own.some(section === 'other' ? () => true : isPositive))
            return [{ source: id, state: 'stated-rows' }, ...missing];
          if (own.some((row) => row.assertion === 'negated'))
            return [{ source: id, state: 'none-stated' }, ...missing];
          const words = written.filter(
            (part) =>
              part.section === section && (part.entries === 0 || own.length === 0) && isFrom(part, id),
          );
          if (words.length > 0) return [{ source: id, state: 'as-written' }, ...missing];
          const said = [...missing, ...(empties[section] ?? []).filter(({ source }) => source === id)];
          return said.length > 0 ? said : [{ source: id, state: 'not-recorded' }];
        }),
        ...unreadFiles(findings, rows.length > 0),
      ];
      return [section, states];
    }),
  );
}

function rowsBySource(rows: readonly Row[]): ReadonlyMap<string, Row[]> {
  const bySource = new Map<string, Row[]>();
  for (const row of rows) {
    for (const source of new Set(row.sources.map((place) => place.source))) {
      const own = bySource.get(source) ?? [];
      if (own.length === 0) bySource.set(source, own);
      own.push(row);
    }
  }
  return bySource;
}

/**
 * The sources that say something themselves. A container does not, unless it is a source of more than documents: what those
 * inside it do not record, they do not record.
 */
function speakingOf(sources: readonly Source[], entries: readonly Entry[]): Source[] {
  const containers = new Set(sources.flatMap(({ within }) => within ?? []));
  const tellers = new Set(
    entries.filter(({ resource }) => !isDocument(resource)).map(({ origin }) => origin.source),
  );
  return sources.filter(({ id }) => !containers.has(id) || tellers.has(id));
}

function isDocument({ resourceType }: Resource): boolean {
  return resourceType === 'DocumentReference';
}

/** A row that is a fact of its own, not the statement that there is none or that nothing is known. */
function isPositive(row: Row): boolean {
  return !saysNoneAtAll(row) && !saysNoInformation(row.codes) && row.assertion !== 'entered-in-error';
}

function isFrom({ sources }: WrittenSection, id: string): boolean {
  return sources.some(({ source }) => source === id);
}

/** The sections of a Composition, those inside others too. */
function partsOf(composition: Element): Element[] {
  return composition.children('section').flatMap((part) => [part, ...partsOf(part)]);
}

function emptyReasons(entries: readonly Entry[]): Record<string, SectionState[]> {
  const states: Record<string, SectionState[]> = {};
  for (const { resource, origin } of entries) {
    if (resource.resourceType !== 'Composition') continue;
    for (const part of partsOf(new Element(resource, () => undefined))) {
      const section = drawerOfSection(codesOf(part.child('code')));
      const reason = codesOf(part.child('emptyReason')).find(
        ({ code }) => lookUp(stateOfEmptyReason, code) !== undefined,
      )?.code;
      const state = lookUp(stateOfEmptyReason, reason);
      if (section === undefined || state === undefined) continue;
      (states[section] ??= []).push({ source: origin.source, state, reason: `the document says: ${reason}` });
    }
  }
  return states;
}
