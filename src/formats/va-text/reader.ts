import type { Reading } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DocumentIdentity } from '../format.ts';
import { decodeText } from '../text-encoding.ts';
import { isBlank, linesOf, type Line } from '../text/lines.ts';
import { TextReport, type ReportSection } from '../text/report.ts';
import { readSection, type SectionReader } from '../text/section-reader.ts';
import { readTextDate } from '../text/text-date.ts';
import { severalPeople } from '../text/several-people.ts';
import { wholeText } from '../whole-text.ts';
import { PersonDraft } from './person.ts';
import { sectionReaders } from './sections.ts';

/** The versions of which real or sample reports were seen. */
const seen = ['12', '12.2', '12.2.1', '12.3', '12.4', '12.5', '12.5.1', '12.6', '12.10'];

/** Titles of the report itself and of what was asked for: they are no sections of a record. */
const frameTitle = /^(MY HEALTHEVET PERSONAL INFORMATION REPORT|DOWNLOAD REQUEST SUMMARY)$/i;

/**
 * Reads a report of VA's My HealtheVet (Blue Button text, v12 to v12.10): the person, the report, then every record of every
 * section.
 *
 * @throws BlueButtonError `not-a-health-record` when its bytes are no text.
 */
export async function* readVaText(document: ByteSource, identity: DocumentIdentity): AsyncGenerator<Reading> {
  const decoded = await wholeText(
    document,
    decodeText,
    'Its bytes are in no encoding that text is written in.',
  );
  const lines = linesOf(decoded.text);
  const report = new TextReport(identity, {
    name: 'VA My HealtheVet Blue Button report',
    producer: 'Department of Veterans Affairs, My HealtheVet',
  });
  const person = new PersonDraft();
  const readers = sectionReaders(person);
  const { preface, sections, isWhole } = cut(lines, readers);
  const banner = readBanner(preface, person);
  if (peopleIn(lines) > 1) throw severalPeople(document.name);
  report.asOf = banner.date === undefined ? undefined : readTextDate(banner.date);
  if (sections.length === 0)
    report.find('lost', 'no-section', 'the report has no section: nothing of it was read', lines.slice(-1));
  for (const section of sections) {
    const reader = readerOf(section.title, readers);
    if (reader) readSection(reader, section, report);
    else {
      report.begin(section);
      report.find(
        'warning',
        'unknown-section',
        'a section of a kind this tool does not know is kept in its own words',
        section.heading,
      );
      report.layout(section.lines);
    }
  }
  person.emit(report);
  const titles = sections.map(({ title }) => title.toUpperCase());
  const twice = sections.find(({ title }, index) => titles.indexOf(title.toUpperCase()) < index);
  if (twice)
    report.find(
      'note',
      'section-twice',
      'a section stands in the report more than once; each was read',
      twice.heading,
    );
  if (decoded.misdeclared !== undefined)
    report.find('warning', 'wrong-encoding', `the text is not UTF-8; it was read as ${decoded.misdeclared}`);
  if (!isWhole)
    report.find('warning', 'cut-short', 'the report has no end: what came after its last line is missing');
  if (banner.version !== undefined && !seen.includes(banner.version))
    report.find(
      'note',
      'unknown-version',
      'this version of the report was never seen; it was read like the ones before it',
    );
  yield { format: `VA Blue Button text${banner.version === undefined ? '' : ` v${banner.version}`}` };
  yield* report.readings(lines);
}

/** How many people the lines below the banners name: two reports may stand in one file. */
function peopleIn(lines: readonly Line[]): number {
  const named = lines.flatMap(({ text }) => bannerName.exec(text)?.slice(1, 3).join(' ') ?? []);
  return new Set(named).size;
}

const bannerName = /^\s*Name:\s*(\S.*?)\s{2,}Date of Birth:\s*(\S.*?)\s*$/;

function readBanner(preface: readonly Line[], person: PersonDraft): { version?: string; date?: string } {
  let version: string | undefined;
  let date: string | undefined;
  for (const line of preface) {
    const { text } = line;
    version ??= /produced by the (?:va )?blue button \(v([\d.]+)\)/i.exec(text)?.[1];
    const day = text.trim();
    if (/^\d{1,2} [A-Za-z]{3} \d{4}( @ \d{4})?$/.test(day)) date ??= day;
    const [, name, birth] = bannerName.exec(text) ?? [];
    if (name !== undefined) person.banner(name, birth, [line]);
  }
  return { ...(version !== undefined && { version }), ...(date !== undefined && { date }) };
}

function readerOf(title: string, readers: readonly SectionReader[]): SectionReader | undefined {
  return readers.find(({ titles }) => titles.includes(title.toUpperCase()));
}

/**
 * Cuts a report at its titles. A title stands between dashes and is followed by `Source:`; a known title needs that only
 * inside sections whose records are texts, for a text may quote a title.
 */
function cut(
  lines: readonly Line[],
  readers: readonly SectionReader[],
): { preface: Line[]; sections: ReportSection[]; isWhole: boolean } {
  const preface: Line[] = [];
  const sections: (ReportSection & { lines: Line[] })[] = [];
  let isText = false;
  for (const [index, line] of lines.entries()) {
    const title = titleIn(line.text);
    if (title !== undefined && /^END OF MY HEALTHEVET/i.test(title)) {
      preface.push(...lines.slice(index));
      return { preface, sections, isWhole: true };
    }
    const reader = title === undefined ? undefined : readerOf(title, readers);
    const begins =
      title !== undefined &&
      !frameTitle.test(title) &&
      ((reader !== undefined && !isText) || hasSource(lines, index));
    if (begins) {
      isText = reader?.grammar.body === true;
      sections.push({
        title,
        heading: [line],
        lines: [],
        loinc: reader?.loinc,
        isSelfReported: false,
        entries: [],
      });
    } else {
      const section = sections.at(-1);
      if (section) section.lines.push(line);
      else preface.push(line);
    }
  }
  return { preface, sections, isWhole: false };
}

/** The title that stands between dashes on a line; v12.2 has one that touches them. */
function titleIn(text: string): string | undefined {
  return /^\s*-{3,}\s?([A-Za-z][^:]*(?:: [A-Z ]+)?[A-Za-z)])\s?-{3,}\s*$/.exec(text)?.[1]?.trim();
}

function hasSource(lines: readonly Line[], index: number): boolean {
  const next = lines.slice(index + 1, index + 8).find(({ text }) => !isBlank(text));
  return /^\s*Source:/.test(next?.text ?? '');
}
