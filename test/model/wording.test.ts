import { describe, expect, it } from 'vitest';
import { isObject, parseJson } from '../../src/json/index.ts';
import { humanNameText, preferredName } from '../../src/model/human-name.ts';
import { Element, isSamePerson } from '../../src/model/index.ts';
import { isBefore, onsetOf, timesOf } from '../../src/model/period.ts';

function element(text: string): Element {
  const value = parseJson(text);
  if (!isObject(value)) throw new Error('no object');
  return new Element(value, () => undefined);
}

describe('a date', () => {
  it.each([
    ['2013', '2014', true],
    ['2014', '2013', false],
    ['2014', '2014', undefined],
    ['2014', '2014-03', undefined],
    ['2014-02', '2014-03-01', true],
    ['2014-03', '2014-03-01', undefined],
    ['2014-03-01', '2014-03-01', false],
    ['2014-03-01T10:00:00Z', '2014-03-01T11:00:00Z', false],
    ['2014-02-28', '2014-03-01T00:00:00+14:00', true],
    ['2013-12-31T23:00:00-10:00', '2014', true],
  ])('%s is before %s: %s', (a, b, expected) => {
    expect(isBefore(a, b)).toBe(expected);
  });

  it.each([
    ['{"xDateTime":"2014-03"}', { date: '2014-03' }],
    ['{"xInstant":"2014-03-01T00:00:00Z"}', { date: '2014-03-01T00:00:00Z' }],
    ['{"xPeriod":{"start":"2014"}}', { start: '2014' }],
    ['{"xTiming":{"event":["2014","2016"]}}', { start: '2014', end: '2016' }],
    ['{"xTiming":{"event":["2014"]}}', { date: '2014' }],
    ['{"xTiming":{"code":{"text":"daily"}}}', {}],
    ['{"xAge":{"value":12,"unit":"a"}}', { text: '12 a' }],
    ['{"xRange":{"low":{"value":30},"high":{"value":40}}}', { text: '30–40' }],
    ['{"xString":"in spring"}', { text: 'in spring' }],
    ['{"xBoolean":true}', { text: 'yes, date not stated' }],
    ['{"xBoolean":false}', {}],
    ['{}', {}],
  ])('stated as %s is %j', (text, expected) => {
    expect(timesOf(element(text), 'x')).toEqual(expected);
  });

  it.each([
    ['{"onsetDateTime":"2014"}', { start: '2014' }],
    ['{"onsetPeriod":{"start":"2014"}}', { start: '2014' }],
    ['{"onsetPeriod":{"start":"2014","end":"2016"}}', { start: '2014', text: 'between 2014 and 2016' }],
    ['{"onsetPeriod":{"end":"2016"}}', { text: 'between a time not stated and 2016' }],
    ['{"onsetString":"as a child"}', { text: 'as a child' }],
  ])('of onset stated as %s is %j', (text, expected) => {
    expect(onsetOf(element(text))).toEqual(expected);
  });
});

describe('a name', () => {
  it.each([
    ['{"text":"Dr. Jane Doe","family":"Doe"}', 'Dr. Jane Doe'],
    ['{"prefix":["Dr."],"given":["Jane","M."],"family":"Doe","suffix":["Jr."]}', 'Dr. Jane M. Doe Jr.'],
    ['{"family":"Doe"}', 'Doe'],
    ['{"given":["Jane"]}', 'Jane'],
    ['{}', undefined],
  ])('%s reads %s', (text, expected) => {
    expect(humanNameText(element(text))).toBe(expected);
  });

  it.each([
    ['official before usual', ['usual', 'official'], 1],
    ['usual before any other', ['nickname', 'usual'], 1],
    ['the first that is not old', ['old', 'nickname'], 1],
    ['an old one where there is no other', ['old'], 0],
  ])('is chosen: %s', (_, uses, chosen) => {
    const names = uses.map((use) => element(`{"use":"${use}"}`));
    expect(preferredName(names)).toBe(names[chosen]);
  });

  it.each([
    ['O’Neill', 'ONEILL', false],
    ['Núñez', 'NUNEZ', true],
    ['Smith-Jones', 'smith jones', true],
    ['Doe', 'Dow', false],
  ])('of a family, %s and %s, written in two ways is one: %s', (one, other, same) => {
    expect(isSamePerson({ family: one, birthDate: '1980' }, { family: other, birthDate: '1980' })).toBe(same);
  });
});
