import type { Reading } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DocumentIdentity } from '../format.ts';
import { keyOf, readRecords } from '../text/grammar.ts';
import { isBlank, isRule, type Line } from '../text/lines.ts';
import { TextRecord } from '../text/record.ts';
import { findFaults, keepUnknown, openReport, readerOf } from '../text/opened-report.ts';
import { sectionTitled, TextReport, type ReportSection } from '../text/report.ts';
import { readSection, type SectionReader } from '../text/section-reader.ts';
import { readTextDate } from '../text/text-date.ts';
import { severalPeople } from '../text/several-people.ts';
import { drugClaim, medicalClaim, type ClaimRecord } from './claims.ts';
import { PersonDraft } from './person.ts';
import { sectionReaders } from './sections.ts';

const claimsTitle = 'CLAIM SUMMARY';
const claimLinesTitle = /^claim lines for claim number:\s*(.*?)\s*$/i;

/**
 * Reads a report of MyMedicare.gov (Blue Button text v2.0): the person, the report, then every record of every section.
 *
 * @throws BlueButtonError `not-a-health-record` when its bytes are no text.
 */
export async function* readMedicareText(
  document: ByteSource,
  identity: DocumentIdentity,
): AsyncGenerator<Reading> {
  const opened = await openReport(document);
  const { lines } = opened;
  const report = new TextReport(identity, {
    name: 'Medicare Blue Button report',
    producer: 'Centers for Medicare & Medicaid Services, MyMedicare.gov',
  });
  const person = new PersonDraft();
  const readers = sectionReaders(person);
  const { preface, sections } = cut(lines, readers);
  const { version, date } = bannerOf(preface);
  report.asOf = date === undefined ? undefined : readTextDate(date);
  for (const section of sections) {
    const reader = readerOf(section.title, readers);
    if (section.title.toUpperCase() === claimsTitle) readClaims(section, report);
    else if (reader) readSection(reader, section, report);
    else keepUnknown(section, report);
  }
  if (person.people > 1) throw severalPeople(document.name);
  person.emit(report);
  findFaults(report, sections, opened);
  if (!opened.endsWhole && !isRule(lines.at(-1)?.text ?? ''))
    report.find(
      'warning',
      'cut-short',
      'the report ends inside a line: what came after may be missing',
      lines.slice(-1),
    );
  if (version !== undefined && version !== '2.0')
    report.find(
      'note',
      'unknown-version',
      'this version of the report was never seen; it was read like version 2.0',
    );
  yield { producer: 'Medicare (MyMedicare.gov)' };
  yield { format: `Medicare Blue Button text${version === undefined ? '' : ` v${version}`}` };
  yield* report.readings(lines);
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

/** Cuts the report at its titles: a line between two rules, and known titles also where one of the rules is missing. */
function cut(
  lines: readonly Line[],
  readers: readonly SectionReader[],
): { preface: Line[]; sections: ReportSection[] } {
  const preface: Line[] = [];
  const sections: ReturnType<typeof sectionTitled>[] = [];
  let index = 0;
  while (index < lines.length) {
    const found = titleAt(lines, index, readers);
    const line = lines[index];
    if (line === undefined) break;
    if (found && !/^MYMEDICARE\.GOV/i.test(found.title)) {
      sections.push(sectionTitled(found.title, lines.slice(index, found.end)));
      index = found.end;
      continue;
    }
    (sections.at(-1)?.lines ?? preface).push(line);
    index += 1;
  }
  return { preface, sections };
}

/**
 * The title that begins at a line. Between the rules around a section that has only its source stands no title, and the
 * titles of claim lines belong to the claims.
 */
function titleAt(
  lines: readonly Line[],
  index: number,
  readers: readonly SectionReader[],
): { title: string; end: number } | undefined {
  const isKnown = (text: string): boolean =>
    text.toUpperCase() === claimsTitle || readerOf(text, readers) !== undefined;
  const first = lines[index]?.text ?? '';
  const [one, two, three] = nextLines(lines, index, 3);
  if (isRule(first) && one !== undefined && !isRule(one.text) && two !== undefined && isRule(two.text)) {
    const title = one.text.trim();
    const hasSource = /^\s*Source:/.test(three?.text ?? '');
    const isTitle = !title.includes(':') || (hasSource && !title.startsWith('Source:'));
    return isTitle && !claimLinesTitle.test(title) ? { title, end: two.end } : undefined;
  }
  // A known title whose rule above, or below, is missing.
  if (isRule(first) && one !== undefined && isKnown(one.text.trim()))
    return { title: one.text.trim(), end: one.end };
  if (isKnown(first.trim()) && one !== undefined && isRule(one.text))
    return { title: first.trim(), end: one.end };
  return undefined;
}

/** The next lines that are not blank, each with the place after it. */
function nextLines(lines: readonly Line[], index: number, count: number): { text: string; end: number }[] {
  const found: { text: string; end: number }[] = [];
  for (let next = index + 1; next < lines.length && found.length < count; next += 1) {
    const text = lines[next]?.text ?? '';
    if (!isBlank(text)) found.push({ text, end: next + 1 });
  }
  return found;
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
      const own = claims.findLast((claim) => numberOfClaim(claim) === number && claim.isDrug !== true);
      if (own) own.lines.push(...records);
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
    if (title) {
      titles.push(line);
      blocks.push({ number: title[1] ?? '', lines: [] });
    } else if (isNumber && !(block && awaitsNumber(block))) {
      blocks.push({ number: undefined, lines: [line] });
    } else if (block) block.lines.push(line);
    else head.push(line);
  }
  return { head: head.filter(({ text }) => isBlank(text) || /^\s*Source:/.test(text)), titles, blocks };
}

/** True for a Part D claim whose type has been stated and its number not yet: the number below the title is its own. */
function awaitsNumber({ number, lines }: ClaimBlock): boolean {
  const keys = lines.flatMap(({ text }) => keyOf(text)?.key ?? []);
  const isDrug =
    lines.some(({ text }) => /^\s*Claim Type:\s*Part ?D\b/i.test(text)) || keys.includes('Drug Code');
  return number !== undefined && isDrug && !keys.includes('Claim Number');
}
