import type { ByteSource } from '../byte-source.ts';
import { decodeText } from '../text-encoding.ts';
import { wholeText } from '../whole-text.ts';
import { linesOf, type Line } from './lines.ts';
import type { ReportSection, TextReport } from './report.ts';
import type { SectionReader } from './section-reader.ts';

/** A report's text before it is cut into sections. */
export interface OpenedReport {
  lines: Line[];
  /** True when the text ends with the end of a line. */
  endsWhole: boolean;
  /** What the bytes were read as, where they are not UTF-8. */
  misdeclared?: string;
}

/**
 * The lines of a text report.
 *
 * @throws BlueButtonError `not-a-health-record` when its bytes are no text.
 */
export async function openReport(document: ByteSource): Promise<OpenedReport> {
  const why = 'Its bytes are in no encoding that text is written in.';
  const { text, ...encoding } = await wholeText(document, decodeText, why);
  return { lines: linesOf(text), endsWhole: /[\r\n]\s*$/.test(text), ...encoding };
}

/** The reader of a section, by its title without regard to capitals. */
export function readerOf(title: string, readers: readonly SectionReader[]): SectionReader | undefined {
  return readers.find(({ titles }) => titles.includes(title.toUpperCase()));
}

/** A section of a kind nobody knows: its words stay, and a finding says so. */
export function keepUnknown(section: ReportSection, report: TextReport): void {
  report.begin(section);
  const message = 'a section of a kind this tool does not know is kept in its own words';
  report.find('warning', 'unknown-section', message, section.heading);
  report.layout(section.lines);
}

/** What can be wrong with a report of any kind: no section, one that stands twice, another encoding. */
export function findFaults(
  report: TextReport,
  sections: readonly ReportSection[],
  { lines, misdeclared }: OpenedReport,
): void {
  if (sections.length === 0) {
    const message = 'no section of the report could be told from another: nothing of it was read';
    report.find('lost', 'no-section', message, lines);
  }
  const titles = sections.map(({ title }) => title.toUpperCase());
  const twice = sections.find(({ title }, index) => titles.indexOf(title.toUpperCase()) < index);
  if (twice) {
    const message = 'a section stands in the report more than once; each was read';
    report.find('warning', 'section-twice', message, twice.heading);
  }
  if (misdeclared !== undefined)
    report.find('warning', 'wrong-encoding', `the text is not UTF-8; it was read as ${misdeclared}`);
}
