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
  return isDoubled(lines) ? lines.filter((_, index) => index % 2 === 0) : lines;
}

function isDoubled(lines: readonly Line[]): boolean {
  return lines.length > 20 && lines.every(({ text }, index) => index % 2 === 0 || isBlank(text));
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
