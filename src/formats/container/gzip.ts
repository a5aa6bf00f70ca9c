import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BlueButtonError, systemCodeOf } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import type { Format } from '../format.ts';
import { Contents, insideHelp, type FormatOf } from './contents.ts';
import { PackedBytes } from './member.ts';
import { UnreadableMember } from './unpacking.ts';

/** A file packed by gzip (RFC 1952). */
export function gzipFile(formatOf: FormatOf): Format {
  return {
    name: 'gzip file',
    mediaType: 'application/gzip',
    isContainer: true,
    recognizes: ([first, second]) => first === 0x1f && second === 0x8b,
    async *read(document, identity, help = {}) {
      const inner = insideHelp(help, document);
      const metered = inner.inside.limit.meter();
      const stream = (): AsyncIterable<Uint8Array> => metered(unpacked(document));
      const path = nameInside(document.name);
      const bytes = new PackedBytes(
        `${document.name} › ${path}`,
        await sizeOf(stream(), document.name),
        stream,
      );
      const container = { name: 'gzip file', members: [{ path, bytes }], notes: new Map() };
      yield* new Contents(container, document, identity, formatOf, inner).read();
    },
  };
}

function nameInside(name: string): string {
  const last = name.replace(/^.*( › |\/)/, '');
  return /\.gz$/i.test(last) ? last.slice(0, -3) : 'content';
}

/** The size is nowhere stated that could be trusted: it is counted. */
async function sizeOf(unpackedBytes: AsyncIterable<Uint8Array>, name: string): Promise<number> {
  let size = 0;
  try {
    for await (const piece of unpackedBytes) size += piece.length;
  } catch (thrown) {
    if (!(thrown instanceof UnreadableMember)) throw thrown;
    throw new BlueButtonError('not-a-health-record', `${name} cannot be unpacked.`, {
      why: `It is a gzip file, and ${thrown.message}.`,
      try: 'download it again: it may have been cut short',
      cause: thrown,
    });
  }
  return size;
}

async function* unpacked(document: ByteSource): AsyncGenerator<Uint8Array> {
  // Errors of any part end the reading of the last one.
  const pieces: AsyncIterable<Uint8Array> = pipeline(
    Readable.from(document.stream()),
    createGunzip(),
    () => undefined,
  );
  try {
    yield* pieces;
  } catch (thrown) {
    if (systemCodeOf(thrown)?.startsWith('Z_') !== true) throw thrown;
    throw new UnreadableMember('bad-member', 'its bytes are damaged or cut short', thrown);
  }
}
