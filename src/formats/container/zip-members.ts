import type { Entry, FileEntry } from '@zip.js/zip.js';
import type { ByteSource } from '../byte-source.ts';
import { PackedBytes, type Member } from './member.ts';
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
    else if (!isLeftByProgram(entry))
      directory.members.push(memberOf(entry, document.name, limit, unlocking));
  }
  return directory;
}

/** Files that programs leave in archives beside what a person put there: of the Finder, and of Windows. */
function isLeftByProgram({ filename }: Entry): boolean {
  return /(^|\/)(__MACOSX\/|\.DS_Store$|\._|Thumbs\.db$|desktop\.ini$)/i.test(filename);
}

function memberOf(
  entry: FileEntry,
  container: string,
  limit: UnpackingLimit,
  unlocking: Unlocking,
): ZipMember {
  const path = entry.filename.replaceAll('\\', '/');
  const metered = limit.meter();
  const stream = (): AsyncIterable<Uint8Array> => metered(unpacked(entry, unlocking));
  return {
    path,
    bytes: new PackedBytes(`${container} › ${path}`, entry.uncompressedSize, stream),
    isProtected: entry.encrypted,
  };
}

async function* unpacked(entry: FileEntry, { password }: Unlocking): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const stopped = new AbortController();
  const options = {
    checkCrc32: true,
    checkOverlappingEntry: true,
    signal: stopped.signal,
    ...(password !== undefined && { password }),
  };
  let failure: unknown;
  const done = entry.getData(writable, options).catch((thrown: unknown) => {
    failure = thrown;
  });
  try {
    for await (const piece of readable) yield piece;
    await done;
    if (failure !== undefined) throw failure;
  } catch (thrown) {
    throw unreadable(failure ?? thrown);
  } finally {
    stopped.abort();
  }
}

/** What the errors of zip.js mean, by the beginning of their words. */
const meanings: readonly (readonly [RegExp, UnreadableMember['code'], string])[] = [
  [/^File contains encrypted/, 'protected-member', 'it is protected by a password'],
  [/^Invalid password/, 'protected-member', 'the password given is not the one it is protected by'],
  [/^Encryption method/, 'protected-member', 'it is protected in a way this tool does not know'],
  [/^Compression method/, 'bad-member', 'it is packed in a way this tool does not know'],
  [/^Invalid CRC32/, 'bad-member', 'its bytes are damaged: they do not match their checksum'],
  [/^Invalid authentication/, 'bad-member', 'its bytes are damaged: they do not match their checksum'],
  [/^Invalid uncompressed size/, 'bad-member', 'it does not have the size the archive states'],
  [/^Ambiguous/, 'bad-member', 'the archive states different things of it in two places'],
  [/^Overlapping/, 'bad-member', 'it shares its bytes with another member'],
];

function unreadable(thrown: unknown): UnreadableMember {
  const message = thrown instanceof Error ? thrown.message : '';
  const known = meanings.find(([pattern]) => pattern.test(message));
  if (known) return new UnreadableMember(known[1], known[2], thrown);
  return new UnreadableMember('bad-member', 'its bytes are damaged', thrown);
}
