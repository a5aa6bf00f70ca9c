/** One line of a text. */
export interface Line {
  /** Its number from 1, as an editor shows it. */
  number: number;
  /** Without its end. */
  text: string;
}

/**
 * The lines of a text, whatever ends them: LF, CR LF, CR alone, or the CR CR LF that Medicare writes. Numbers count LFs, of
 * a text without any its CRs. A copy made by a program that took every CR for a line end has an empty line after each
 * line: those are left out.
 */
export function linesOf(text: string): Line[] {
  const countsEvery = !text.includes('\n');
  const lines: Line[] = [];
  let number = 1;
  for (const [whole, line = '', end = ''] of text.matchAll(/([^\r\n]*)(\r\r\n|\r\n|\n|\r|$)/g)) {
    if (whole === '') break;
    lines.push({ number, text: line });
    if (countsEvery || end.includes('\n')) number += 1;
  }
  return isDoubled(lines) ? withoutEvery(lines) : lines;
}

/** True where nearly every line of content is followed by an empty one. */
function isDoubled(lines: readonly Line[]): boolean {
  const content = lines.flatMap(({ text }, index) => (isBlank(text) ? [] : [index]));
  const apart = content.filter((index) => isBlank(lines[index + 1]?.text ?? ''));
  return content.length > 10 && apart.length >= content.length * 0.98;
}

/** The lines without the empty one after each. */
function withoutEvery(lines: readonly Line[]): Line[] {
  const kept: Line[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index];
    if (line) kept.push(line);
    if (isBlank(lines[index + 1]?.text ?? '')) index += 1;
  }
  return kept;
}

export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** True for a line of nothing but dashes, equals signs, underscores or dots, with or without gaps: it divides. */
export function isRule(text: string): boolean {
  return /^\s*([-=_.•]\s?){5,}\s*$/.test(text);
}

/** A line with its tabs as the blanks they stand for: columns count. */
export function untabbed(text: string): string {
  if (!text.includes('\t')) return text;
  let out = '';
  for (const char of text) out += char === '\t' ? ' '.repeat(8 - (out.length % 8)) : char;
  return out;
}
