import {
  bytesInMemory,
  hashOf,
  recognize,
  SourceReading,
  type ByteSource,
  type ReadingHelp,
} from '../formats/index.ts';
import { documentIdOf, type Entry, type Finding, type RecordInput, type Source } from '../model/index.ts';
import type { CommandInput } from './command.ts';
import type { Context } from './context.ts';
import { openPath } from './open-path.ts';
import { readingHelp } from './questions.ts';

/** A file read to its end: what it is, and everything in it. */
export interface InputFile {
  mediaType: string;
  source: Source;
  /** Of a container: the documents inside it that are sources of their own. */
  inner: Source[];
  entries: Entry[];
  findings: Finding[];
}

/**
 * Reads files in the order given; `-` is standard input. A file that cannot be read whole refuses them all.
 */
export async function readInputs(
  paths: readonly string[],
  input: CommandInput,
  context: Context,
): Promise<InputFile[]> {
  const help = readingHelp(input, context);
  const inputs: InputFile[] = [];
  for (const path of paths) {
    const document = await openPath(path, context);
    const sha256 = await hashOf(document);
    if (inputs.some(({ source, inner }) => [source, ...inner].some(({ id }) => id === sha256))) continue;
    inputs.push(withoutTwins(await readFrom(document, { sha256, help }), inputs));
    context.signal.throwIfAborted();
  }
  return inputs;
}

/** Refusals that say something of one file, and nothing of the others. */
export const refusesOne: ReadonlySet<string> = new Set([
  'not-a-health-record',
  'password-needed',
  'several-patients',
]);

/** Documents of a container that were given as files before, or are in another container too, are read once. */
export function withoutTwins(file: InputFile, before: readonly InputFile[]): InputFile {
  // The same file for another of its patients is no twin.
  const others = before.filter(({ source }) => source.id !== file.source.id);
  const known = new Set(others.flatMap(({ source, inner }) => [source.id, ...inner.map(({ id }) => id)]));
  const twins = new Set(file.inner.flatMap(({ id }) => (known.has(id) ? [id] : [])));
  if (twins.size === 0) return file;
  return {
    ...file,
    inner: file.inner.filter(({ id }) => !twins.has(id)),
    entries: file.entries.filter(({ origin }) => !twins.has(origin.source)),
    findings: file.findings.filter(({ source }) => source === undefined || !twins.has(source)),
  };
}

/** What a file gives to a record: its sources, entries and findings. */
export function partsOf(files: readonly InputFile[]): Pick<RecordInput, 'sources' | 'entries' | 'findings'> {
  const sources = files.flatMap(({ source, inner }) => [source, ...inner]);
  return {
    sources: [...new Map(sources.map((source) => [source.id, source])).values()],
    entries: files.flatMap(({ entries }) => entries),
    findings: [...files.flatMap(({ findings }) => findings), ...copiesAmong(files)],
  };
}

/** Copies of one document with other bytes, each named with the one that came first. */
function copiesAmong(files: readonly InputFile[]): Finding[] {
  const first = new Map<string, Source>();
  return files.flatMap(({ source: own, inner, entries }) => {
    const compositions = new Map<string, Entry[]>();
    for (const entry of entries)
      if (entry.resource.resourceType === 'Composition')
        compositions.set(entry.origin.source, [...(compositions.get(entry.origin.source) ?? []), entry]);
    return [own, ...inner].flatMap((source): Finding[] => {
      const documentId = documentIdOf(compositions.get(source.id) ?? []);
      if (documentId === undefined) return [];
      const before = first.get(documentId);
      if (before === undefined) {
        first.set(documentId, source);
        return [];
      }
      const message = `${source.name} says it is the same document as ${before.name}, and has other bytes: both are shown`;
      return [{ severity: 'warning', code: 'same-document', message, source: source.id }];
    });
  });
}

export interface DocumentOptions {
  /** SHA-256 of the document, where it is known. */
  sha256?: string;
  /** Where it lies in the archive. */
  path?: string;
  help?: ReadingHelp;
}

/** Reads the bytes of one document into entries; `path` is where it lies in the archive. */
export function readDocument(bytes: Uint8Array, name: string, path?: string): Promise<InputFile> {
  return readFrom(bytesInMemory(name, bytes), path === undefined ? {} : { path });
}

/** Reads one document into entries. */
export async function readFrom(document: ByteSource, options: DocumentOptions): Promise<InputFile> {
  const { path, help } = options;
  const sha256 = options.sha256 ?? (await hashOf(document));
  const { name, size } = document;
  const format = await recognize(document);
  const own = new SourceReading({ id: sha256, kind: 'file', name, format: format.name, bytes: size });
  const { mediaType } = format;
  const input: Omit<InputFile, 'source'> = { mediaType, inner: [], entries: [], findings: [] };
  const identity = { source: sha256, sha256, ...(path !== undefined && { path }) };
  for await (const reading of format.read(document, identity, help)) {
    own.take(reading);
    if ('entry' in reading) input.entries.push(reading.entry);
    else if ('finding' in reading) input.findings.push(reading.finding);
    else if ('source' in reading) input.inner.push(reading.source);
  }
  return { ...input, source: own.source };
}
