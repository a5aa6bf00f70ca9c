import { constants, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename, resolve } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import type { StoredBytes } from '../archive/index.ts';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import { bytesInMemory, type ByteSource } from '../formats/index.ts';
import type { Context } from './context.ts';
import { systemRefusal } from './system-refusal.ts';

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
