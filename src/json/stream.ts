import { JsonSyntaxError } from './parse.ts';
import { skipSpace, stringEnd } from './scan.ts';

/** The longest single item, and the most text beside the items, in UTF-16 units: no honest document has more. */
const longest = 16 * 1024 * 1024;

/**
 * Cuts the objects of the array `name` out of a JSON object that comes in pieces, however large the whole is: yields each
 * object's text, and returns the document's text with the array emptied. Whoever takes the slices parses every one of
 * them and what is returned (see `json/scan.ts`); only then is the document proven whole.
 *
 * @throws JsonSyntaxError when the text ends within a value, an item is no object, or one is longer than 16 M characters.
 */
export async function* streamItems(
  pieces: AsyncIterable<string>,
  name: string,
): AsyncGenerator<string, string, void> {
  const cutter = new ItemCutter(JSON.stringify(name));
  for await (const piece of pieces) yield* cutter.take(piece);
  return cutter.end();
}

class ItemCutter {
  readonly #name: string;
  /** What has come and is not yet handed on; `#at` is how far it was scanned. */
  #text = '';
  #at = 0;
  /** The text outside the array. */
  #rest = '';
  #inArray = false;
  /** In the array: whether an item or the end may come next, or a comma or the end. */
  #next: 'item or end' | 'item' | 'comma or end' = 'item or end';
  #depth = 0;
  #itemDepth = 0;
  /** The last string at depth 1, and whether a colon is all that followed. */
  #key = '';
  #afterColon = false;

  constructor(name: string) {
    this.#name = name;
  }

  *take(piece: string): Generator<string> {
    this.#text += piece;
    for (;;) {
      if (!this.#inArray) {
        if (!this.#findArray()) break;
        continue;
      }
      const item = this.#nextItem();
      if (item === 'more') break;
      if (item !== 'end') yield item;
    }
    if (this.#text.length > longest || this.#rest.length > longest)
      throw new JsonSyntaxError('a single value is too long');
  }

  end(): string {
    const rest = this.#rest + this.#text;
    if (this.#inArray || this.#depth > 0) throw new JsonSyntaxError('the text ends too early');
    return rest;
  }

  /** Scans on to the array; false when more text is needed. */
  #findArray(): boolean {
    const text = this.#text;
    while (this.#at < text.length) {
      const character = text[this.#at];
      if (character === '"') {
        const end = stringEnd(text, this.#at);
        // A string that ends with the text may go on in the next piece.
        if (end === text.length) return false;
        if (this.#depth === 1) this.#key = text.slice(this.#at, end);
        this.#afterColon = false;
        this.#at = end;
        continue;
      }
      this.#at += 1;
      if (character === '[' && this.#depth === 1 && this.#afterColon && this.#key === this.#name) {
        this.#rest += text.slice(0, this.#at);
        this.#begin(text.slice(this.#at));
        this.#inArray = true;
        this.#next = 'item or end';
        return true;
      }
      if (character === '{' || character === '[') this.#depth += 1;
      else if (character === '}' || character === ']') this.#depth -= 1;
      if (character === ':') this.#afterColon = true;
      else if (character !== undefined && !' \n\r\t'.includes(character)) this.#afterColon = false;
    }
    this.#rest += text;
    this.#begin('');
    return false;
  }

  /** The next item's text, `end` of the array, or `more` text needed. */
  #nextItem(): string {
    const text = this.#text;
    const start = skipSpace(text, 0);
    if (start === text.length) return 'more';
    const character = text[start];
    if (character === ']' && this.#next !== 'item') {
      this.#begin(text.slice(start));
      this.#at = 1;
      this.#inArray = false;
      return 'end';
    }
    if (this.#next === 'comma or end') {
      if (character !== ',') throw new JsonSyntaxError('something other than a comma between two items');
      this.#begin(text.slice(start + 1));
      this.#next = 'item';
      return this.#nextItem();
    }
    if (character !== '{') throw new JsonSyntaxError('an item is no object');
    const end = this.#objectEnd(start);
    if (end === undefined) return 'more';
    const item = text.slice(start, end);
    this.#begin(text.slice(end));
    this.#next = 'comma or end';
    return item;
  }

  /** The index past the object at `start`; undefined when it is not all there, and then `#at` is where to go on. */
  #objectEnd(start: number): number | undefined {
    const text = this.#text;
    let at = Math.max(this.#at, start);
    if (at === start) this.#itemDepth = 0;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        const end = stringEnd(text, at);
        if (end === text.length) break;
        at = end;
        continue;
      }
      at += 1;
      if (code === 0x7b || code === 0x5b) this.#itemDepth += 1;
      else if (code === 0x7d || code === 0x5d) {
        this.#itemDepth -= 1;
        if (this.#itemDepth === 0) return at;
      }
    }
    this.#at = at;
    return undefined;
  }

  #begin(text: string): void {
    this.#text = text;
    this.#at = 0;
  }
}
