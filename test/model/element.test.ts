import { describe, expect, it } from 'vitest';
import { isObject, parseJson } from '../../src/json/index.ts';
import { Element } from '../../src/model/index.ts';

function element(text: string): { element: Element; reported: string[] } {
  const value = parseJson(text);
  if (!isObject(value)) throw new Error('no object');
  const reported: string[] = [];
  return { element: new Element(value, (pointer) => reported.push(pointer)), reported };
}

describe('an Element', () => {
  it('gives what is there and reports nothing when every shape is right', () => {
    const { element: found, reported } = element(
      '{"s":"x","ss":["a","b"],"t":true,"n":1.10,"o":{"s":"in"},"l":[{"s":"0"},{"s":"1"}]}',
    );
    expect(found.string('s')).toBe('x');
    expect(found.strings('ss')).toEqual(['a', 'b']);
    expect(found.boolean('t')).toBe(true);
    expect(found.decimal('n')).toBe('1.10');
    expect(found.child('o')?.string('s')).toBe('in');
    expect(found.children('l').map((item) => [item.string('s'), item.pointer])).toEqual([
      ['0', '/l/0'],
      ['1', '/l/1'],
    ]);
    expect(reported).toEqual([]);
  });

  it('gives undefined or nothing for what is absent, without a report', () => {
    const { element: found, reported } = element('{"empty":""}');
    expect([found.string('a'), found.boolean('a'), found.decimal('a'), found.child('a')]).toEqual(
      Array(4).fill(undefined),
    );
    expect([found.strings('a'), found.children('a')]).toEqual([[], []]);
    expect([found.choice('a'), found.absentReason('a'), found.string('empty')]).toEqual(
      Array(3).fill(undefined),
    );
    expect(reported).toEqual([]);
  });

  it.each([
    ['a number for a string', '{"x":1.0}', (found: Element) => found.string('x'), '1.0'],
    ['a boolean for a string', '{"x":false}', (found: Element) => found.string('x'), 'false'],
    ['an object for a string', '{"x":{}}', (found: Element) => found.string('x'), undefined],
    ['null for a string', '{"x":null}', (found: Element) => found.string('x'), undefined],
    ['a lone string for a list', '{"x":"a"}', (found: Element) => found.strings('x'), ['a']],
    ['"true" for a boolean', '{"x":"true"}', (found: Element) => found.boolean('x'), true],
    ['1 for a boolean', '{"x":1}', (found: Element) => found.boolean('x'), undefined],
    ['a numeral for a number', '{"x":"5.0"}', (found: Element) => found.decimal('x'), '5.0'],
    ['a word for a number', '{"x":"five"}', (found: Element) => found.decimal('x'), undefined],
    ['a list for an object', '{"x":[{"y":"z"}]}', (found: Element) => found.child('x')?.string('y'), 'z'],
    ['a string for an object', '{"x":"y"}', (found: Element) => found.child('x'), undefined],
    ['an object for a list', '{"x":{"y":"z"}}', (found: Element) => found.children('x')[0]?.string('y'), 'z'],
  ])('understands what it can of %s, and reports the place', (_, text, get, expected) => {
    const { element: found, reported } = element(text);
    expect(get(found)).toEqual(expected);
    expect(reported).toEqual(['/x']);
  });

  it('keeps index alignment of repeating primitives with null: FHIR means "only an extension here"', () => {
    const { element: found, reported } = element('{"given":["A",null,"B"],"_given":[null,{"id":"x"},null]}');
    expect(found.strings('given')).toEqual(['A', 'B']);
    expect(reported).toEqual([]);
  });

  it('finds value[x] by its type, never a longer word that only begins alike', () => {
    const { element: found } = element('{"valueset":"x","_valueString":{},"valueQuantity":{},"onset":"x"}');
    expect(found.choice('value')).toEqual({ type: 'Quantity', name: 'valueQuantity' });
    expect(found.choice('onset')).toBeUndefined();
  });

  it('reads the reason why a primitive is absent', () => {
    const url = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';
    const { element: found } = element(
      `{"_birthDate":{"extension":[{"url":"x"},{"url":"${url}","valueCode":"masked"}]}}`,
    );
    expect(found.absentReason('birthDate')).toBe('masked');
  });

  it('says where it is, however deep', () => {
    const { element: found, reported } = element('{"a":[{"b":{"c":[{"d":1}]}}]}');
    found.children('a')[0]?.child('b')?.children('c')[0]?.string('d');
    expect(reported).toEqual(['/a/0/b/c/0/d']);
  });
});
