/** Text out of bytes, and what was wrong with how they name their encoding. */
export interface DecodedText {
  text: string;
  /** Set when the encoding is not the one that is declared or expected: what the bytes were read as. */
  misdeclared?: string;
}

/**
 * Decodes the bytes of a text that names no encoding: by byte order mark, else as UTF-8, else as windows-1252.
 *
 * @throws TypeError when a byte order mark announces an encoding that the bytes are not in.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const marked = markedEncoding(bytes);
  if (marked !== undefined) return { text: decode(bytes, marked) };
  return isValidUtf8(bytes) ? { text: decode(bytes, 'utf-8') } : damagedUtf8(bytes);
}

/** The encoding that a byte order mark names. */
export function markedEncoding([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return undefined;
}

/** UTF-8 with bytes that are none: a few among many good ones are lost characters, else the text is windows-1252. */
export function damagedUtf8(bytes: Uint8Array): DecodedText {
  const text = new TextDecoder('utf-8').decode(bytes);
  const lost = text.match(/\uFFFD/g)?.length ?? 0;
  const good = text.match(/[\u0080-\uFFFC]/g)?.length ?? 0;
  if (good > lost) return { text, misdeclared: 'UTF-8, with characters that could not be read' };
  return { text: decode(bytes, 'windows-1252'), misdeclared: 'windows-1252' };
}

/**
 * Bytes as text in an encoding of the WHATWG Encoding Standard.
 *
 * @throws TypeError when they are not, RangeError when nobody knows the encoding.
 */
export function decode(bytes: Uint8Array, encoding: string): string {
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

/** True for bytes that are UTF-8 throughout. */
export function isValidUtf8(bytes: Uint8Array): boolean {
  try {
    decode(bytes, 'utf-8');
    return true;
  } catch {
    return false;
  }
}
