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
  /** The ways to links to other places: they are never followed. */
  links: string[];
}

export interface ZipMember extends Member {
  bytes: PackedBytes;
  isProtected: boolean;
}

/** The password that members are unpacked with, once it is known. */
export interface Unlocking {
  password?: string;
  /** True when one was given that opens nothing. */
  isWrong?: boolean;
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
  const directory: ZipDirectory = { members: [], more: false, links: [] };
  const reader = new ZipReader(new SourceReader(document), { useWebWorkers: false });
  for await (const entry of reader.getEntriesGenerator({ filenameValidation: 'tolerant' })) {
    // Some programs mark a file as a folder.
    if (isEmptyFolder(entry)) continue;
    if (directory.members.length === mostMembers) {
      directory.more = true;
      break;
    }
    const member = memberOf(entry, document, limit, unlocking);
    if (entry.symlink) directory.links.push(member.path);
    else if (!(await isLeftByProgram(member))) directory.members.push(member);
  }
  return directory;
}

function isEmptyFolder({ directory, uncompressedSize }: Entry): boolean {
  return directory && uncompressedSize === 0;
}

/** First bytes of what the Finder puts into archives beside each file: AppleDouble, and the look of a folder. */
const finderFiles: readonly Buffer[] = [
  Buffer.from([0, 5, 0x16, 7]),
  Buffer.from([0, 0, 0, 1, 0x42, 0x75, 0x64, 0x31]),
];

/** Files that programs leave in archives beside what a person put there: of the Finder by their content, and of Windows. */
async function isLeftByProgram({ path, bytes }: ZipMember): Promise<boolean> {
  if (/(^|\/)(Thumbs\.db|desktop\.ini)$/i.test(path)) return true;
  if (!/(^|\/)(__MACOSX\/|\.DS_Store$|\._)/.test(path)) return false;
  try {
    const head = Buffer.from(await bytes.read(0, 8));
    return head.length < 8 || finderFiles.some((start) => head.subarray(0, start.length).equals(start));
  } catch (thrown) {
    if (!(thrown instanceof UnreadableMember)) throw thrown;
    return true;
  } finally {
    bytes.release();
  }
}

function memberOf(
  entry: Entry,
  document: ByteSource,
  limit: UnpackingLimit,
  unlocking: Unlocking,
): ZipMember {
  const path = entry.filename.replaceAll('\\', '/').replace(/\/$/, '');
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
async function* unlocked(entry: Entry, { password, isWrong }: Unlocking): AsyncGenerator<Uint8Array> {
  if (password === undefined || entry.directory) {
    const reason = isWrong === true ? wrongPassword : 'it is protected by a password';
    throw new UnreadableMember('protected-member', reason);
  }
  // Nothing says in which encoding a program took the password.
  const [key, other] = [Buffer.from(password), Buffer.from(password, 'latin1')];
  try {
    yield* unlockedBy(entry, key);
  } catch (thrown) {
    const isWrongKey = thrown instanceof UnreadableMember && thrown.code === 'protected-member';
    if (!isWrongKey || key.equals(other)) throw thrown;
    yield* unlockedBy(entry, other);
  }
}

async function* unlockedBy(entry: FileEntry, rawPassword: Uint8Array): AsyncGenerator<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const stopped = new AbortController();
  const pieces = readable.getReader();
  const done = entry.getData(writable, { rawPassword, checkCrc32: true, signal: stopped.signal });
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

const wrongPassword = 'the password given is not the one it is protected by';

function unreadable(thrown: unknown): UnreadableMember {
  const message = thrown instanceof Error ? thrown.message : '';
  if (message.startsWith('Invalid password'))
    return new UnreadableMember('protected-member', wrongPassword, thrown);
  if (message.startsWith('Encryption method'))
    return new UnreadableMember(
      'protected-member',
      'it is protected in a way this tool does not know',
      thrown,
    );
  // The old protection lets one wrong password in 256 through: then the bytes do not match.
  return new UnreadableMember('bad-member', 'its bytes are damaged, or the password is another', thrown);
}
