import type { JsonObject } from '../../json/index.ts';
import { ourExtensions, type Finding, type Origin, type Reading, type Resource } from '../../model/index.ts';
import { derivedEntry, derivedId } from '../derived-entry.ts';
import type { DocumentIdentity } from '../format.ts';
import { filled, listOf, valued } from '../json-parts.ts';
import type { PointInTime } from '../point-in-time.ts';
import { pointMembers } from '../point-in-time.ts';
import { absent } from '../absent.ts';
import { isBlank, isRule, type Line } from './lines.ts';
import { coded, patientReported } from './members.ts';
import type { TextRecord } from './record.ts';

/** A titled part of a report. */
export interface ReportSection {
  /** As it stands there. */
  title: string;
  /** The lines of the title itself. */
  heading: readonly Line[];
  lines: readonly Line[];
  /** LOINC code of document sections of this kind. */
  loinc?: string | undefined;
  /** True when the person wrote it, and nobody else. */
  isSelfReported: boolean;
  /** References to what was made of it. */
  entries: string[];
  /** True when the report says that there is nothing to show. */
  isEmpty?: boolean;
  /** True when its maker could not reach what belongs there. */
  isMissing?: boolean;
}

/** A section that begins with its title; its lines are to come. */
export function sectionTitled(
  title: string,
  heading: readonly Line[],
  loinc?: string,
): ReportSection & { lines: Line[] } {
  return { title, heading, lines: [], loinc, isSelfReported: false, entries: [] };
}

/** What a report is. */
export interface ReportKind {
  /** What it is called, for people. */
  name: string;
  /** Who made it. */
  producer: string;
}

/**
 * Collects what is read from a text report and keeps account of its lines: each becomes part of a resource, is known to be
 * layout or words to everyone, or is named in a finding. All of them stay in the report's own sections (Composition) as they
 * are.
 */
export class TextReport {
  readonly identity: DocumentIdentity;
  /** The report's own date, once it is known. */
  asOf: PointInTime | undefined;
  /** Reference to the person. */
  readonly subject: JsonObject;
  readonly #kind: ReportKind;
  readonly #readings: Reading[] = [];
  readonly #findings: Finding[] = [];
  readonly #sections: ReportSection[] = [];
  /** Numbers of lines. */
  readonly #accounted = new Set<number>();
  readonly #said: string[] = [];
  readonly #given = new Map<string, number>();
  #patient: Reading | undefined;

  constructor(identity: DocumentIdentity, kind: ReportKind) {
    this.identity = identity;
    this.#kind = kind;
    this.subject = { reference: `Patient/${this.#personId()}` };
  }

  /** A section, to which the resources emitted from now on belong until the next one. */
  begin(section: ReportSection): void {
    this.#sections.push(section);
    this.layout(section.heading);
  }

  /** A section that should be there, and whose records the maker of the report could not reach. */
  beginMissing(title: string, loinc: string | undefined, line: Line): void {
    this.#sections.push({ ...sectionTitled(title, [], loinc), isMissing: true });
    this.find('warning', 'not-accessible', 'the report leaves out what its maker could not reach', [line]);
  }

  /** Lines that are the form of the report or its words to everyone. */
  layout(lines: readonly Line[]): void {
    for (const { number } of lines) this.#accounted.add(number);
  }

  /** The section tells of the person. */
  tellOfPerson(): void {
    this.#sections.at(-1)?.entries.push(`Patient/${this.#personId()}`);
  }

  #personId(): string {
    return derivedId(this.identity, 'the person', 'Patient');
  }

  /** The person: one, whatever number of places tells of them. */
  emitPatient(members: JsonObject, lines: readonly Line[]): void {
    this.layout(lines);
    const id = this.#personId();
    this.#patient = {
      entry: derivedEntry({ resourceType: 'Patient', id, ...filled(members) }, this.#originOf(lines)),
    };
  }

  /**
   * A resource made of lines. What a person reported about themselves is marked so (`meta.security` PATRPT), and what the
   * record says beyond the resource is kept as sent.
   *
   * @returns the reference to it.
   */
  emit(made: Resource, record: TextRecord | readonly Line[]): string {
    const section = this.#sections.at(-1);
    const lines = 'lines' in record ? record.lines : record;
    const left = 'lines' in record ? record.left() : [];
    this.layout(lines);
    const origin = this.#originOf(lines);
    const type = made.resourceType;
    const id = this.#idAt(origin.pointer, type);
    const own = Array.isArray(made['extension']) ? made['extension'] : [];
    const extension = [...own, ...left.map((text) => valued(ourExtensions.asSent, 'valueString', text))];
    const resource: Resource = {
      ...made,
      id,
      ...(section?.isSelfReported === true && { meta: { security: [patientReported] } }),
      ...filled({ extension: listOf(extension) }),
    };
    const entry = derivedEntry(resource, origin);
    this.#readings.push({ entry });
    if (entry.text.includes(ourExtensions.dateNotRead))
      this.find('warning', 'bad-date', 'a date that is none was kept as sent', lines);
    section?.entries.push(`${type}/${id}`);
    return `${type}/${id}`;
  }

  /** An id of its own for each resource of one type that is made of the same lines. */
  #idAt(pointer: string, type: string): string {
    const twins = this.#given.get(`${pointer} ${type}`) ?? 0;
    this.#given.set(`${pointer} ${type}`, twins + 1);
    return derivedId(this.identity, twins === 0 ? pointer : `${pointer} ${twins}`, type);
  }

  /** What the report says of itself and of the account it was made for. */
  sayOfReport(texts: readonly string[]): void {
    this.#said.push(...texts);
  }

  /** Something a person should know of lines, or of the whole report. */
  find(severity: Finding['severity'], code: string, message: string, lines: readonly Line[] = []): void {
    const { line, endLine } = spanOf(lines);
    this.#findings.push({
      severity,
      code,
      message,
      source: this.identity.source,
      ...(line !== undefined && { line }),
      ...(endLine !== undefined && endLine !== line && { endLine }),
    });
  }

  /** Everything that was read, the person and the report itself first. */
  readings(all: readonly Line[]): Reading[] {
    const date = this.asOf;
    const unread = this.#sections.flatMap((section) => this.#nameUnread(section));
    const outside = new Set(this.#sections.flatMap(({ lines, heading }) => [...heading, ...lines]));
    const preface = all.filter((line) => !outside.has(line));
    const composition = derivedEntry(
      {
        resourceType: 'Composition',
        id: derivedId(this.identity, 'the report', 'Composition'),
        ...filled({
          text: narrativeOf(preface),
          extension: listOf(this.#said.map((text) => valued(ourExtensions.asSent, 'valueString', text))),
        }),
        status: 'final',
        type: { text: this.#kind.name },
        subject: this.subject,
        ...(date?.value === undefined
          ? { _date: { extension: [absent('unknown')] } }
          : pointMembers('date', date)),
        author: [{ display: this.#kind.producer }],
        title: this.#kind.name,
        ...filled({ section: this.#sections.map(sectionMember) }),
      },
      this.#originOf(all),
    );
    return [
      ...(this.#patient ? [this.#patient] : []),
      { entry: composition },
      ...this.#readings,
      ...[...this.#findings, ...unread].map((finding) => ({ finding })),
      ...(date?.value === undefined ? [] : [{ asOf: date.value }]),
    ];
  }

  /** The lines of a section that nothing was made of, each run of them named. */
  #nameUnread({ title, lines }: ReportSection): Finding[] {
    const runs: Line[][] = [];
    let isOpen = false;
    for (const line of lines) {
      if (isBlank(line.text) || isRule(line.text)) continue;
      const isUnread = !this.#accounted.has(line.number);
      if (isUnread && isOpen) runs.at(-1)?.push(line);
      else if (isUnread) runs.push([line]);
      isOpen = isUnread;
    }
    return runs.map((run) => ({
      severity: 'warning',
      code: 'unread-lines',
      message: `${run.length === 1 ? 'A line' : `${run.length} lines`} of the section ${title} could not be made a fact of a record; the section's own words have ${run.length === 1 ? 'it' : 'them'}`,
      source: this.identity.source,
      ...spanOf(run),
    }));
  }

  #originOf(lines: readonly Line[]): Origin {
    const runs = runsOf(lines);
    const [first, ...more] = runs.map(({ from, to }) => `line=${from - 1},${to}`);
    const [span] = runs;
    return {
      ...this.identity,
      ...(span && { line: span.from, ...(span.to !== span.from && { endLine: span.to }) }),
      pointer: first ?? '',
      ...(more.length > 0 && { also: more }),
    };
  }
}

function spanOf(lines: readonly Line[]): { line?: number; endLine?: number } {
  const [first, last] = [lines[0]?.number, lines.at(-1)?.number];
  return first === undefined || last === undefined ? {} : { line: first, endLine: last };
}

/** The runs of lines that follow one another, what lies between them blank or not: far apart, they are two places. */
function runsOf(lines: readonly Line[]): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const { number } of lines) {
    const last = runs.at(-1);
    if (last && number >= last.to && number - last.to <= 12) last.to = number;
    else runs.push({ from: number, to: number });
  }
  return runs;
}

const unavailable = coded('http://terminology.hl7.org/CodeSystem/list-empty-reason', 'unavailable');
const notAccessible = coded('urn:x-bluebutton:empty-reason', 'not-accessible');

function sectionMember({ title, lines, loinc, entries, isEmpty, isMissing }: ReportSection): JsonObject {
  const hasNothing = isEmpty === true && entries.length === 0;
  const text = narrativeOf(lines, hasNothing ? 'empty' : 'additional');
  return filled({
    title,
    code: loinc === undefined ? { text: title } : { coding: [{ system: 'http://loinc.org', code: loinc }] },
    text: text ?? { status: 'empty', div: '<div xmlns="http://www.w3.org/1999/xhtml">(no text)</div>' },
    entry: listOf(entries.map((reference) => ({ reference }))),
    emptyReason: isMissing === true ? notAccessible : hasNothing ? unavailable : undefined,
  });
}

/** Lines as they are, as a FHIR narrative. */
function narrativeOf(lines: readonly Line[], status = 'additional'): JsonObject | undefined {
  const text = lines
    .map((line) => line.text.trimEnd())
    .join('\n')
    .replaceAll(/^\n+|\n+$/g, '');
  if (text === '') return undefined;
  return {
    status,
    div: `<div xmlns="http://www.w3.org/1999/xhtml"><pre>${escaped(text)}</pre></div>`,
  };
}

/** Text that XML allows: a control character it does not allow is shown as its picture. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[^\P{Cc}\t\n\r\u007F-\u009F]/gu, (control) =>
      String.fromCharCode(0x2400 + control.charCodeAt(0)),
    );
}
