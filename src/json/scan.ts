/**
 * Finds where JSON values begin and end in a text without building them. Nothing here judges whether the text is
 * valid JSON: whoever cuts a text into slices parses every slice and the rest around them (`json/parse.ts`).
 */

const quote = 0x22;
const backslash = 0x5c;

/** Half-open range of a text. */
export interface Slice {
  start: number;
  end: number;
}

/** A member of an object: its key (decoded) and the range of its value. */
export interface Member extends Slice {
  key: string;
}

/** The index just past the string whose opening quote is at `start`; the text's length when it never closes. */
export function stringEnd(text: string, start: number): number {
  let end = start + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end === -1) return text.length;
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes += 1;
    end += 1;
    if (escapes % 2 === 0) return end;
  }
}

/** The index of the first character at or after `start` that is not JSON white space. */
export function skipSpace(text: string, start: number): number {
  let at = start;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) break;
  }
  return at;
}

/** The index just past the value that begins at `start`. */
export function valueEnd(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return stringEnd(text, start);
  if (first !== '{' && first !== '[') {
    let at = start;
    while (at < text.length && !',]} \n\r\t'.includes(text.charAt(at))) at += 1;
    return at;
  }
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = stringEnd(text, at) - 1;
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/** The items of the array whose `[` is at `start`. */
export function* items(text: string, start: number): Generator<Slice> {
  let at = skipSpace(text, start + 1);
  while (at < text.length && text[at] !== ']') {
    const end = valueEnd(text, at);
    if (end === at) return;
    yield { start: at, end };
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
}

/** The members of the object whose `{` is at `start`, in the order written. */
export function* members(text: string, start: number): Generator<Member> {
  let at = skipSpace(text, start + 1);
  while (text[at] === '"') {
    const keyEnd = stringEnd(text, at);
    const key = decodeKey(text.slice(at, keyEnd));
    at = skipSpace(text, keyEnd);
    if (text[at] !== ':') return;
    at = skipSpace(text, at + 1);
    const end = valueEnd(text, at);
    if (end === at) return;
    yield { key, start: at, end };
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
}

function decodeKey(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

/** What one pass over a text tells. */
export interface Survey {
  /** How deep it nests. */
  depth: number;
  /** Number of members of all its objects. */
  members: number;
  /** False when a JavaScript number would print some number's digits differently. */
  keepsDigits: boolean;
}

/** Surveys a JSON text, outside its strings. */
export function survey(text: string): Survey {
  let depth = 0;
  let count = 0;
  let deepest = 0;
  let keepsDigits = true;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = stringEnd(text, at) - 1;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, (depth += 1));
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    else if (code === 0x3a) count += 1;
    else if (keepsDigits && (code === 0x2d || (code >= 0x30 && code <= 0x39))) {
      const end = valueEnd(text, at);
      const token = text.slice(at, end);
      keepsDigits = String(Number(token)) === token;
      at = end - 1;
    }
  }
  return { depth: deepest, members: count, keepsDigits };
}
