import { createHash } from 'node:crypto';

/** A document's bytes, wherever they lie. Readers ask for what they need and never touch a disk themselves. */
export interface ByteSource {
  /** What a person calls it: a file's name, or `standard input`. */
  name: string;
  /** Length in bytes. */
  size: number;
  /** `length` bytes from `offset`, fewer at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** All bytes in order, in pieces of any size. */
  stream(): AsyncIterable<Uint8Array>;
  /** Lets go of memory that reading took; it can be read again. */
  release?(): void;
}

/** Bytes already in memory as a source. */
export function bytesInMemory(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
    async *stream() {
      yield await Promise.resolve(bytes);
    },
  };
}

/** SHA-256 of a document, hexadecimal, read in pieces. */
export async function hashOf(document: ByteSource): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of document.stream()) hash.update(piece);
  return hash.digest('hex');
}
