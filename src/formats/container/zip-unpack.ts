import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import type { EntryMetaData } from '@zip.js/zip.js';
import { systemCodeOf } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { UnreadableMember } from './unpacking.ts';

const pieceSize = 1024 * 1024;
const localHeaderSize = 30;
const stored = 0;
const deflated = 8;

/** What the directory states of a member. */
type Packed = Pick<
  EntryMetaData,
  'offset' | 'compressedSize' | 'uncompressedSize' | 'compressionMethod' | 'crc32'
>;

/**
 * Unpacks a member that is not protected (APPNOTE §4.3.7, methods 0 and 8), its size and CRC-32 proven at the end. zip.js
 * would do the same through web streams, a millisecond and some 50 kB for every member, however small.
 */
export async function* unpackedPlain(document: ByteSource, entry: Packed): AsyncGenerator<Uint8Array> {
  const { uncompressedSize, compressionMethod } = entry;
  if (compressionMethod !== stored && compressionMethod !== deflated)
    throw damaged('it is packed in a way this tool does not know');
  const packed = await packedBytes(document, entry);
  let crc = 0;
  let size = 0;
  for await (const piece of compressionMethod === stored ? packed : inflated(packed, entry)) {
    size += piece.length;
    if (size > uncompressedSize) break;
    crc = crc32(piece, crc);
    yield piece;
  }
  if (size !== uncompressedSize) throw damaged('it does not have the size the archive states');
  if (crc !== entry.crc32) throw damaged('its bytes are damaged: they do not match their checksum');
}

/** The member's bytes as they lie in the archive. */
async function packedBytes(
  document: ByteSource,
  { offset, compressedSize }: Packed,
): Promise<AsyncIterable<Uint8Array>> {
  const header = Buffer.from(await document.read(offset, localHeaderSize));
  const isHeader = header.length === localHeaderSize && header.readUInt32LE(0) === 0x04034b50;
  if (!isHeader) throw damaged('it is not where the archive says');
  const start = offset + localHeaderSize + header.readUInt16LE(26) + header.readUInt16LE(28);
  const end = start + compressedSize;
  if (end > document.size) throw damaged('it is not where the archive says');
  return (async function* pieces() {
    for (let at = start; at < end; at += pieceSize)
      yield await document.read(at, Math.min(pieceSize, end - at));
  })();
}

async function* inflated(
  packed: AsyncIterable<Uint8Array>,
  { compressedSize, uncompressedSize }: Packed,
): AsyncGenerator<Uint8Array> {
  try {
    // A stream of its own takes longer than most members.
    if (compressedSize <= pieceSize && uncompressedSize <= pieceSize)
      for await (const whole of packed) yield inflateRawSync(whole, { maxOutputLength: pieceSize });
    else yield* inflatedStream(packed);
  } catch (thrown) {
    const code = systemCodeOf(thrown) ?? '';
    if (!code.startsWith('Z_') && code !== 'ERR_BUFFER_TOO_LARGE') throw thrown;
    throw damaged('its bytes are damaged', thrown);
  }
}

function inflatedStream(packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // An error of any part ends the reading of the last one.
  return pipeline(Readable.from(packed), createInflateRaw(), () => undefined);
}

function damaged(reason: string, cause?: unknown): UnreadableMember {
  return new UnreadableMember('bad-member', reason, cause);
}
