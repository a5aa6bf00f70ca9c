import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/** Bytes that can be read in any order, in memory or on a disk. */
export interface StoredBytes {
  /** Length in bytes. */
  size: number;
  /** `length` bytes from `offset`, fewer at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** All bytes in order, in pieces of any size. */
  stream(): AsyncIterable<Uint8Array>;
}

/** Bytes in memory. */
export function memoryBytes(bytes: Uint8Array): StoredBytes {
  return {
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
    async *stream() {
      yield await Promise.resolve(bytes);
    },
  };
}

/** The bytes of a file, read from the disk each time they are asked for. No file is kept open. */
export function fileBytes(path: string, size: number): StoredBytes {
  return {
    size,
    async read(offset, length) {
      const file = await open(path, 'r');
      try {
        const wanted = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
        let filled = 0;
        while (filled < wanted.length) {
          const { bytesRead } = await file.read(wanted, filled, wanted.length - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return wanted.subarray(0, filled);
      } finally {
        await file.close();
      }
    },
    stream: () =>
      size === 0 ? memoryBytes(new Uint8Array()).stream() : createReadStream(path, { end: size - 1 }),
  };
}
