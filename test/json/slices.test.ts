import {
  array,
  assert,
  boolean,
  constantFrom,
  letrec,
  oneof,
  property,
  string,
  stringMatching,
  tuple,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Decimal,
  foldJson,
  isObject,
  items,
  members,
  parseJson,
  skipSpace,
  valueEnd,
  writeJson,
  type JsonValue,
} from '../../src/json/index.ts';

/** The same value with each number as JavaScript has it, for comparing with JSON.parse. */
function plain(value: JsonValue | undefined): unknown {
  if (value instanceof Decimal) return Number(value.text);
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  // Not fromEntries of an assignment: `__proto__` must stay a member.
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

/** Every number token of a JSON text in order; strings are skipped by a pattern of their own. */
function numberTokens(text: string): string[] {
  return [...text.matchAll(/"(?:[^"\\]|\\.)*"|(-?\d[\d.eE+-]*)/g)].flatMap(([, token]) => token ?? []);
}

/** Rebuilds a text by cutting it into slices all the way down. */
function rebuilt(text: string, start: number): string {
  if (text[start] === '[') {
    return `[${[...items(text, start)].map((item) => rebuilt(text, item.start)).join(',')}]`;
  }
  if (text[start] === '{') {
    const parts = [...members(text, start)].map(
      ({ key, start: at }) => `${JSON.stringify(key)}:${rebuilt(text, at)}`,
    );
    return `{${parts.join(',')}}`;
  }
  return text.slice(start, valueEnd(text, start));
}

const space = stringMatching(/^[ \t\r\n]{0,3}$/);
const digits = stringMatching(/^-?(0|[1-9]\d{0,22})(\.\d{1,22})?([eE][+-]?\d{1,2})?$/);

/** A string token: any characters, some of them written as escapes. */
const quoted = tuple(string({ unit: 'binary', maxLength: 12 }), boolean()).map(([value, escape]) =>
  escape ? `"${JSON.stringify(value).slice(1, -1)}\\u0041\\/\\\\\\""` : JSON.stringify(value),
);
const key = oneof(quoted, constantFrom('"__proto__"', '"constructor"', '"a\\u0062"', '""'));

const { value: jsonText } = letrec<{ value: string }>((tie) => {
  const padded = tuple(space, tie('value'), space).map((parts) => parts.join(''));
  const member = tuple(space, key, space, padded).map(([a, name, b, value]) => `${a}${name}${b}:${value}`);
  return {
    value: oneof(
      { maxDepth: 6, withCrossShrink: true },
      constantFrom('null', 'true', 'false'),
      digits,
      quoted,
      tuple(array(padded, { maxLength: 5 }), space).map(([list, gap]) => `[${list.join(',') || gap}]`),
      tuple(array(member, { maxLength: 5 }), space).map(([list, gap]) => `{${list.join(',') || gap}}`),
    ),
  };
});

const document = tuple(space, jsonText, space).map((parts) => parts.join(''));

describe('for any JSON text', () => {
  it('parsing means what JSON.parse means', () => {
    assert(
      property(document, (text) => {
        expect(plain(parseJson(text))).toEqual(JSON.parse(text));
        expect(plain(parseJson(text, () => undefined))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('folding keeps every token and leaves no white space between them', () => {
    assert(
      property(document, (text) => {
        const folded = foldJson(text);
        expect(numberTokens(folded)).toEqual(numberTokens(text));
        expect(JSON.parse(folded)).toEqual(JSON.parse(text));
        expect(folded.replaceAll(/"(?:[^"\\]|\\.)*"/g, '')).not.toMatch(/\s/);
        expect(foldJson(folded)).toBe(folded);
      }),
    );
  });

  it('cutting it into slices all the way down keeps every number token and the meaning', () => {
    assert(
      property(document, (text) => {
        const again = rebuilt(text, skipSpace(text, 0));
        expect(numberTokens(again)).toEqual(numberTokens(text));
        expect(JSON.parse(again)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('parsing and writing keeps every number token of members that occur once', () => {
    assert(
      property(document, constantFrom(undefined, 2), (text, indent) => {
        const value = parseJson(text);
        const written = writeJson(value, indent);
        expect(parseJson(written)).toEqual(value);
        expect(JSON.parse(written)).toEqual(JSON.parse(text));
        // Integer-like keys are put in order by JavaScript and repeated ones kept once: then the tokens are compared as a set.
        const kept = new Set(numberTokens(text));
        expect(numberTokens(written).every((token) => kept.has(token))).toBe(true);
      }),
    );
  });
});

describe('a slice', () => {
  it('is the value between its bounds, whatever brackets, quotes and escapes its strings hold', () => {
    const text = ' { "a" : "}]\\"{" , "b\\u0063" :[1 , {"x":"\\\\"} ] ,"d":-1.50e3 } ';
    const found = [...members(text, skipSpace(text, 0))].map(({ key: name, start, end }) => [
      name,
      text.slice(start, end),
    ]);
    expect(found).toEqual([
      ['a', '"}]\\"{"'],
      ['bc', '[1 , {"x":"\\\\"} ]'],
      ['d', '-1.50e3'],
    ]);
  });

  it('of a broken text ends, and its parse fails: nothing is taken for whole that is not', () => {
    for (const text of ['{"a":[1,2', '{"a":"b', '{"a":', '{"a"', '{"a" "b"}', '[1,,2]', '[,]', '{,}', '[}']) {
      expect(() => {
        const slices = text.startsWith('[') ? [...items(text, 0)] : [...members(text, 0)];
        for (const { start, end } of slices) parseJson(text.slice(start, end));
        parseJson(text);
      }).toThrow(/./);
    }
  });
});
