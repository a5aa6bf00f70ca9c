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

/** UTF-8 with bytes that are none: a few among many good ones are lost characters, else the text is windows-1252. */
function damagedUtf8(bytes: Uint8Array): DecodedXml {
  const text = new TextDecoder('utf-8').decode(bytes);
  const lost = text.match(/\uFFFD/g)?.length ?? 0;
  const good = text.match(/[\u0080-\uFFFC]/g)?.length ?? 0;
  if (good > lost) return { text, misdeclared: 'UTF-8, with characters that could not be read' };
  return { text: decode(bytes, 'windows-1252'), misdeclared: 'windows-1252' };
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
  const decoder = new TextDecoder(encoding, { fatal: true });
  const text = decoder.decode(bytes);
  return decoder.encoding === 'windows-1252' ? withWindowsCharacters(text) : text;
}

/** What windows-1252 has at 0x80 to 0x9F; Node 20 decodes those bytes as the controls of ISO-8859-1. */
const windowsCharacters =
  '\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D\u008F' +
  '\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u009D\u017E\u0178';

function withWindowsCharacters(text: string): string {
  return text.replaceAll(/[\u0080-\u009F]/g, (control) =>
    windowsCharacters.charAt(control.charCodeAt(0) - 0x80),
  );
}

function isValidUtf8(bytes: Uint8Array): boolean {
  try {
    decode(bytes, 'utf-8');
    return true;
  } catch {
    return false;
  }
}
