import type { Reading } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DocumentIdentity } from '../format.ts';
import { isBlank, isRule, type Line } from '../text/lines.ts';
import { findFaults, keepUnknown, openReport, readerOf } from '../text/opened-report.ts';
import { sectionTitled, TextReport, type ReportSection } from '../text/report.ts';
import { readSection, type SectionReader } from '../text/section-reader.ts';
import { readTextDate } from '../text/text-date.ts';
import { severalPeople } from '../text/several-people.ts';
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
  const opened = await openReport(document);
  const { lines } = opened;
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
  for (const section of sections) {
    const reader = readerOf(section.title, readers);
    if (reader) readSection(reader, section, report);
    else keepUnknown(section, report);
  }
  person.emit(report);
  findFaults(report, sections, opened);
  const rest = preface.slice(
    preface.findLastIndex(({ text }) => /^END OF MY HEALTHEVET/i.test(titleIn(text) ?? '')) + 1,
  );
  if (isWhole && rest.some(({ text }) => !isBlank(text) && !isRule(text)))
    report.find(
      'warning',
      'unread-lines',
      'lines stand after the end of the report, and were not read',
      rest.filter(({ text }) => !isBlank(text)),
    );
  if (!isWhole)
    report.find('warning', 'cut-short', 'the report has no end: what came after its last line is missing');
  if (banner.version !== undefined && !seen.includes(banner.version))
    report.find(
      'note',
      'unknown-version',
      'this version of the report was never seen; it was read like the ones before it',
    );
  yield { producer: 'VA My HealtheVet' };
  yield { format: `VA Blue Button text${banner.version === undefined ? '' : ` v${banner.version}`}` };
  yield* report.readings(lines);
}

/** How many people the lines below the banners name: two reports may stand in one file. */
function peopleIn(lines: readonly Line[]): number {
  const named = lines.flatMap(({ text }) => bannerName.exec(text)?.slice(1, 3).join(' ') ?? []);
  return new Set(named).size;
}

const bannerName = /^\s*Name:\s*(\S.*?)\s+Date of Birth:\s*(\S.*?)\s*$/;

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

/**
 * Cuts a report at its titles. A text of a person or doctor may quote a title, a source and the end: inside sections of texts
 * only a title of full width with one of VA's sources below it counts, and only the last end is one.
 */
function cut(
  lines: readonly Line[],
  readers: readonly SectionReader[],
): { preface: Line[]; sections: ReportSection[]; isWhole: boolean } {
  const preface: Line[] = [];
  const sections: ReturnType<typeof sectionTitled>[] = [];
  const end = lines.findLastIndex(({ text }) => /^END OF MY HEALTHEVET/i.test(titleIn(text) ?? ''));
  let isText = false;
  for (const [index, line] of lines.slice(0, end < 0 ? lines.length : end).entries()) {
    const title = titleIn(line.text);
    const reader = title === undefined ? undefined : readerOf(title, readers);
    const isWide = line.text.trim().length >= 60;
    const begins =
      title !== undefined &&
      !frameTitle.test(title) &&
      (isText
        ? isWide && hasSource(lines, index)
        : reader !== undefined || isWide || hasSource(lines, index));
    if (begins) {
      isText = reader?.grammar.body === true;
      sections.push(sectionTitled(title, [line]));
    } else (sections.at(-1)?.lines ?? preface).push(line);
  }
  return { preface: [...preface, ...(end < 0 ? [] : lines.slice(end))], sections, isWhole: end >= 0 };
}

/** The title in capitals that stands between dashes on a line; v12.2 has one that touches them. */
function titleIn(text: string): string | undefined {
  const title = /^\s*-{3,}\s?([A-Za-z][^:]*(?:: [A-Z ]+)?[A-Za-z0-9)])\s?-{3,}\s*$/.exec(text)?.[1]?.trim();
  return title !== undefined && /[A-Z]{3}|^DoD /.test(title) ? title : undefined;
}

function hasSource(lines: readonly Line[], index: number): boolean {
  const next = lines.slice(index + 1, index + 8).find(({ text }) => !isBlank(text));
  return /^\s*Source:\s*(VA|DoD|Self[- ]?Entered)?\s*$/i.test(next?.text ?? '');
}
