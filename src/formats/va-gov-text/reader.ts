import type { Reading } from '../../model/index.ts';
import { lookUp } from '../../model/index.ts';
import type { ByteSource } from '../byte-source.ts';
import type { DocumentIdentity } from '../format.ts';
import { isBlank, type Line } from '../text/lines.ts';
import { findFaults, keepUnknown, openReport } from '../text/opened-report.ts';
import { sectionTitled, TextReport, type ReportSection } from '../text/report.ts';
import { readSection } from '../text/section-reader.ts';
import { emitRecordedInsurance, PersonDraft } from '../va-text/person.ts';
import { militaryService } from '../va-text/service.ts';
import { demographicRecords } from './person.ts';
import { account } from './account.ts';
import { appointments } from './appointments.ts';
import { labs } from './labs.ts';
import { allergies, conditions, vaccines, vitals } from './lists.ts';
import { medications } from './medications.ts';
import { careNotes } from './notes.ts';
import { loincOf, type VaGovSection } from './section.ts';

const readers: Readonly<Record<string, VaGovSection>> = {
  'lab and test results': labs,
  'care summaries and notes': careNotes,
  vaccines,
  allergies,
  'health conditions': conditions,
  vitals,
  medications,
  appointments,
  'account summary': account,
};

/**
 * Reads the report that VA.gov makes since 2025: the person, the report, then every record of every section. Its layout is
 * known from the source of the program that writes it.
 *
 * @throws BlueButtonError `not-a-health-record` when its bytes are no text.
 */
export async function* readVaGovText(
  document: ByteSource,
  identity: DocumentIdentity,
): AsyncGenerator<Reading> {
  const opened = await openReport(document);
  const { lines } = opened;
  const report = new TextReport(identity, {
    name: 'VA Blue Button report',
    producer: 'Department of Veterans Affairs, VA.gov',
  });
  const person = new PersonDraft();
  const { preface, sections } = cut(lines);
  readPreface(preface, person);
  for (const section of sections) readOne(section, person, report);
  person.emit(report);
  for (const { title, line } of missingIn(preface)) report.beginMissing(title, loincOf(title), line);
  findFaults(report, sections, opened);
  yield { producer: 'VA.gov' };
  yield { format: 'VA.gov Blue Button text' };
  yield* report.readings(lines);
}

function readOne(section: ReportSection, person: PersonDraft, report: TextReport): void {
  const title = section.title.toLowerCase();
  const reader = lookUp(readers, title);
  if (title === 'military service') {
    readSection(militaryService, section, report);
    return;
  }
  if (title === 'demographics') {
    const { records, frame } = demographicRecords(section.lines);
    report.begin(section);
    report.layout(frame);
    for (const record of records) emitRecordedInsurance(record, report);
    person.recorded(records);
    report.tellOfPerson();
  } else if (reader) {
    report.begin(section);
    reader(section, report);
  } else keepUnknown(section, report);
}

/** A section begins below a rule of underscores with its number and title. */
function cut(lines: readonly Line[]): { preface: Line[]; sections: ReportSection[] } {
  const preface: Line[] = [];
  const sections: ReturnType<typeof sectionTitled>[] = [];
  for (const [index, line] of lines.entries()) {
    const [, title] = /^\s*\d{1,2}\) (\S.*?)\s*$/.exec(line.text) ?? [];
    const above = lines.slice(Math.max(0, index - 4), index).findLast(({ text }) => !isBlank(text));
    if (title !== undefined && /^_{20,}\s*$/.test(above?.text ?? '')) {
      sections.push(sectionTitled(title, [line], loincOf(title)));
    } else (sections.at(-1)?.lines ?? preface).push(line);
  }
  return { preface, sections };
}

/** `First Last` in the line after the first sentence, and the date of birth. */
function readPreface(preface: readonly Line[], person: PersonDraft): void {
  const at = preface.findIndex(({ text }) => text.trim().startsWith('This report includes key information'));
  const name = preface.slice(at + 1).find(({ text }) => !isBlank(text));
  const birth = preface.find(({ text }) => /^Date of birth:/i.test(text.trim()));
  const text = name?.text.trim();
  const [family, given] =
    text?.includes(',') === true
      ? text.split(/,\s*/)
      : [text?.split(/\s+/).at(-1), text?.split(/\s+/).slice(0, -1).join(' ')];
  person.banner(
    family === undefined ? undefined : `${family}, ${given ?? ''}`,
    birth?.text.replace(/^.*?:\s*/, '').trim(),
    [name, birth].filter((line) => line !== undefined),
  );
}

/** The parts of the record that VA could not reach when it made the report. */
function missingIn(preface: readonly Line[]): { title: string; line: Line }[] {
  const from = preface.findIndex(({ text }) => /^Information we can.t access right now/.test(text.trim()));
  if (from < 0) return [];
  return preface.slice(from).flatMap((line) => {
    const title = /^\s*•\s*(\S.*?)\s*$/.exec(line.text)?.[1];
    return title === undefined ? [] : [{ title, line }];
  });
}
