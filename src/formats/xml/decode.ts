/** The text of an XML document, and what was wrong with how it names its encoding. */
export interface DecodedXml {
  text: string;
  /** Set when the declared encoding is not the one the bytes are in: what they were read as. */
  misdeclared?: string;
}

/**
 * Decodes XML bytes (XML 1.0 appendix F): by byte order mark, else by the declaration, else as UTF-8. Bytes that are not
 * text in the encoding they declare are read as what they can be, and `misdeclared` says so.
 *
 * @throws TypeError when the bytes are text in no encoding that fits.
 */
export function decodeXml(bytes: Uint8Array): DecodedXml {
  const marked = markedEncoding(bytes);
  if (marked !== undefined) return { text: decode(bytes, marked) };
  const declared = declaredEncoding(bytes);
  // Written by programs that hold text as UTF-16 and save it as UTF-8 with the declaration left standing.
  if (/^utf-?16/.test(declared) || declared === '') {
    return { text: decode(bytes, 'utf-8'), ...(declared !== '' && { misdeclared: 'UTF-8' }) };
  }
  try {
    return { text: decode(bytes, declared) };
  } catch (thrown) {
    if (!(thrown instanceof TypeError || thrown instanceof RangeError)) throw thrown;
    const other = isUtf8(bytes) ? 'UTF-8' : 'windows-1252';
    return { text: decode(bytes, other), misdeclared: other };
  }
}

/** The encoding that the first bytes give away before a declaration can be read. */
function markedEncoding(bytes: Uint8Array): string | undefined {
  const [first, second, third, fourth] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === 0x3c && second === 0 && fourth === 0) return 'utf-16le';
  if (first === 0 && second === 0x3c && third === 0) return 'utf-16be';
  return undefined;
}

/** The declared encoding in lower case; empty when none is declared. */
function declaredEncoding(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 400)).toString('latin1');
  return /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][\w.:-]*)["']/.exec(head)?.[1]?.toLowerCase() ?? '';
}

function decode(bytes: Uint8Array, encoding: string): string {
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    decode(bytes, 'utf-8');
    return true;
  } catch {
    return false;
  }
}
