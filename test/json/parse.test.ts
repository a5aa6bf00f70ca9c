import { describe, expect, it } from 'vitest';
import {
  Decimal,
  decodeJson,
  isObject,
  JsonSyntaxError,
  maxDepth,
  parseJson,
  writeJson,
} from '../../src/json/index.ts';

const nested = (depth: number, open: string, close: string, inside: string): string =>
  open.repeat(depth) + inside + close.repeat(depth);

function errorOf(text: string): JsonSyntaxError {
  try {
    parseJson(text);
  } catch (thrown) {
    if (thrown instanceof JsonSyntaxError) return thrown;
  }
  throw new Error('it was read');
}

describe('numbers', () => {
  it.each(['5.0', '1.10', '1e3', '1E3', '-0', '-0.0', '1e400', '0.10e-5', '12345678901234567890'])(
    '%s, which JavaScript prints otherwise, becomes a Decimal and is written as it was',
    (token) => {
      const value = parseJson(`[${token}]`);
      expect(value).toEqual([new Decimal(token)]);
      expect(writeJson(value)).toBe(`[${token}]`);
    },
  );

  it.each(['0', '7', '-7', '5.1', '1e+21', '9007199254740991'])('%s stays a number', (token) => {
    expect(parseJson(token)).toBe(Number(token));
    expect(writeJson(parseJson(token))).toBe(token);
  });

  it.each(['01', '+1', '.5', '5.', '1e', '-', 'NaN', 'Infinity', '0x10', '1_000'])(
    '%s is no number',
    (token) => {
      expect(() => parseJson(`[${token}]`)).toThrow(JsonSyntaxError);
      expect(() => parseJson(`[5.0,${token}]`)).toThrow(JsonSyntaxError);
    },
  );

  it('inside strings are text', () => {
    expect(parseJson('["5.0", "a\\"5.0", 5.0]')).toEqual(['5.0', 'a"5.0', new Decimal('5.0')]);
  });
});

describe('members', () => {
  it('that occur twice: the last counts, and the key is told only when the values differ', () => {
    const told: string[] = [];
    const text = '{"a":1,"a":2,"b":[1],"b":[1],"c":{"d":5.0,"d":5.00}}';
    expect(parseJson(text, (key) => told.push(key))).toEqual({ a: 2, b: [1], c: { d: new Decimal('5.00') } });
    expect(told).toEqual(['a', 'd']);
  });

  it.each(['{"__proto__":{"status":"x"},"a":1}', '{"__proto__":{"status":"x"},"a":5.0}'])(
    'called __proto__ are members like any other: %s',
    (text) => {
      const value = parseJson(text);
      if (!isObject(value)) throw new Error('no object');
      expect(value['status']).toBeUndefined();
      expect(Object.keys(value)).toEqual(['__proto__', 'a']);
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(writeJson(value)).toBe(text);
    },
  );

  it('that are undefined are left out when written', () => {
    expect(writeJson({ a: undefined, b: [new Decimal('5.0')] }, 1)).toBe('{\n "b": [\n  5.0\n ]\n}');
    expect(() => writeJson(undefined)).toThrow(TypeError);
  });
});

describe('nesting', () => {
  it.each([
    ['{"a":', '}'],
    ['[', ']'],
    ['[{"a":', '}]'],
  ])('of %s as deep as the limit is read, deeper is refused', (open, close) => {
    const step = open.match(/[{[]/g)?.length ?? 0;
    expect(() => parseJson(nested(maxDepth / step, open, close, '1'))).not.toThrow();
    expect(() => parseJson(nested(maxDepth / step, open, close, '[1]'))).toThrow(/nested deeper than 200/);
  });

  it('of a million brackets is refused, not a crash', () => {
    expect(() => parseJson('['.repeat(1_000_000))).toThrow(JsonSyntaxError);
  });

  it('of brackets inside strings does not count', () => {
    expect(parseJson(`"${'[{'.repeat(1000)}"`)).toHaveLength(2000);
  });
});

describe('a text that is not JSON', () => {
  it.each([
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['[1 2]', 3],
    ['{"a":1} trailing', 8],
    ['{"a":tru}', 5],
  ])('is refused with the place of the fault: %s', (text, offset) => {
    expect(errorOf(text).offset).toBe(offset);
  });

  it.each(['', ' ', '{', '{"a"', '{"a":', '{"a":"b', '[1,', '"abc'])(
    'that ends too early says so: %j',
    (text) => {
      expect(errorOf(text)).toMatchObject({ message: 'the text ends too early', offset: text.length });
    },
  );

  it.each(["{'a':1}", '{"a":1}//x', '{"a":/*x*/1}', '{a:1}', '{"a":1;}', '{"a":"\u0001"}', '["\\x"]'])(
    'is refused: %j',
    (text) => {
      expect(() => parseJson(text)).toThrow(JsonSyntaxError);
    },
  );

  it('is never quoted in the message', () => {
    for (const text of [
      '{"name":"Zyxwvut" oops}',
      '{"name":Zyxwvut}',
      'Zyxwvut',
      '["Zyxwvut',
      '{"Zyxwvut"}',
    ]) {
      const error = errorOf(text);
      expect(`${error.message} ${error.stack ?? ''} ${String(error.cause)}`).not.toMatch(/Zyx|oops/);
    }
  });
});

describe('bytes', () => {
  const text = '{"name":"Zoë 🩺"}';

  it('are UTF-8, with or without a byte order mark', () => {
    expect(decodeJson(Buffer.from(text))).toBe(text);
    expect(decodeJson(Buffer.from(`\uFEFF${text}`))).toBe(text);
  });

  it('are UTF-16 of either order where a mark says so', () => {
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
    expect(decodeJson(little)).toBe(text);
    expect(decodeJson(Buffer.from(little).swap16())).toBe(text);
  });

  it('that are not the text they announce are refused', () => {
    expect(() => decodeJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(TypeError);
    expect(() => decodeJson(Buffer.from(text).subarray(0, 12))).toThrow(TypeError);
  });
});
