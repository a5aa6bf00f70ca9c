import { stringify } from 'lossless-json';
import { stringEnd } from './scan.ts';
import { Decimal } from './value.ts';

/**
 * Writes a value as JSON, every `Decimal` with the digits it came with, members that are undefined left out. `indent`
 * is a number of spaces.
 *
 * @throws TypeError when the value is nothing JSON can say.
 */
export function writeJson(value: unknown, indent?: number): string {
  const text = stringify(value, null, indent, [
    { test: (item) => item instanceof Decimal, stringify: (item) => String(item) },
  ]);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** The same JSON text on one line: white space between tokens removed, every token as written. */
export function foldJson(text: string): string {
  let folded = '';
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = stringEnd(text, at) - 1;
    else if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      folded += text.slice(from, at);
      from = at + 1;
    }
  }
  return folded + text.slice(from);
}
