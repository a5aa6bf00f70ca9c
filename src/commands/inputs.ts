import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import { bytesInMemory, recognize, type Format } from '../formats/index.ts';
import type { Entry, Finding, Source } from '../model/index.ts';
import type { Context } from './context.ts';

/** A file read whole: its bytes, what it is, and everything in it. */
export interface InputFile {
  bytes: Uint8Array;
  format: Format;
  source: Source;
  entries: Entry[];
  findings: Finding[];
}

/** Reads files in the order given; `-` is standard input. A file that cannot be read whole refuses them all. */
export async function readInputs(paths: readonly string[], context: Context): Promise<InputFile[]> {
  const inputs: InputFile[] = [];
  for (const path of paths) {
    const name = path === '-' ? 'standard input' : basename(path);
    const bytes = path === '-' ? await readStdin(context) : await readPath(resolve(context.cwd, path), path);
    if (inputs.some(({ source }) => source.id === sha256Of(bytes))) continue;
    inputs.push(await readDocument(bytes, name));
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
  for await (const reading of format.read(document, {
    source: sha256,
    sha256,
    ...(path !== undefined && { path }),
  })) {
    if ('entry' in reading) entries.push(reading.entry);
    else if ('finding' in reading) findings.push(reading.finding);
    else asOf = reading.asOf;
  }
  const source: Source = {
    id: sha256,
    kind: 'file',
    name,
    format: format.name,
    bytes: bytes.length,
    ...(asOf !== undefined && { asOf }),
  };
  return { bytes, format, source, entries, findings };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readPath(path: string, asTyped: string): Promise<Uint8Array> {
  try {
    if ((await stat(path)).isDirectory()) {
      throw new BlueButtonError('usage', `${asTyped} is a folder.`, {
        why: 'Files are read one by one so far.',
        try: `bluebutton show ${asTyped.replace(/\/$/, '')}/FILE`,
      });
    }
    return await readFile(path);
  } catch (thrown) {
    if (thrown instanceof BlueButtonError) throw thrown;
    const code = systemCodeOf(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new BlueButtonError('usage', `There is no file ${asTyped}.`, {
        try: 'ls, to see what is there',
        cause: thrown,
      });
    }
    throw new BlueButtonError('failed', `${asTyped} could not be read.`, {
      why:
        code === 'EACCES' ? 'Its permissions do not allow it.' : `The system says ${code ?? 'nothing more'}.`,
      cause: thrown,
    });
  }
}

async function readStdin({ stdin, signal }: Context): Promise<Uint8Array> {
  if (stdin.isTTY === true) {
    throw new BlueButtonError('usage', 'Nothing is piped into standard input.', {
      try: 'cat FILE | bluebutton show -',
    });
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of stdin) {
    signal.throwIfAborted();
    pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
  }
  return Buffer.concat(pieces);
}
