import { createReadStream } from 'node:fs';

/** A line of a file, without its line end. */
export interface Line {
  /** From 1. */
  number: number;
  /** Byte offset of its first byte. */
  offset: number;
  bytes: Buffer;
}

const lineFeed = 0x0a;

/** The lines of a file, one at a time; text after the last line end counts as a line, and empty lines are passed over. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  let number = 0;
  let offset = 0;
  let begun: Buffer[] = [];
  const finish = (last: Buffer): Line => {
    const bytes = begun.length === 0 ? last : Buffer.concat([...begun, last]);
    const line = { number: (number += 1), offset, bytes };
    offset += bytes.length + 1;
    begun = [];
    return line;
  };
  const pieces: AsyncIterable<Buffer> = createReadStream(path);
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(lineFeed); end !== -1; end = piece.indexOf(lineFeed, from)) {
      const line = finish(piece.subarray(from, end));
      from = end + 1;
      if (line.bytes.length > 0) yield line;
    }
    if (from < piece.length) begun.push(piece.subarray(from));
  }
  if (begun.length > 0) yield finish(Buffer.alloc(0));
}
