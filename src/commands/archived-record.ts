import {
  readState,
  type ArchivedImport,
  type ArchivedResource,
  type ArchiveState,
} from '../archive/index.ts';
import { parseJson } from '../json/index.ts';
import {
  buildRecord,
  containedEntries,
  Element,
  entriesOfPatient,
  isGap,
  isResource,
  sections,
  type BuiltRecord,
  type Entry,
  type Finding,
  type LedgerRow,
  type SectionState,
  type Source,
} from '../model/index.ts';
import { choosePerson } from './archive-person.ts';
import type { CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { readDocument } from './inputs.ts';

/** A person's record as the archive holds it: what was pulled, and the imported files read anew. */
export async function readArchivedRecord(input: CommandInput, context: Context): Promise<BuiltRecord> {
  const { archive, person } = await choosePerson(input, context);
  const state = await readState(archive, person);
  const pulled = await pulledEntries(state);
  const imported = await importedEntries(state);
  return buildRecord({
    sources: [...portalSources(state), ...imported.sources],
    entries: [...pulled, ...imported.entries],
    findings: imported.findings,
    states: statesFromLedgers(state),
    onePerson: true,
  });
}

function portalSources(state: ArchiveState): Source[] {
  return state.sources.flatMap(({ folder, description, ledger }): Source[] => {
    if (description.kind !== 'portal') return [];
    const { name, baseUrl } = description;
    const asOf = ledger?.finished;
    return [
      { id: folder, kind: 'portal', name, format: 'FHIR R4', baseUrl, ...(asOf !== undefined && { asOf }) },
    ];
  });
}

/** A pulled resource's text and where it lies. */
type PulledText = Omit<ArchivedResource, 'line' | 'vanished'> & { line?: number };

async function pulledEntries(state: ArchiveState): Promise<Entry[]> {
  const baseUrls = new Map(
    state.sources.flatMap(({ folder, description }) =>
      description.kind === 'portal' ? [[folder, description.baseUrl] as const] : [],
    ),
  );
  const entries: Entry[] = [];
  const add = (
    { source, resourceType, id, sha256, path, line, text }: PulledText,
    more: Pick<Entry, 'withdrawn' | 'asOf' | 'superseded' | 'era'>,
  ): void => {
    const resource = parseJson(text);
    if (!isResource(resource)) return;
    const fullUrl = `${baseUrls.get(source) ?? ''}/${resourceType}/${id}`;
    const origin = { source, sha256, path, ...(line !== undefined && { line }), pointer: '' };
    const entry: Entry = { resource, text, fullUrl, origin, ...more };
    entries.push(entry, ...containedEntries(entry));
  };
  for await (const held of state.resources()) {
    const { vanished, goneIn, asOf } = held;
    add(held, {
      ...(vanished && { withdrawn: true }),
      ...(goneIn !== undefined && { era: String(goneIn) }),
      ...(asOf !== undefined && { asOf }),
    });
  }
  for await (const version of state.referred()) {
    const { before } = version;
    add(version, { superseded: true, ...(before !== undefined && { era: String(before) }) });
  }
  return entries;
}

/** Imported files, each read by its format again; a file about several patients gives only this person's part. */
async function importedEntries(
  state: ArchiveState,
): Promise<{ sources: Source[]; entries: Entry[]; findings: Finding[] }> {
  const sources: Source[] = [];
  const entries: Entry[] = [];
  const findings: Finding[] = [];
  const imports = state.documents.filter(
    (document): document is ArchivedImport => document.kind === 'import',
  );
  for (const { name, path, patient, read } of imports) {
    const file = await readDocument(await read(), name, path);
    sources.push(file.source);
    entries.push(...(patient === undefined ? file.entries : entriesOfPatient(file.entries, patient)));
    findings.push(...file.findings);
  }
  return { sources, entries, findings };
}

/**
 * What the last pull's ledger says of sections: what was refused is withheld, what broke off was not read. A kind that
 * was not asked for matters only where nothing of the section was.
 */
function statesFromLedgers(state: ArchiveState): Record<string, SectionState[]> {
  const states: Record<string, SectionState[]> = {};
  for (const { folder, ledger } of state.sources) {
    for (const { name } of sections) {
      const rows = (ledger?.rows ?? []).filter((row) => sectionOf(row) === name);
      const gaps = rows.filter(isGap);
      const unasked = rows.length > 0 && rows.every(({ outcome }) => outcome === 'not-asked');
      const said = unasked ? rows.slice(0, 1) : gaps;
      if (said.length > 0)
        states[name] = [...(states[name] ?? []), ...distinct(said.map((row) => stateOf(row, folder)))];
    }
  }
  return states;
}

function stateOf({ outcome, resourceType, reason }: LedgerRow, source: string): SectionState {
  const state = outcome === 'refused' ? 'withheld' : 'not-read';
  return { source, state, reason: `${resourceType}: ${reason ?? outcome}` };
}

function distinct(states: readonly SectionState[]): SectionState[] {
  return [...new Map(states.map((state) => [`${state.state} ${state.reason}`, state])).values()];
}

/** The drawer of what a query asks for: by its resource type and, for observations, its category. */
function sectionOf({ resourceType, query }: LedgerRow): string | undefined {
  const category = /[?&]category=([^&]+)/.exec(query)?.[1];
  const asked = { resourceType, ...(category && { category: [{ coding: [{ code: category }] }] }) };
  const bare = new Element(asked, () => undefined);
  return sections.find((section) => section.holds(bare))?.name;
}
