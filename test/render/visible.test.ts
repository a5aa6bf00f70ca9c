import { describe, expect, it } from 'vitest';
import { visible, visibleLines } from '../../src/render/index.ts';

describe('text that drives a terminal or hides what is there', () => {
  it.each([
    ['ANSI colour', '\u001B[31mred\u001B[0m', String.raw`\x1B[31mred\x1B[0m`],
    ['ANSI in one character (C1)', '\u009B31m', String.raw`\x9B31m`],
    [
      'an OSC 8 link',
      '\u001B]8;;https://evil.example\u0007here\u001B]8;;\u0007',
      String.raw`\x1B]8;;https://evil.example\x07here\x1B]8;;\x07`,
    ],
    ['an OSC 52 clipboard write', '\u001B]52;c;ZXZpbA==\u001B\\', '\\x1B]52;c;ZXZpbA==\\x1B\\'],
    ['a carriage return over the line', 'safe\rEVIL', String.raw`safe\x0DEVIL`],
    ['a backspace', 'a\bb', String.raw`a\x08b`],
    ['NUL and DEL', '\u0000\u007F', String.raw`\x00\x7F`],
    ['a right-to-left override', 'gp\u202Efdp', String.raw`gp\u{202E}fdp`],
    ['bidirectional isolates', '\u2066a\u2069', String.raw`\u{2066}a\u{2069}`],
    ['a right-to-left mark', 'a\u200Fb', String.raw`a\u{200F}b`],
    ['an Arabic letter mark', 'a\u061Cb', String.raw`a\u{61C}b`],
    ['a zero-width space', 'Peni\u200Bcillin', String.raw`Peni\u{200B}cillin`],
    ['a zero-width joiner in Latin', 'Peni\u200Dcillin', String.raw`Peni\u{200D}cillin`],
    ['a joiner at either end', '\u200Dक\u200D', String.raw`\u{200D}क\u{200D}`],
    ['a byte order mark inside', 'a\uFEFFb', String.raw`a\u{FEFF}b`],
    ['a soft hyphen', 'peni\u00ADcillin', String.raw`peni\xADcillin`],
    ['a word joiner', 'a\u2060b', String.raw`a\u{2060}b`],
    ['tag characters', 'a\u{E0041}', String.raw`a\u{E0041}`],
    ['line and paragraph separators', 'a\u2028b\u2029', String.raw`a\u{2028}b\u{2029}`],
    ['a Hangul filler', 'a\u3164b', String.raw`a\u{3164}b`],
    ['a lone high surrogate', 'a\uD83Db', String.raw`a\u{D83D}b`],
    ['a lone low surrogate', 'a\uDC00', String.raw`a\u{DC00}`],
  ])('is shown escaped: %s', (_, text, expected) => {
    expect(visible(text)).toBe(expected);
  });

  it('of the first 256 characters is every control and the soft hyphen, and nothing else', () => {
    for (let code = 0; code < 256; code += 1) {
      const text = String.fromCodePoint(code);
      const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0xad;
      expect(visible(text) === text).toBe(!isControl);
    }
  });
});

describe('text that is what it looks like', () => {
  it.each([
    ['Devanagari with a joiner', 'क्‍ष'],
    ['Devanagari with a non-joiner', 'क्‌ष'],
    ['Persian with a non-joiner', 'می‌خواهم'],
    ['Malayalam with a joiner', 'ന്‍റെ'],
    ['Kannada with a joiner', 'ರ‍್ಕ'],
    ['Arabic with a mark before a non-joiner', 'مَ‌ا'],
    ['a family of four', '👨‍👩‍👧‍👦'],
    ['a health worker with a skin tone', '👩🏽‍⚕️'],
    ['a heart on fire', '❤️‍🔥'],
    ['accents in both forms', 'Zoë Zoe\u0308'],
    ['Chinese, Hebrew, Thai', '家族 שלום สวัสดี'],
    ['signs of medicine', '≥ 5 µg/mL ± 2 °C →'],
  ])('stays: %s', (_, text) => {
    expect(visible(text)).toBe(text);
  });

  it('of several lines stays on several lines, each of them safe', () => {
    expect(visibleLines('a\r\nb\nc\rd\te\u001B')).toEqual(['a', 'b', 'c', String.raw`d  e\x1B`]);
  });
});
