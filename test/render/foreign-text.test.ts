import { describe, expect, it } from 'vitest';
import { csvOf, recordOfResources, rendered } from '../facts/reading.ts';

const named = (text: string): object => ({ resourceType: 'Condition', code: { text } });
const hostile = [
  '\u001B[2J\u001B]52;c;ZXZpbA==\u0007',
  '\u202Egnisrever',
  'a\nb\r\nc',
  'a | b || c',
  '`code` *bold* _under_ ~~gone~~ # head',
  '<script>alert(1)</script>',
  '<javascript:alert(1)>',
  '[here](javascript:alert(1))',
  '![x](https://evil.example/x.png)',
  '[ref]: https://evil.example',
  '&lt;script&gt; &amp; &#60;',
  String.raw`back\slash \| \``,
  '$x^2$',
  '\uD800 lone',
];

/** Cells of a Markdown table line, split as GitHub-flavoured Markdown does: at pipes that no backslash escapes. */
function cells(line: string): string[] {
  return line
    .split(/(?<=(?<!\\)(?:\\\\)*)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** What Markdown shows of escaped text: backslash escapes, entities and breaks taken away. */
function shown(cell: string): string {
  return cell
    .replaceAll('<br>', '\n')
    .replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
}

describe('foreign text in Markdown', () => {
  it.each(hostile)('%j stays in its cell and is text, no markup', async (text) => {
    const built = await recordOfResources([named(text), named('Plain')]);
    const table = rendered('markdown', built)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    // Heading, rule and two rows, each with the same number of cells.
    expect(table).toHaveLength(4);
    expect(new Set(table.map((line) => cells(line).length)).size).toBe(1);
    const cell = cells(table[2] ?? '')[0] ?? '';
    expect(cell.replaceAll('<br>', '')).not.toMatch(/<|(?<!\\)(?:\\\\)*[`*_[\]|~#$]/);
    expect(cell).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  });

  it.each(hostile.filter((text) => /^[\u0020-\u007E\n\r]*$/.test(text)))(
    '%j reads as it was',
    async (text) => {
      const lines = rendered('markdown', await recordOfResources([named(text)])).split('\n');
      const cell = cells(lines.filter((line) => line.startsWith('|'))[2] ?? '')[0] ?? '';
      expect(shown(cell)).toBe(text.replaceAll('\r\n', '\n'));
    },
  );

  it('in the heading and the sources line is escaped too', async () => {
    const built = await recordOfResources([
      { resourceType: 'Patient', name: [{ text: '<b>Jane</b> [x](y)\n# Doe' }] },
    ]);
    const heading = rendered('markdown', built).split('\n')[0];
    expect(heading).toContain(String.raw`&lt;b>Jane&lt;/b> \[x\](y)<br>\# Doe`);
  });
});

describe('foreign text on a terminal', () => {
  it.each(hostile)('%j prints no control, bidirectional or hidden character', async (text) => {
    const built = await recordOfResources([
      named(text),
      { resourceType: 'Patient', name: [{ text }], birthDate: text },
      { resourceType: 'Observation', code: { text }, valueString: text, status: text },
      { resourceType: text, id: text },
    ]);
    expect(rendered('text', built).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  });
});

describe('foreign text in CSV', () => {
  it.each([
    '=1+1',
    '+1+1',
    '-1+1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '=HYPERLINK("https://evil.example","x")',
    '-',
    "-cmd|' /C calc'!A0",
    '+1 555 0100',
  ])('%j is no formula', async (text) => {
    const built = await recordOfResources([{ resourceType: 'Observation', valueString: text }]);
    expect(csvOf(built, 'results')[0]?.['value']).toBe(`'${text}`);
  });

  it.each(['-1.5', '+2', '-1e3', '-0', 'a=b', "it's", 'a,b', 'a"b', 'a\nb', 'a\r\nb', ' =1', 'Zoë 家族 🩺'])(
    '%j comes back as it was',
    async (text) => {
      const built = await recordOfResources([{ resourceType: 'Observation', valueString: text }]);
      expect(csvOf(built, 'results')[0]?.['value']).toBe(text);
    },
  );
});
