import {
  damagedUtf8,
  decode,
  isValidUtf8,
  markedEncoding as byteOrderMark,
  type DecodedText,
} from '../text-encoding.ts';

/**
 * Decodes XML bytes (XML 1.0 appendix F): by byte order mark, else by the declaration, else as UTF-8. Bytes that are not
 * text in the encoding they declare are read as what they can be, and `misdeclared` says so.
 *
 * @throws TypeError when the bytes are text in no encoding that fits.
 */
export function decodeXml(bytes: Uint8Array): DecodedText {
  const marked = markedEncoding(bytes);
  if (marked !== undefined) return { text: decode(bytes, marked) };
  const declared = declaredEncoding(bytes);
  const isUtf8 = isValidUtf8(bytes);
  // Bytes beyond ASCII that are valid UTF-8 are UTF-8, whatever a program declares that converts them on the way.
  if (isUtf8) {
    const isAscii = bytes.every((byte) => byte < 0x80);
    const agrees = isAscii || declared === '' || /^utf-?8$/.test(declared);
    const isWide = /^utf-?16/.test(declared);
    return { text: decode(bytes, 'utf-8'), ...((!agrees || isWide) && { misdeclared: 'UTF-8' }) };
  }
  if (declared === '' || /^utf-?(8|16)/.test(declared)) return damagedUtf8(bytes);
  try {
    return { text: decode(bytes, declared) };
  } catch (thrown) {
    if (!(thrown instanceof TypeError || thrown instanceof RangeError)) throw thrown;
    return { text: decode(bytes, 'windows-1252'), misdeclared: 'windows-1252' };
  }
}

/** The encoding that the first bytes give away before a declaration can be read. */
function markedEncoding(bytes: Uint8Array): string | undefined {
  const [first, second, third, fourth] = bytes;
  const marked = byteOrderMark(bytes);
  if (marked !== undefined) return marked;
  if (first === 0x3c && second === 0 && fourth === 0) return 'utf-16le';
  if (first === 0 && second === 0x3c && third === 0) return 'utf-16be';
  return undefined;
}

/** The declared encoding in lower case; empty when none is declared. */
function declaredEncoding(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 400)).toString('latin1');
  return /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][\w.:-]*)["']/.exec(head)?.[1]?.toLowerCase() ?? '';
}
