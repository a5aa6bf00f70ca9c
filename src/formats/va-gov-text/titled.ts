import { readRecords, type Grammar } from '../text/grammar.ts';
import { isBlank, type Line } from '../text/lines.ts';
import { TextRecord } from '../text/record.ts';

/** What stands under one title: the title above a rule of dashes, and the lines up to the next one. */
export interface Titled {
  /** Undefined where the report leaves the title empty, as it does for some vital signs. */
  title: string | undefined;
  /** The lines of title and rule. */
  heading: Line[];
  lines: Line[];
}

/**
 * Cuts a section at the titles of its records. Notes have rules of dashes of their own: below that of a record stands what
 * `begins` knows.
 */
export function titledRecords(lines: readonly Line[], begins: RegExp): { before: Line[]; records: Titled[] } {
  const before: Line[] = [];
  const records: Titled[] = [];
  for (const [index, line] of lines.entries()) {
    const last = records.at(-1);
    if (isTitleRule(lines, index, begins)) {
      const into = last?.lines ?? before;
      const above = into.at(-1);
      const title = above === undefined || isBlank(above.text) ? undefined : into.pop();
      records.push({
        title: title?.text.trim(),
        heading: [...(title ? [title] : []), line],
        lines: [],
      });
    } else (last?.lines ?? before).push(line);
  }
  return { before, records };
}

function isTitleRule(lines: readonly Line[], index: number, begins: RegExp): boolean {
  if (!/^-{40,}\s*$/.test(lines[index]?.text ?? '')) return false;
  const next = lines.slice(index + 1).find(({ text }) => !isBlank(text));
  return next !== undefined && begins.test(next.text.trim());
}

/** The keys and values among lines that are one record, and the lines that are neither. */
export function oneRecord(
  lines: readonly Line[],
  grammar: Omit<Grammar, 'start'>,
): { record: TextRecord; loose: Line[] } {
  const { head, loose } = readRecords(lines, { start: [], ...grammar });
  return { record: head, loose };
}

/** Lines as they are, without the blank ones and rules around them. */
export function textOf(lines: readonly Line[]): string {
  const first = lines.findIndex((line) => !isEdge(line));
  const last = lines.findLastIndex((line) => !isEdge(line));
  return lines
    .slice(Math.max(first, 0), last + 1)
    .map(({ text }) => text.trimEnd())
    .join('\n');
}

function isEdge({ text }: Line): boolean {
  return isBlank(text) || /^_{20,}\s*$/.test(text);
}
