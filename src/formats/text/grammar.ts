import { isBlank, isRule, untabbed, type Line } from './lines.ts';
import { TextRecord, type Field } from './record.ts';

/** How the records of one kind of section are written. */
export interface Grammar {
  /** The keys a record begins with. */
  start: readonly string[];
  /** The other keys whose values are short. A value that is too long goes on in the next line. */
  keys?: readonly string[];
  /** Keys whose values are somebody's words: of any number of lines, with blank lines and colons in them. */
  words?: readonly string[];
  /** Keys whose values are one thing a line, in some reports below a rule. */
  lists?: readonly string[];
  /** Headings around records: FUTURE APPOINTMENTS. */
  groups?: readonly string[];
  /** Headings inside a record: PERMANENT ADDRESS. */
  parts?: readonly string[];
  /** True where a rule ends the keys and a text of any shape follows, to the next record. */
  body?: boolean;
  /** Keys that stand in that text, and begin it where the rule is missing (seen: VA v12.4). */
  bodyKeys?: readonly string[];
  /** True where the same key stands in one record again and again. */
  repeats?: boolean;
  /** What the report says to everyone, wherever it stands: the beginning of a paragraph. */
  prose?: RegExp;
}

/** The keys before the first record of a section. */
const headKeys = ['Source', 'Last Updated', 'Sorted By', 'Sort By'];

/** The records of a section. */
export interface SectionRecords {
  /** Keys before the first record. */
  head: TextRecord;
  records: TextRecord[];
  /** Lines that are no part of a record. */
  loose: Line[];
}

/**
 * Cuts a section into records. A record begins where one of its first keys stands: blank lines are no guide, for comments
 * have them. A line without a key goes on with the value before it; a key that nobody knows is kept under its name.
 */
export function readRecords(lines: readonly Line[], grammar: Grammar): SectionRecords {
  return new RecordReader(lines, grammar).read();
}

class RecordReader {
  readonly #lines: readonly Line[];
  readonly #grammar: Grammar;
  /** Known keys by their words, whatever their capitals and blanks. */
  readonly #known: ReadonlyMap<string, string>;
  readonly #isSpelled: ReadonlySet<string>;
  readonly #head = new TextRecord();
  readonly #records: TextRecord[] = [];
  readonly #loose: Line[] = [];
  #record = this.#head;
  #field: Field | undefined;
  #previous: Line | undefined;
  /** The key that stands first in the records of a section whose records do not begin with the usual one. */
  #otherStart: string | undefined;
  #group: string | undefined;
  #part: string | undefined;
  #isBody = false;
  /** True after a blank line. */
  #isApart = false;

  constructor(lines: readonly Line[], grammar: Grammar) {
    this.#lines = lines;
    this.#grammar = grammar;
    const { start, keys = [], words = [], lists = [] } = grammar;
    this.#known = new Map([...start, ...keys, ...words, ...lists].map((key) => [folded(key), key]));
    this.#isSpelled = new Set([...start, ...keys, ...words, ...lists]);
  }

  read(): SectionRecords {
    for (const [index, line] of this.#lines.entries()) {
      this.#isBody ||= this.#beginsBody(line);
      if (this.#isBody && !this.#endsBody(index)) this.#keep(line, this.#record.body);
      else if (isBlank(line.text)) this.#isApart = true;
      else if (isRule(line.text)) this.#rule(line);
      else this.#readLine(line);
    }
    return { head: this.#head, records: this.#records, loose: this.#loose };
  }

  #beginsBody({ text }: Line): boolean {
    const { bodyKeys = [] } = this.#grammar;
    return this.#record !== this.#head && bodyKeys.includes(keyOf(text)?.key ?? '');
  }

  /**
   * A rule of equals signs over the full width ends a text when a record follows, its first key and another: texts have
   * rules of their own, and quote keys.
   */
  #endsBody(index: number): boolean {
    if (!/^\s*={60,}\s*$/.test(this.#lines[index]?.text ?? '')) return false;
    const [first, second] = this.#lines.slice(index + 1, index + 12).filter(({ text }) => !isBlank(text));
    const [begins, next] = [first, second].map((line) => keyOf(line?.text ?? '')?.key ?? '');
    return this.#grammar.start.includes(begins ?? '') && this.#isSpelled.has(next ?? '');
  }

  #rule(line: Line): void {
    this.#isBody =
      this.#grammar.body === true && this.#record !== this.#head && /^\s*-{20,}\s*$/.test(line.text);
    // The rule below the heading of a list is no end of it.
    if (this.#field !== undefined && this.#isList(this.#field) && this.#field.value === '') return;
    this.#field = undefined;
    this.#isApart = true;
  }

  #readLine(line: Line): void {
    if (this.#record !== this.#head && this.#isApart && this.#isProse(line.text)) {
      this.#field = undefined;
      this.#isApart = false;
      this.#loose.push(line);
      return;
    }
    const heading = this.#headingIn(line.text);
    const fields = this.#fieldsIn(heading?.rest ?? line.text);
    if (heading) this.#open(heading.name);
    if (fields.length > 0) {
      for (const field of fields) this.#add(field, line);
    } else if (heading) {
      this.#field = undefined;
      this.#head.lines.push(line);
    } else if (this.#goesOn(line.text) && this.#field !== undefined) {
      this.#append(this.#field, line);
    } else {
      this.#field = undefined;
      this.#loose.push(line);
    }
    this.#isApart = false;
    this.#previous = line;
  }

  #headingIn(text: string): { name: string; rest: string } | undefined {
    const { groups = [], parts = [] } = this.#grammar;
    const name = [...groups, ...parts].find((heading) => isHeading(text, heading));
    return name === undefined
      ? undefined
      : { name, rest: text.trimStart().slice(name.length).replace(/^:/, '') };
  }

  #open(heading: string): void {
    if (this.#grammar.groups?.includes(heading) === true) {
      this.#group = heading;
      this.#record = this.#head;
    } else this.#part = heading;
  }

  #fieldsIn(text: string): Field[] {
    const first = keyOf(text);
    if (first === undefined || !this.#isKey(first.key, text)) return [];
    const fields: Field[] = [];
    let { rest } = first;
    let key = this.#spelled(first.key);
    // A second key of the same line stands after two blanks at least.
    for (;;) {
      const next = this.#isWords(key) ? undefined : this.#keyInside(rest);
      fields.push({ key, value: (next?.before ?? rest).trim() });
      if (next === undefined) return fields;
      ({ key, after: rest } = next);
    }
  }

  #isKey(key: string, text: string): boolean {
    const inWords = this.#field !== undefined && this.#isWords(this.#field.key);
    const isStart = this.#grammar.start.includes(this.#spelled(key));
    if (key === 'Source' || isStart) return true;
    // In somebody's words a key that the record has already is a word.
    if (inWords && this.#grammar.repeats !== true && this.#record.fields.some((field) => field.key === key))
      return false;
    if (this.#isSpelled.has(key) || (!inWords && this.#known.has(folded(key)))) return true;
    if (this.#record === this.#head) return headKeys.includes(key);
    if (inWords) return false;
    if (this.#isProse(text) || key.split(' ').length > 6) return false;
    const isSpaced = /^[A-Za-z](?: ?[\w/&'().,#-])*$/.test(key) && /:\*?(\s|$)/.test(text);
    return isSpaced || (/^[A-Z][A-Za-z /#'-]*$/.test(key) && /^[^:]*:[^\s/:]/.test(text));
  }

  /** A key as the grammar writes it. */
  #spelled(key: string): string {
    return this.#isSpelled.has(key) ? key : (this.#known.get(folded(key)) ?? key);
  }

  #keyInside(text: string): { key: string; before: string; after: string } | undefined {
    for (const found of text.matchAll(
      /((?<!\s)\s{2,}|^\s{2,})([A-Z](?: ?[\w/&'().-]){0,58}?)\s?:(?=\s|$)/g,
    )) {
      const [whole, gap = '', key = ''] = found;
      if (!this.#isSpelled.has(key) && (gap.length < 3 || this.#record === this.#head)) continue;
      return { key, before: text.slice(0, found.index), after: text.slice(found.index + whole.length) };
    }
    return undefined;
  }

  #add(field: Field, line: Line): void {
    if (field.key === 'Source' && !this.#isSpelled.has('Source')) this.#record = this.#head;
    else if (this.#begins(field.key)) {
      this.#record = new TextRecord(this.#group);
      this.#records.push(this.#record);
      this.#part = undefined;
    }
    if (this.#part !== undefined) field.part = this.#part;
    this.#record.fields.push(field);
    if (this.#record.lines.at(-1) !== line) this.#record.lines.push(line);
    this.#field = field;
  }

  /** Whether a key begins a record. Where records lack their first key or have it later, the key that came first does. */
  #begins(key: string): boolean {
    const { start } = this.#grammar;
    const isOutside = this.#record === this.#head;
    if (isOutside && start.length > 0 && !start.includes(key) && this.#isSpelled.has(key)) {
      this.#otherStart ??= key;
      return true;
    }
    if (this.#otherStart === undefined) return start.includes(key);
    const isRepeated = this.#record.fields.some((field) => field.key === key);
    return (start.includes(key) || key === this.#otherStart) && (isOutside || isRepeated);
  }

  /** Whether a line without a key belongs to the value before it. */
  #goesOn(text: string): boolean {
    if (this.#field === undefined || headKeys.slice(0, 2).includes(this.#field.key)) return false;
    if (!this.#isApart) return true;
    return this.#isWords(this.#field.key) && !this.#isProse(text) && !this.#isList(this.#field);
  }

  #append(field: Field, line: Line): void {
    const text = line.text.trim();
    // A line that is nearly full was broken by the program, a short one by whoever wrote it.
    const isFull = (this.#previous?.text.trimEnd().length ?? 0) >= 60;
    const isBroken = !this.#isList(field) && (isFull || !this.#isWords(field.key)) && !this.#isApart;
    field.value = field.value === '' ? text : `${field.value}${isBroken ? ' ' : '\n'}${text}`;
    this.#record.lines.push(line);
  }

  #keep(line: Line, into: Line[]): void {
    into.push(line);
    this.#record.lines.push(line);
  }

  #isWords(key: string): boolean {
    const { words = [], lists = [] } = this.#grammar;
    return words.includes(key) || lists.includes(key);
  }

  #isList({ key }: Field): boolean {
    return this.#grammar.lists?.includes(key) === true;
  }

  #isProse(text: string): boolean {
    return this.#grammar.prose?.test(text.trim()) === true;
  }
}

/** A key without regard to capitals and blanks. */
function folded(key: string): string {
  return key.toLowerCase().replaceAll(/\s+/g, ' ');
}

/** True for a line that is a heading, or a heading with keys after it on the same line. */
function isHeading(text: string, heading: string): boolean {
  const line = text.trim();
  return line === heading || line === `${heading}:` || line.startsWith(`${heading}  `);
}

/** The text before a line's first colon, and what follows; `Reaction:*` is written with a mark. */
export function keyOf(text: string): { key: string; rest: string } | undefined {
  const found = /^\s*([^:]{1,80}?)\s*:\*?(.*)$/.exec(untabbed(text));
  return found?.[1] === undefined ? undefined : { key: found[1], rest: found[2] ?? '' };
}
