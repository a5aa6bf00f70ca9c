import type { Entry, FileEntry } from '@zip.js/zip.js';
import type { ByteSource } from '../byte-source.ts';
import { PackedBytes, type Member } from './member.ts';
import { unpackedPlain } from './zip-unpack.ts';
import { UnreadableMember, type UnpackingLimit } from './unpacking.ts';

/** More members than any download has; what comes after them is not read. */
export const mostMembers = 100_000;

/** What a zip archive's directory lists. */
export interface ZipDirectory {
  members: ZipMember[];
  /** True when it lists more than `mostMembers`. */
  more: boolean;
  /** Links to other places: they are never followed. */
  links: number;
}

export interface ZipMember extends Member {
  bytes: PackedBytes;
  isProtected: boolean;
}

/** The password that members are unpacked with, once it is known. */
export interface Unlocking {
  password?: string;
}

/**
 * Reads the directory of a zip archive (PKWARE APPNOTE) by zip.js. Nothing is unpacked before it is read, and nothing of
 * the directory is believed: names are labels, and sizes and checksums are proven as members are read.
 *
 * @throws Error of zip.js when the directory cannot be read.
 */
export async function zipDirectory(
  document: ByteSource,
  limit: UnpackingLimit,
  unlocking: Unlocking,
): Promise<ZipDirectory> {
  const { Reader, ZipReader } = await import('@zip.js/zip.js');
  /** The source as zip.js reads it: any part, at any time. */
  class SourceReader extends Reader<ByteSource> {
    override size = document.size;
    override readUint8Array(index: number, length: number): Promise<Uint8Array> {
      return document.read(index, length);
    }
  }
  const directory: ZipDirectory = { members: [], more: false, links: 0 };
  const reader = new ZipReader(new SourceReader(document), { useWebWorkers: false });
  for await (const entry of reader.getEntriesGenerator({ filenameValidation: 'tolerant' })) {
    if (entry.directory) continue;
    if (directory.members.length === mostMembers) {
      directory.more = true;
      break;
    }
    if (entry.symlink) directory.links += 1;
    else if (!isLeftByProgram(entry)) directory.members.push(memberOf(entry, document, limit, unlocking));
  }
  return directory;
}

/** Files that programs leave in archives beside what a person put there: of the Finder, and of Windows. */
function isLeftByProgram({ filename }: Entry): boolean {
  return /(^|\/)(__MACOSX\/|\.DS_Store$|\._|Thumbs\.db$|desktop\.ini$)/i.test(filename);
}

function memberOf(
  entry: FileEntry,
  document: ByteSource,
  limit: UnpackingLimit,
  unlocking: Unlocking,
): ZipMember {
  const path = entry.filename.replaceAll('\\', '/');
  const metered = limit.meter();
  const stream = (): AsyncIterable<Uint8Array> =>
    metered(entry.encrypted ? unlocked(entry, unlocking) : unpackedPlain(document, entry));
  return {
    path,
    bytes: new PackedBytes(`${document.name} › ${path}`, entry.uncompressedSize, stream),
    isProtected: entry.encrypted,
  };
}

/** Unpacks a protected member by zip.js: ZipCrypto, or AES as WinZip has it. */
async function* unlocked(entry: FileEntry, { password }: Unlocking): AsyncGenerator<Uint8Array> {
  if (password === undefined) throw new UnreadableMember('protected-member', 'it is protected by a password');
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const stopped = new AbortController();
  const pieces = readable.getReader();
  const done = entry.getData(writable, { password, checkCrc32: true, signal: stopped.signal });
  // What fails before the first byte leaves the stream open for ever: the failure ends the reading, not the stream.
  const failed = done.then(() => new Promise<never>(() => undefined));
  try {
    for (;;) {
      const { done: isEnd, value } = await Promise.race([pieces.read(), failed]);
      if (isEnd) break;
      yield value;
    }
    await done;
  } catch (thrown) {
    throw unreadable(thrown);
  } finally {
    stopped.abort();
    done.catch(() => undefined);
    failed.catch(() => undefined);
  }
}

function unreadable(thrown: unknown): UnreadableMember {
  const message = thrown instanceof Error ? thrown.message : '';
  if (message.startsWith('Invalid password'))
    return new UnreadableMember(
      'protected-member',
      'the password given is not the one it is protected by',
      thrown,
    );
  if (message.startsWith('Encryption method'))
    return new UnreadableMember(
      'protected-member',
      'it is protected in a way this tool does not know',
      thrown,
    );
  return new UnreadableMember('bad-member', 'its bytes are damaged', thrown);
}
