import { constants, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename, resolve } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import type { StoredBytes } from '../archive/index.ts';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
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
import { readingHelp } from './questions.ts';
import { systemRefusal } from './system-refusal.ts';

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

/** A file, or standard input for `-`. One larger than `mostInMemory` stays on the disk while it is read. */
export async function openPath(
  path: string,
  context: Context,
  mostInMemory = usualInMemory,
): Promise<ByteSource> {
  if (path === '-') return bytesInMemory('standard input', await readStdin(context));
  return { ...(await readPath(path, context, { mostInMemory })), name: basename(path) };
}

const usualInMemory = 64 * 1024 * 1024;

export interface PathOptions {
  /** A file larger than this, in bytes, stays on the disk while it is read. */
  mostInMemory?: number;
  /** How the command begins that would read one file of a folder. */
  command?: string;
}

/**
 * The bytes of a file, or of what another program writes into a named pipe. `command` is what goes before a file's name.
 *
 * @throws BlueButtonError `usage` when there is none, `failed` when the system refuses.
 */
export async function readPath(
  asTyped: string,
  { cwd, signal }: Context,
  { mostInMemory = usualInMemory, command = 'bluebutton show' }: PathOptions = {},
): Promise<StoredBytes> {
  if (asTyped === '') {
    throw new BlueButtonError('usage', 'A file was given without a name.', {
      why: 'The name is empty: perhaps a variable of the shell that is not set.',
      try: 'ls, to see what is there',
    });
  }
  const path = resolve(cwd, asTyped);
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      throw new BlueButtonError('usage', `${asTyped} is a folder.`, {
        why: 'Only import takes folders.',
        try: `${command} ${asTyped.replace(/\/$/, '')}/FILE`,
      });
    }
    if (found.isFile() && found.size > mostInMemory) {
      const { fileBytes } = await import('../archive/index.ts');
      return fileBytes(path, found.size);
    }
    const bytes = found.isFIFO() ? readStream(namedPipe(path), signal) : readFile(path, { signal });
    return bytesInMemory(asTyped, await bytes);
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof BlueButtonError) throw thrown;
    const code = systemCodeOf(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new BlueButtonError('usage', `There is no file ${asTyped}.`, {
        why: `It was looked for at ${path}.`,
        try: 'ls, to see what is there',
        cause: thrown,
      });
    }
    throw systemRefusal(`${asTyped} could not be read.`, thrown, `ls -l ${asTyped}, to see who may read it`);
  }
}

/** Opened without waiting for the writer: a wait inside the system could not be broken off. */
function namedPipe(path: string): Readable {
  return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), writable: false });
}

async function readStdin({ stdin, signal }: Context): Promise<Uint8Array> {
  if (stdin.isTTY === true) {
    throw new BlueButtonError('usage', 'Nothing is piped into standard input.', {
      why: 'A dash means standard input, and that is the keyboard here.',
      try: 'cat FILE | bluebutton show -',
    });
  }
  return readStream(stdin, signal);
}

/** A stream to its end; the signal ends the wait at once. */
async function readStream(stream: Readable, signal: AbortSignal): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of addAbortSignal(signal, stream)) {
    pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
  }
  return Buffer.concat(pieces);
}
