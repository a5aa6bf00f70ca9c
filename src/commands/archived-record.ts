import { readState, type ArchivedImport, type ArchiveState } from '../archive/index.ts';
import { BlueButtonError } from '../errors/index.ts';
import { keptDocument, nameInR4, type ByteSource, type ReadingHelp } from '../formats/index.ts';
import {
  buildRecord,
  Element,
  entriesOfPatient,
  isGap,
  releaseOf,
  sections,
  type BuiltRecord,
  type CodeNames,
  type Finding,
  type LedgerRow,
  type RecordInput,
  type SectionState,
  type Source,
} from '../model/index.ts';
import { chooseAsOf } from './as-of.ts';
import type { CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { partsOf, readFrom, refusesOne, withoutTwins, type InputFile } from './inputs.ts';
import { pulledEntries } from './pulled-entries.ts';
import { readingHelp } from './questions.ts';

/** A person's record as the archive holds it, or did at the moment of `--as-of`: what was pulled, and the imported files read anew. */
export async function readArchivedRecord(
  input: CommandInput,
  context: Context,
  codeNames?: CodeNames,
): Promise<BuiltRecord> {
  const { archive, person, asOf } = await chooseAsOf(input, context);
  const state = await readState(archive, person);
  const pulled = await pulledEntries(state);
  const imported = await importedEntries(state, input, context);
  return buildRecord({
    sources: [...portalSources(state), ...imported.sources],
    entries: [...pulled.entries, ...imported.entries],
    findings: [...pulled.findings, ...imported.findings],
    states: statesFromLedgers(state),
    onePerson: true,
    codeNames,
    ...(asOf !== undefined && { heldAt: asOf }),
  });
}

/** The record of what was pulled alone, without the words of ledgers. */
export async function pulledRecord(state: ArchiveState, codeNames?: CodeNames): Promise<BuiltRecord> {
  const sources = portalSources(state);
  return buildRecord({ sources, ...(await pulledEntries(state)), onePerson: true, codeNames });
}

function portalSources(state: ArchiveState): Source[] {
  return state.sources.flatMap(({ folder, description, ledger }): Source[] => {
    if (description.kind !== 'portal') return [];
    const { name, baseUrl } = description;
    const asOf = ledger?.finished;
    const format = `FHIR ${releaseOf(ledger?.fhirVersion) ?? 'R4'}`;
    return [{ id: folder, kind: 'portal', name, format, baseUrl, ...(asOf !== undefined && { asOf }) }];
  });
}

/** Imported files, each read by its format again; a file about several patients gives only this person's part. */
async function importedEntries(
  state: ArchiveState,
  input: CommandInput,
  context: Context,
): Promise<Pick<RecordInput, 'sources' | 'entries' | 'findings'>> {
  const files: InputFile[] = [];
  const locked: Source[] = [];
  const findings: Finding[] = [];
  const imports = state.documents.filter(
    (document): document is ArchivedImport => document.kind === 'import',
  );
  const help = readingHelp(input, context);
  for (const document of imports) {
    try {
      files.push(withoutTwins(await readImport(document, help), files));
    } catch (thrown) {
      // One file that cannot be read today hides no other.
      if (!(thrown instanceof BlueButtonError) || !refusesOne.has(thrown.code)) throw thrown;
      const { sha256: id, name, format, bytes } = document;
      locked.push({ id, kind: 'file', name, format, bytes });
      findings.push({
        severity: 'lost',
        code: thrown.code === 'password-needed' ? thrown.code : 'bad-member',
        message: thrown.code === 'password-needed' ? 'it is protected by a password' : thrown.message,
        source: id,
        member: name,
      });
    }
  }
  const parts = partsOf(files);
  return {
    ...parts,
    sources: [...parts.sources, ...locked],
    findings: [...parts.findings, ...findings],
  };
}

/** An imported file read anew; of one kept without being read, a DocumentReference that says where it lies. */
async function readImport(held: ArchivedImport, help: ReadingHelp): Promise<InputFile> {
  const { name, path, patient, sha256, document } = held;
  const bytes = { ...(await held.open()), name };
  if (document !== undefined) return documentFile(held, bytes, document);
  const file = await readFrom(bytes, { path, sha256, help });
  if (patient === undefined) return file;
  const entries = entriesOfPatient(file.entries, patient);
  const spoken = new Set(entries.map(({ origin }) => origin.source));
  return { ...file, entries, inner: file.inner.filter(({ id }) => spoken.has(id)) };
}

async function documentFile(
  { name, path, sha256, mediaType, format }: ArchivedImport,
  bytes: ByteSource,
  { title, date }: { title: string; date?: string },
): Promise<InputFile> {
  const stated = { bytes, contentType: mediaType, title, isInline: false, url: path };
  const identity = { source: sha256, sha256, path };
  return {
    mediaType,
    source: { id: sha256, kind: 'file', name, format, bytes: bytes.size },
    inner: [],
    entries: [await keptDocument({ ...stated, ...(date !== undefined && { creation: date }) }, identity)],
    findings: [],
  };
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
  const [type = ''] = nameInR4(`${resourceType}/any`).split('/');
  const asked = { resourceType: type, ...(category && { category: [{ coding: [{ code: category }] }] }) };
  const bare = new Element(asked, () => undefined);
  return sections.find((section) => section.holds(bare))?.name;
}
