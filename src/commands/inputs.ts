import { createHash } from 'node:crypto';
import { constants, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename, resolve } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import { bytesInMemory, recognize, type Format } from '../formats/index.ts';
import type { Entry, Finding, Source } from '../model/index.ts';
import type { Context } from './context.ts';
import { systemRefusal } from './system-refusal.ts';

/** A file read whole: its bytes, what it is, and everything in it. */
export interface InputFile {
  bytes: Uint8Array;
  format: Format;
  source: Source;
  entries: Entry[];
  findings: Finding[];
}

/** Told of a file that is no health record, in place of refusing all of them. */
export type OnRefused = (name: string, refusal: BlueButtonError) => void;

/**
 * Reads files in the order given; `-` is standard input. A file that cannot be read whole refuses them all; with
 * `onRefused`, one that is no health record is told and left out.
 */
export async function readInputs(
  paths: readonly string[],
  context: Context,
  onRefused?: OnRefused,
): Promise<InputFile[]> {
  const inputs: InputFile[] = [];
  for (const path of paths) {
    const name = path === '-' ? 'standard input' : basename(path);
    const bytes = path === '-' ? await readStdin(context) : await readPath(path, context);
    if (inputs.some(({ source }) => source.id === sha256Of(bytes))) continue;
    try {
      inputs.push(await readDocument(bytes, name));
    } catch (thrown) {
      const isNoRecord = thrown instanceof BlueButtonError && thrown.code === 'not-a-health-record';
      if (!isNoRecord || onRefused === undefined) throw thrown;
      onRefused(name, thrown);
    }
    context.signal.throwIfAborted();
  }
  return inputs;
}

/** Reads one document's bytes into entries; `asOf` when something else than the document states its date. */
export async function readDocument(bytes: Uint8Array, name: string, path?: string): Promise<InputFile> {
  const sha256 = sha256Of(bytes);
  const document = bytesInMemory(name, bytes);
  const format = await recognize(document);
  const entries: Entry[] = [];
  const findings: Finding[] = [];
  let asOf: string | undefined;
  let formatName = format.name;
  for await (const reading of format.read(document, {
    source: sha256,
    sha256,
    ...(path !== undefined && { path }),
  })) {
    if ('entry' in reading) entries.push(reading.entry);
    else if ('finding' in reading) findings.push(reading.finding);
    else if ('format' in reading) formatName = reading.format;
    else asOf = reading.asOf;
  }
  const source: Source = {
    id: sha256,
    kind: 'file',
    name,
    format: formatName,
    bytes: bytes.length,
    ...(asOf !== undefined && { asOf }),
  };
  return { bytes, format, source, entries, findings };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The bytes of a file, or of what another program writes into a named pipe.
 *
 * @throws BlueButtonError `usage` when there is none, `failed` when the system refuses.
 */
export async function readPath(asTyped: string, { cwd, signal }: Context): Promise<Uint8Array> {
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
        why: 'Files are read one by one so far.',
        try: `bluebutton show ${asTyped.replace(/\/$/, '')}/FILE`,
      });
    }
    return found.isFIFO() ? await readStream(namedPipe(path), signal) : await readFile(path, { signal });
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
