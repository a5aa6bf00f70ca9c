import { readRecords, type Grammar } from './grammar.ts';
import { isBlank, type Line } from './lines.ts';
import type { TextRecord } from './record.ts';
import type { ReportSection, TextReport } from './report.ts';
import { readTables, type TextTable } from './table.ts';

/** A kind of section: how it is written, and what becomes of its records. */
export interface SectionReader {
  /** Its titles in all versions, upper case. */
  titles: readonly string[];
  /** LOINC code of document sections of this kind. */
  loinc?: string;
  grammar: Grammar;
  /** True for what a person wrote about themselves, also where the report does not say so. */
  isSelfReported?: boolean;
  /** True where tables of fixed columns stand among its records. */
  hasTables?: boolean;
  read(parts: SectionParts, report: TextReport): void;
}

/** A section, cut up. */
export interface SectionParts {
  section: ReportSection;
  records: readonly TextRecord[];
  tables: readonly TextTable[];
}

/** A reader that makes something of each record. */
export function eachRecord(
  made: (record: TextRecord, report: TextReport, section: ReportSection) => void,
): SectionReader['read'] {
  return ({ records, section }, report) => {
    for (const record of records) made(record, report, section);
  };
}

const saysEmpty = /^(no information was available|none entered)/i;

/** Reads a section of a known kind: its records, and account of the lines around them. */
export function readSection(reader: SectionReader, section: ReportSection, report: TextReport): void {
  const { tables, headings, rest } =
    reader.hasTables === true
      ? readTables(section.lines, reader.grammar.prose)
      : { tables: [], headings: [], rest: section.lines };
  const { head, records, loose } = readRecords(rest, reader.grammar);
  section.loinc ??= reader.loinc;
  section.isSelfReported = isFromPerson(head.text('Source')) ?? reader.isSelfReported ?? false;
  report.begin(section);
  report.layout([...headings, ...head.lines]);
  reader.read({ section, records, tables }, report);
  const first = records[0]?.lines[0]?.number ?? Infinity;
  report.layout(wordsToEveryone(loose, first, reader.grammar.prose));
  const hasFacts = records.length > 0 || tables.some(({ rows }) => rows.length > 0);
  section.isEmpty = !hasFacts && isSilent(section, loose);
}

/** Whether a section's source is the person; undefined when the report does not say. */
function isFromPerson(source: string | undefined): boolean | undefined {
  return source === undefined ? undefined : /^self[- ]?(entered|reported)/i.test(source);
}

/** A section that says that there is nothing, or has not a word. */
function isSilent({ lines }: ReportSection, loose: readonly Line[]): boolean {
  return (
    loose.some(({ text }) => saysEmpty.test(text.trim())) ||
    lines.every(({ text }) => isBlank(text) || /^\s*Source:/.test(text))
  );
}

/** The paragraphs before the first record, and those after it that the report says to everyone. */
function wordsToEveryone(loose: readonly Line[], first: number, prose: RegExp | undefined): Line[] {
  const found: Line[] = [];
  let before = -1;
  let isProse = false;
  for (const line of loose) {
    // Lines that follow one another are one paragraph.
    if (line.number > before + 1) isProse = prose?.test(line.text.trim()) === true;
    const isHead = line.number < first && !/^\s*[A-Za-z][^:]{1,40}:\s+\S/.test(line.text);
    if (isProse || isHead || saysEmpty.test(line.text.trim())) found.push(line);
    before = line.number;
  }
  return found;
}
