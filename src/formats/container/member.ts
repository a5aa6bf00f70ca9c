import { UnreadableMember, mostInMemory } from './unpacking.ts';
import type { ByteSource } from '../byte-source.ts';

/** A file inside a container, unpacked only as it is read. */
export interface Member {
  /** The way to it in the container, `/` between folders; only a label, never a place on a disk. */
  path: string;
  bytes: ByteSource;
}

/** Unpacked bytes up to this size are kept until the next member is read: they are asked for several times. */
const mostKept = 16 * 1024 * 1024;

/** The bytes of a member that can only be unpacked from its beginning. */
export class PackedBytes implements ByteSource {
  readonly name: string;
  /** As the container states it, and proven with every reading to the end. */
  readonly size: number;
  readonly #unpack: () => AsyncIterable<Uint8Array>;
  #kept: Uint8Array | undefined;

  /** @param unpack Unpacks from the beginning; throws `UnreadableMember`. */
  constructor(name: string, size: number, unpack: () => AsyncIterable<Uint8Array>) {
    this.name = name;
    this.size = size;
    this.#unpack = unpack;
  }

  /** @throws UnreadableMember when the bytes are damaged, or too many to hold. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    if (this.#kept !== undefined) return this.#kept.subarray(offset, offset + length);
    const end = Math.min(offset + length, this.size);
    if (end - offset > mostInMemory)
      throw new UnreadableMember('bad-member', `unpacked it is larger than ${mostInMemory / 1024 / 1024} MB`);
    const isWhole = this.size <= mostKept;
    const pieces: Uint8Array[] = [];
    let at = 0;
    for await (const piece of this.#unpack()) {
      const from = isWhole ? 0 : Math.max(0, offset - at);
      const to = isWhole ? piece.length : end - at;
      if (from < piece.length && to > 0) pieces.push(piece.subarray(from, to));
      at += piece.length;
      // A reading of the end goes on to the very end, where what was unpacked is proven.
      if (!isWhole && at >= end && end < this.size) break;
    }
    const bytes = Buffer.concat(pieces);
    if (!isWhole) return bytes;
    this.#kept = bytes;
    return bytes.subarray(offset, offset + length);
  }

  async *stream(): AsyncGenerator<Uint8Array> {
    if (this.#kept !== undefined) yield this.#kept;
    else yield* this.#unpack();
  }

  /** Lets go of what was kept. */
  release(): void {
    this.#kept = undefined;
  }
}
