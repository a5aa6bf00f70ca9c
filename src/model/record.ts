import type { CodeNames } from './coding.ts';
import { detailsOf } from './detail.ts';
import { Element, type ReportShape } from './element.ts';
import type { Entry } from './entry.ts';
import type { Finding } from './finding.ts';
import { assignPatients, type PatientOfInput } from './patients.ts';
import { readPerson, type Person } from './person.ts';
import { ReferenceIndex, referenceTextOf } from './reference-index.ts';
import type { Row } from './row.ts';
import { readRow } from './row-reader.ts';
import type { RowContext } from './section.ts';
import { sections } from './sections/index.ts';
import { statesOf, type SectionState } from './section-state.ts';
import type { Source } from './source.ts';
import { writtenSectionsOf, type WrittenSection } from './written-section.ts';

/** One person's record as everyone after the formats sees it; the JSON of `show --json` is this. */
export interface HealthRecord {
  schema: 'bluebutton/record/1';
  /** The moment in words, where the record is told as the archive held it then. */
  heldAt?: string;
  person: Person | null;
  /** Everyone, in an input of several patients that was asked for whole (`convert`); also who is only referred to. */
  people?: Person[];
  /** Rows by section name; every section is there, empty or not. */
  sections: Record<string, Row[]>;
  /** The sections of clinical documents in their own words. */
  written: WrittenSection[];
  /** For each section and source, which kinds of full and empty it is: rows can be there, and others withheld. */
  sectionStates: Record<string, SectionState[]>;
  sources: Source[];
  findings: Finding[];
}

/** What a record is built from. */
export interface RecordInput {
  sources: readonly Source[];
  entries: readonly Entry[];
  findings: readonly Finding[];
  /** Section states that a source states itself (a refused query), beside what its entries tell. */
  states?: Readonly<Record<string, readonly SectionState[]>>;
  /** True when everything is known to be one person's, whatever ids it gives them: an archive's. */
  onePerson?: boolean;
  /** The moment in words, where it is an archive's as it held it then. */
  heldAt?: string;
  /** Names for codes that come without one. */
  codeNames?: CodeNames | undefined;
}

/** A record and the entries its rows came from, in the same order, for outputs that hand on the resources themselves. */
export interface BuiltRecord {
  record: HealthRecord;
  entries: Entry[];
}

/** The patients of an input, for asking which one is meant. */
export function patientsOf(entries: readonly Entry[]): PatientOfInput[] {
  return assignPatients(entries, new ReferenceIndex(entries)).patients;
}

/** The entries that are the patient's (`key` of one of `patientsOf`) or nobody's in particular. */
export function entriesOfPatient(entries: readonly Entry[], key: string): Entry[] {
  const { patientOf } = assignPatients(entries, new ReferenceIndex(entries));
  return entries.filter((entry) => (patientOf(entry)?.key ?? key) === key);
}

/**
 * Builds the record of one person: every entry that is theirs or nobody's becomes a row of exactly one section, or
 * (Patient) part of `person`. `patient` is the `key` of one of `patientsOf`; without it the entries must hold at most
 * one patient, or everything is taken and every row says whose it is.
 */
export function buildRecord(input: RecordInput, patient?: string): BuiltRecord {
  const index = new ReferenceIndex(input.entries);
  const own = input.entries.filter(({ superseded }) => superseded !== true);
  const { patients, patientOf } = assignPatients(own, index);
  const wanted = patient === undefined ? patients : patients.filter(({ key }) => key === patient);
  const severalPeople = wanted.length > 1 && input.onePerson !== true;
  const taken = own.filter((entry) => {
    const owner = patientOf(entry);
    return owner === undefined || wanted.includes(owner);
  });

  const findings = [...input.findings];
  const written: WrittenSection[] = [];
  const rowsOf = new Map<string, Row[]>(sections.map(({ name }) => [name, []]));
  const described = new Map<PatientOfInput | 'the person', Person>();
  const ids = new Map<string, number>();
  for (const entry of taken) {
    const element = elementOf(entry, findings, input.codeNames);
    const owner = patientOf(entry);
    if (owner?.described.includes(entry) === true) {
      describe(described, input.onePerson === true ? 'the person' : owner, owner.key, entry, element);
      continue;
    }
    const section = sections.find((candidate) => candidate.holds(element));
    if (section === undefined) throw new Error('the last section holds everything');
    const read = readRow(section, element, contextOf(entry, index, input), entry, ids);
    const owned = owner === undefined && patients.length > 1 ? asUnowned(read) : read;
    const row = entry.withdrawn === true ? asWithdrawn(owned) : owned;
    const whose = severalPeople && owner ? { patient: owner.key } : {};
    rowsOf.get(section.name)?.push({ ...row, ...whose });
    for (const part of writtenSectionsOf(entry)) written.push({ ...part, ...whose });
  }

  // What a container holds of others is not told to this one.
  const spoken = new Set(taken.map(({ origin }) => origin.source));
  if (severalPeople) nameUndescribed(described, wanted);
  const people = [...described.values()];
  const recordSections = Object.fromEntries(rowsOf);
  return {
    record: {
      schema: 'bluebutton/record/1',
      ...(input.heldAt !== undefined && { heldAt: input.heldAt }),
      person: severalPeople ? null : (people[0] ?? null),
      ...(severalPeople && { people }),
      sections: recordSections,
      written,
      sectionStates: statesOf(
        recordSections,
        taken,
        input.sources,
        input.states ?? {},
        written,
        input.findings,
      ),
      sources: input.sources.filter(
        ({ id, within }) => patient === undefined || within === undefined || spoken.has(id),
      ),
      findings,
    },
    entries: taken,
  };
}

/** A document that names nobody, where the input tells of several people: it could be anybody's. */
function asUnowned(row: Row): Row {
  if (row.resourceType !== 'DocumentReference') return row;
  return { ...row, cautions: [...(row.cautions ?? []), 'nothing says whose it is'] };
}

/** A row its source no longer provides: still shown, with a word of care, and no longer called current. */
function asWithdrawn(row: Row): Row {
  const caution = 'no longer provided by its source';
  return { ...row, status: 'not stated', asOf: undefined, cautions: [...(row.cautions ?? []), caution] };
}

function describe(
  described: Map<PatientOfInput | 'the person', Person>,
  owner: PatientOfInput | 'the person',
  id: string,
  entry: Entry,
  element: Element,
): void {
  const known = described.get(owner);
  const person = readPerson(element, id, [...(known?.sources ?? []), entry.origin]);
  if (known && !(known.name === null && person.name !== null)) {
    known.sources.push(entry.origin);
    return;
  }
  const details =
    entry.derived === true ? detailsOf(element, person, { asOf: undefined, resolve: () => undefined }) : [];
  described.set(owner, { ...person, ...(details.length > 0 && { details }) });
}

/** People known only by references to them stand beside the described ones, in the order of the patients. */
function nameUndescribed(
  described: Map<PatientOfInput | 'the person', Person>,
  patients: readonly PatientOfInput[],
): void {
  const nobody = new Element({}, () => undefined);
  for (const patient of patients) {
    if (!described.has(patient)) described.set(patient, readPerson(nobody, patient.key, []));
  }
}

/** An element whose wrong shapes become findings that say where. */
function elementOf({ resource, origin }: Entry, findings: Finding[], codeNames?: CodeNames): Element {
  const reported = new Set<string>();
  const report: ReportShape = (pointer, expected) => {
    if (reported.has(pointer)) return;
    reported.add(pointer);
    findings.push({
      severity: 'warning',
      code: 'wrong-shape',
      message: `${resource.resourceType}${pointer} is not ${expected}; what could be understood was read`,
      source: origin.source,
      ...(origin.line !== undefined && { line: origin.line }),
      pointer: `${origin.pointer}${pointer}`,
    });
  };
  return new Element(resource, report, '', codeNames);
}

function contextOf(entry: Entry, index: ReferenceIndex, { sources, codeNames }: RecordInput): RowContext {
  return {
    asOf: entry.asOf ?? sources.find(({ id }) => id === entry.origin.source)?.asOf,
    resolve(reference) {
      const text = referenceTextOf(reference?.value);
      const target = text === undefined ? undefined : index.resolve(text, entry);
      return target && new Element(target.resource, () => undefined, '', codeNames);
    },
  };
}
