import type { Reading } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DocumentIdentity } from '../format.ts';
import { decodeText } from '../text-encoding.ts';
import { keyOf, readRecords } from '../text/grammar.ts';
import { isBlank, isRule, linesOf, type Line } from '../text/lines.ts';
import { TextRecord } from '../text/record.ts';
import { TextReport, type ReportSection } from '../text/report.ts';
import { readSection, type SectionReader } from '../text/section-reader.ts';
import { readTextDate } from '../text/text-date.ts';
import { wholeText } from '../whole-text.ts';
import { drugClaim, medicalClaim, type ClaimRecord } from './claims.ts';
import { PersonDraft } from './person.ts';
import { sectionReaders } from './sections.ts';

const claimsTitle = 'CLAIM SUMMARY';
const claimLinesTitle = /^claim lines for claim number:\s*(\S*)/i;

/**
 * Reads a report of MyMedicare.gov (Blue Button text v2.0): the person, the report, then every record of every section.
 *
 * @throws BlueButtonError `not-a-health-record` when its bytes are no text.
 */
export async function* readMedicareText(
  document: ByteSource,
  identity: DocumentIdentity,
): AsyncGenerator<Reading> {
  const decoded = await wholeText(
    document,
    decodeText,
    'Its bytes are in no encoding that text is written in.',
  );
  const lines = linesOf(decoded.text);
  const report = new TextReport(identity, {
    name: 'Medicare Blue Button report',
    producer: 'Centers for Medicare & Medicaid Services, MyMedicare.gov',
  });
  const person = new PersonDraft();
  const readers = sectionReaders(person);
  const { preface, sections } = cut(lines);
  for (const section of sections) {
    const reader = readerOf(section.title, readers);
    if (section.title.toUpperCase() === claimsTitle) readClaims(section, report);
    else if (reader) {
      section.loinc = reader.loinc;
      readSection(reader, section, report);
    } else {
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
  const { version, date } = bannerOf(preface);
  if (version !== undefined && version !== '2.0')
    report.find(
      'note',
      'unknown-version',
      'this version of the report was never seen; it was read like version 2.0',
    );
  yield { format: `Medicare Blue Button text${version === undefined ? '' : ` v${version}`}` };
  yield* report.readings(lines, date === undefined ? undefined : readTextDate(date));
}

function bannerOf(preface: readonly Line[]): { version?: string; date?: string } {
  let version: string | undefined;
  let date: string | undefined;
  for (const { text } of preface) {
    version ??= /produced by the blue button \(v([\d.]+)\)/i.exec(text)?.[1];
    if (/^\s*\d{1,2}\/\d{1,2}\/\d{4}( \d{1,2}:\d{2} [AP]M)?\s*$/i.test(text)) date ??= text.trim();
  }
  return { ...(version !== undefined && { version }), ...(date !== undefined && { date }) };
}

function readerOf(title: string, readers: readonly SectionReader[]): SectionReader | undefined {
  return readers.find(({ titles }) => titles.includes(title.toUpperCase()));
}

/** Cuts the report at its titles: a line without a key between two rules. */
function cut(lines: readonly Line[]): { preface: Line[]; sections: ReportSection[] } {
  const preface: Line[] = [];
  const sections: (ReportSection & { lines: Line[] })[] = [];
  let index = 0;
  while (index < lines.length) {
    const found = titleAt(lines, index);
    const line = lines[index];
    if (line === undefined) break;
    if (found && !/^MYMEDICARE\.GOV/i.test(found.title)) {
      sections.push({
        title: found.title,
        heading: lines.slice(index, found.end),
        lines: [],
        isSelfReported: false,
        entries: [],
      });
      index = found.end;
      continue;
    }
    (sections.at(-1)?.lines ?? preface).push(line);
    index += 1;
  }
  return { preface, sections };
}

/** The title between two rules that begins at a line; the titles of claim lines belong to their section. */
function titleAt(lines: readonly Line[], index: number): { title: string; end: number } | undefined {
  if (!isRule(lines[index]?.text ?? '')) return undefined;
  const inside: Line[] = [];
  for (let next = index + 1; next < lines.length && next < index + 8; next += 1) {
    const line = lines[next];
    if (line === undefined || isBlank(line.text)) continue;
    if (!isRule(line.text)) {
      inside.push(line);
      if (inside.length > 1) return undefined;
      continue;
    }
    const title = inside[0]?.text.trim();
    // Between the rules around a section that has only its source stands no title.
    return title === undefined || title.includes(':') ? undefined : { title, end: next + 1 };
  }
  return undefined;
}

const headerKeys = [
  'Provider',
  'Provider Billing Address',
  'Service Start Date',
  'Service End Date',
  'Amount Charged',
  'Medicare Approved',
  'Provider Paid',
  'You May be Billed',
  'Claim Type',
  ...Array.from({ length: 40 }, (_, index) => `Diagnosis Code ${index + 1}`),
];

const lineKeys = [
  'Date of Service From',
  'Date of Service To',
  'Revenue Code/Description',
  'Procedure Code/Description',
  ...[1, 2, 3, 4].map((number) => `Modifier ${number}/Description`),
  'Quantity Billed/Units',
  'Submitted Amount/Charges',
  'Allowed Amount',
  'Non-Covered',
  'Place of Service/Description',
  'Type of Service/Description',
  'Rendering Provider No',
  'Rendering Provider NPI',
];

const drugKeys = [
  'Claim Type',
  'Claim Number',
  'Claim Service Date',
  'Pharmacy / Service Provider',
  'Pharmacy Name',
  'Drug Code',
  'Drug Name',
  'Fill Number',
  "Days' Supply",
  'Prescriber Identifer',
  'Prescriber Identifier',
  'Prescriber Name',
];

/** A run of lines about one claim: its header, or what stands under the title of its lines. */
interface ClaimBlock {
  /** The number in the title; undefined for a header. */
  number: string | undefined;
  lines: Line[];
}

/**
 * The claims: a header, then the lines under a title that names the claim. Two rules end most claims, but not the last one
 * before claims of another type: a claim begins where its number stands. A Part D claim has no header; all of it stands
 * under the title.
 */
function readClaims(section: ReportSection, report: TextReport): void {
  report.begin(section);
  const { head, titles, blocks } = claimBlocks(section.lines);
  report.layout([...head, ...titles]);
  const claims: ClaimRecord[] = [];
  for (const { number, lines } of blocks) {
    if (number === undefined) {
      const { records } = readRecords(lines, { start: ['Claim Number'], keys: headerKeys });
      claims.push(...records.map((header) => ({ header, lines: [] })));
    } else if (lines.some(({ text }) => keyOf(text)?.key === 'Line number')) {
      const { records } = readRecords(lines, { start: ['Line number'], keys: lineKeys });
      const last = claims.at(-1);
      if (last && numberOfClaim(last) === number) last.lines.push(...records);
      else claims.push({ header: new TextRecord(), lines: records, number });
    } else {
      const first = lines.find(({ text }) => drugKeys.includes(keyOf(text)?.key ?? ''));
      const start = keyOf(first?.text ?? '')?.key ?? 'Claim Type';
      const { records } = readRecords(lines, { start: [start], keys: drugKeys });
      claims.push(...records.map((drug) => ({ header: drug, lines: [], isDrug: true })));
    }
  }
  for (const claim of claims) {
    if (claim.isDrug === true) drugClaim(claim.header, report);
    else medicalClaim(claim, report);
  }
  section.isEmpty = claims.length === 0;
}

function numberOfClaim({ header }: ClaimRecord): string | undefined {
  return header.fields.find(({ key }) => key === 'Claim Number')?.value;
}

function claimBlocks(lines: readonly Line[]): { head: Line[]; titles: Line[]; blocks: ClaimBlock[] } {
  const head: Line[] = [];
  const titles: Line[] = [];
  const blocks: ClaimBlock[] = [];
  for (const line of lines) {
    const title = claimLinesTitle.exec(line.text.trim());
    const block = blocks.at(-1);
    const isNumber = keyOf(line.text)?.key === 'Claim Number';
    const hasLines = block?.lines.some(({ text }) => keyOf(text)?.key === 'Line number') === true;
    if (title) {
      titles.push(line);
      blocks.push({ number: title[1] ?? '', lines: [] });
    } else if (isNumber && (block?.number === undefined || hasLines)) {
      blocks.push({ number: undefined, lines: [line] });
    } else if (block) block.lines.push(line);
    else head.push(line);
  }
  return { head: head.filter(({ text }) => isBlank(text) || /^\s*Source:/.test(text)), titles, blocks };
}
