import { array, assert, asyncProperty, constantFrom, integer, object, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePieces, JsonSyntaxError, streamItems } from '../../src/json/index.ts';

/** The items of `entry`, and the text around them; the text comes in pieces of `size` characters. */
async function cut(text: string, size = 1): Promise<{ items: string[]; rest: string }> {
  const items: string[] = [];
  const found = streamItems(pieces(text, size), 'entry');
  for (;;) {
    const next = await found.next();
    if (next.done === true) return { items, rest: next.value };
    items.push(next.value);
  }
}

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function* oneByOne(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1) yield bytes.subarray(at, at + 1);
}

describe('items cut out of a stream', () => {
  it('are the same wherever the pieces end, with brackets, quotes and the array’s own name inside strings', async () => {
    const entry = object({ key: constantFrom('entry', 'a"b', '[{'), maxDepth: 2 });
    await assert(
      asyncProperty(
        array(entry, { maxLength: 4 }),
        string(),
        integer({ min: 1, max: 40 }),
        constantFrom(0, 2),
        async (entries, other, size, indent) => {
          const whole = { a: { entry: [{ no: 1 }] }, other, b: 'entry', entry: entries, z: [1, 'entry'] };
          const { items, rest } = await cut(JSON.stringify(whole, null, indent), size);
          expect(items.map((item) => JSON.parse(item))).toEqual(JSON.parse(JSON.stringify(entries)));
          expect(JSON.parse(rest)).toEqual(JSON.parse(JSON.stringify({ ...whole, entry: [] })));
        },
      ),
    );
  });

  it('are none where there is no such array', async () => {
    expect(await cut('{"entry": 5, "x": [{}]}')).toEqual({ items: [], rest: '{"entry": 5, "x": [{}]}' });
  });

  it.each([
    '{"entry":[{"a":1}',
    '{"entry":[{"a":1}]',
    '{"entry":[{"a":"1}]}',
    '{"entry":[{"a":1} {"a":1}]}',
    '{"entry":[{},]}',
    '{"entry":[1]}',
  ])('are refused where the text is cut off or broken: %s', async (text) => {
    await expect(cut(text)).rejects.toBeInstanceOf(JsonSyntaxError);
  });

  it('leave to the rest what is broken outside the array', async () => {
    const { rest } = await cut('{"entry":[{}]}}');
    expect(() => JSON.parse(rest)).toThrow(SyntaxError);
  });
});

it('letters of several bytes are read though a piece ends within them, and damaged ones are refused', async () => {
  const bytes = Buffer.from('\uFEFF{"a":"Zürich 醫院 🏥"}');
  let text = '';
  for await (const piece of decodePieces(oneByOne(bytes))) text += piece;
  expect(text).toBe('{"a":"Zürich 醫院 🏥"}');
  const broken = async (): Promise<void> => {
    for await (const _ of decodePieces(oneByOne(bytes.subarray(0, bytes.length - 4)))) continue;
  };
  await expect(broken()).rejects.toBeInstanceOf(TypeError);
});
