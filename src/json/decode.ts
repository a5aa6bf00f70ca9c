/**
 * The text of JSON bytes: UTF-8 as RFC 8259 demands, or UTF-16 where a byte order mark says so (Windows editors).
 * The mark itself is not part of the text.
 *
 * @throws TypeError when the bytes are not text in the encoding they announce.
 */
export function decodeJson(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
}

/** The same for bytes that come in pieces; characters may be cut between two of them. */
export async function* decodePieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  for await (const bytes of pieces) {
    decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
    yield decoder.decode(bytes, { stream: true });
  }
  if (decoder !== undefined) yield decoder.decode();
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
