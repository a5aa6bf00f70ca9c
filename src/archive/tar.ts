import { Header, Pax } from 'tar';
import { BlueButtonError } from '../errors/index.ts';

/** A member of a tar file (POSIX pax): a file, or a folder, which has no bytes. */
export interface TarMember {
  /** With forward slashes. */
  path: string;
  kind: 'file' | 'folder';
  /** In bytes. */
  size: number;
  /** To be read, once, before the next member is asked for; what is left unread is passed over. */
  content: AsyncIterable<Uint8Array>;
}

const block = 512;

/** The bytes of a tar file, in pieces. Files are for the owner only (0600), folders too (0700). */
export async function* writeTar(
  members: AsyncIterable<TarMember & { changed: Date }>,
): AsyncGenerator<Uint8Array> {
  for await (const { path, kind, size, content, changed } of members) {
    const header = new Header({
      path: kind === 'folder' ? `${path}/` : path,
      mode: kind === 'folder' ? 0o700 : 0o600,
      size,
      mtime: changed,
      type: kind === 'folder' ? 'Directory' : 'File',
    });
    const bytes = Buffer.alloc(block);
    if (header.encode(bytes, 0)) yield new Pax({ path, size }).encode();
    yield bytes;
    let left = size;
    for await (const piece of content) {
      left -= piece.length;
      yield piece;
    }
    if (left !== 0) throw new RangeError(`${path} changed its size while it was read`);
    if (size % block !== 0) yield Buffer.alloc(block - (size % block));
  }
  yield Buffer.alloc(2 * block);
}

/**
 * The members of a tar file, in order, as pax, ustar and GNU tar write them.
 *
 * @throws BlueButtonError `archive-damaged` for what is no tar file or breaks off, and for a member that is neither a file
 * nor a folder: links and devices have no place in an archive.
 */
export async function* readTar(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember> {
  const bytes = new ByteReader(pieces);
  let extended: Pax | undefined;
  let everyone: Pax | undefined;
  let longPath: string | undefined;
  for (;;) {
    const header = new Header(await bytes.take(block), 0, extended, everyone);
    if (header.nullBlock) break;
    if (!header.cksumValid) throw broken('A header in it has another checksum than it says.');
    const size = header.size ?? 0;
    const padding = (block - (size % block)) % block;
    const text = async (): Promise<string> => {
      if (size > mostMeta) throw broken('A header in it is too long.');
      const body = (await bytes.take(size)).toString('utf8');
      await bytes.take(padding);
      return body;
    };
    switch (header.type) {
      case 'ExtendedHeader':
      case 'OldExtendedHeader':
        extended = Pax.parse(await text(), extended, false);
        break;
      case 'GlobalExtendedHeader':
        everyone = Pax.parse(await text(), everyone, true);
        break;
      case 'NextFileHasLongPath':
      case 'OldGnuLongPath':
        longPath = (await text()).replace(/\0.*/s, '');
        break;
      case 'Directory':
      case 'File':
      case 'OldFile':
      case 'ContiguousFile': {
        const path = longPath ?? header.path ?? '';
        const isFolder = header.type === 'Directory' || path.endsWith('/');
        const content = bytes.stream(size);
        yield { path: path.replace(/\/+$/, ''), kind: isFolder ? 'folder' : 'file', size, content };
        for await (const _passedOver of content);
        await bytes.take(padding);
        [extended, longPath] = [undefined, undefined];
        break;
      }
      default:
        throw broken(`${longPath ?? header.path ?? 'Something'} in it is a ${header.type}, not a file.`);
    }
  }
  // What follows the end mark is padding.
  for await (const _padding of bytes.rest());
}

/** Far more than a path can have. */
const mostMeta = 1024 * 1024;

function broken(why: string): BlueButtonError {
  return new BlueButtonError('archive-damaged', 'It is not a whole export of an archive.', {
    why,
    try: 'the same command with another copy of the file',
  });
}

/** Takes bytes off a stream in the amounts that are wanted. */
class ByteReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array();

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  async take(size: number): Promise<Buffer> {
    const taken: Uint8Array[] = [];
    for await (const piece of this.stream(size)) taken.push(piece);
    return Buffer.concat(taken);
  }

  async *stream(size: number): AsyncGenerator<Uint8Array> {
    let left = size;
    while (left > 0) {
      if (this.#piece.length === 0 && !(await this.#next())) throw broken('It breaks off.');
      const part = this.#piece.subarray(0, left);
      this.#piece = this.#piece.subarray(part.length);
      left -= part.length;
      if (part.length > 0) yield part;
    }
  }

  async *rest(): AsyncGenerator<Uint8Array> {
    do yield this.#piece;
    while (await this.#next());
  }

  async #next(): Promise<boolean> {
    const { done, value } = await this.#pieces.next();
    if (done === true) return false;
    this.#piece = value;
    return true;
  }
}
