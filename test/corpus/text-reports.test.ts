import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lineCoverageOf } from '../../src/cli/line-coverage.ts';
import { isObject, type JsonObject, type JsonValue } from '../../src/json/index.ts';
import type { Entry, Resource } from '../../src/model/index.ts';
import { corpusCases, filesUnder, noteAbsence } from '../cli/corpus.ts';
import { read as readReport, recordOf, type ReadDocument } from '../facts/reading.ts';
import { fhirPackageFaults, medplumFaults } from '../formats/validators.ts';

const { present, absent } = corpusCases(8);

interface Report {
  name: string;
  bytes: Buffer;
  text: string;
  read: ReadDocument;
}

const fold = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().toLowerCase();

/** Every string and number in a value, attachments decoded. */
function* leavesOf(value: JsonValue | undefined): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* leavesOf(item);
  else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (name === 'data' && typeof member === 'string') yield Buffer.from(member, 'base64').toString();
      yield* leavesOf(member);
    }
  } else if (value !== undefined && value !== null) yield String(value);
}

/** All that resources say, as one text. */
function toldBy(resources: readonly JsonObject[]): string {
  return fold(resources.flatMap((resource) => [...leavesOf(resource)]).join(' | '));
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** A date of a report as FHIR has it, with its time of day. */
function inFhir(value: string): string {
  const [, day = '', month = '', year = '', hour, minute] =
    /^(\d{1,2}) ([a-z]{3}) (\d{4})(?: @ (\d\d)(\d\d))?$/.exec(value) ?? [];
  if (year === '') return value;
  const date = `${year}-${String(months.indexOf(month) + 1).padStart(2, '0')}-${day.padStart(2, '0')}`;
  return hour === undefined ? date : `${date}t${hour}:${minute}`;
}

/** The reports' sections by a look at the text alone: the lines after each title, to the next. */
function sectionsOf(text: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split(/\r\r\n|\r\n|\n|\r/)) {
    const title = /^-{3,} ?([A-Z][A-Za-z /:()]+?) ?-{3,}$/.exec(line.trimEnd())?.[1];
    if (title !== undefined) {
      lines = [];
      sections.set(title.toUpperCase(), lines);
    } else lines.push(line);
  }
  return sections;
}

const ofType =
  (...types: string[]) =>
  ({ resource }: Entry): boolean =>
    types.includes(resource.resourceType);

/** For each kind of section: the line that begins a record, and the resources that records become. */
const recordsOf: readonly (readonly [RegExp, RegExp, string])[] = [
  [/^VA MEDICATION HISTORY$/, /^Medication:/, 'MedicationRequest'],
  [/MEDICATIONS AND SUPPLEMENTS$/, /^Category:/, 'MedicationStatement'],
  [/ALLERGIES/, /^Allergy Name:/, 'AllergyIntolerance'],
  [/^VA PROBLEM LIST$/, /^Problem:/, 'Condition'],
  [/^VA ADMISSIONS/, /^Admission Date:/, 'Encounter'],
  [/^VA NOTES$/, /^Note Title:/, 'DocumentReference'],
  [/IMMUNIZATIONS$/, /^Immunization:/, 'Immunization'],
  [/^VA PATHOLOGY/, /^Type of Report:/, 'DiagnosticReport'],
  [/^VA RADIOLOGY|^VA ELECTRO/, /^Procedure\/Test Name:/, 'DiagnosticReport'],
  [/^VA LABORATORY/, /^Lab Test:/, 'DiagnosticReport'],
  [/^VA LABORATORY/, /^Test Name:/, 'Observation'],
  [/^VA VITALS/, /^Vital Sign:/, 'Observation'],
  [/^(SELF REPORTED )?VITALS/, /^Measurement Type:/, 'Observation'],
  [/LABS AND TESTS$/, /^Test Name:/, 'Observation'],
  [/MEDICAL EVENTS$/, /^Medical Event:/, 'Observation'],
  [/APPOINTMENTS$/, /^Date\/Time:/, 'Appointment'],
  [/HEALTH INSURANCE$/, /^Health Insurance Company:/, 'Coverage'],
  [/CARE PROVIDERS$/, /^Provider Name:/, 'Practitioner'],
  [/TREATMENT FACILITIES$/, /^Facility Name:/, 'Organization'],
  [/FAMILY HEALTH HISTORY$/, /^Relationship:/, 'FamilyMemberHistory'],
  [/MILITARY HEALTH HISTORY$/, /^Event Title:/, 'Observation'],
  [/FOOD JOURNAL$|ACTIVITY JOURNAL$/, /^Date:/, 'Observation'],
  [/GOALS$/, /^MY GOAL:/, 'Goal'],
  [/^DOD MILITARY/, /^(Army|Navy|Air Force|Marine)[A-Za-z ]* +\d\d\/\d\d\/\d{4}/, 'Observation'],
];

function nameOf({ resourceType, id }: Resource): string {
  return `${resourceType}/${typeof id === 'string' ? id : '?'}`;
}

function compositionOf({ entries }: ReadDocument): JsonObject {
  return entries.find(ofType('Composition'))?.resource ?? {};
}

/** What the report's section became: the entries that its Composition names. */
function entriesOf(read: ReadDocument, title: string): Entry[] {
  const sections = [compositionOf(read)['section']].flat().filter(isObject);
  const section = sections.find(
    (one) => typeof one['title'] === 'string' && one['title'].toUpperCase() === title,
  );
  const references = new Set(
    [section?.['entry']]
      .flat()
      .filter(isObject)
      .map(({ reference }) => reference),
  );
  return read.entries.filter(({ resource }) => references.has(nameOf(resource)));
}

describe.each(present)('the text reports of others', (corpus) => {
  const va: Report[] = [];
  const medicare: Report[] = [];

  beforeAll(async () => {
    for (const [kind, into] of [
      ['text-va', va],
      ['text-cms', medicare],
    ] as const) {
      for (const file of filesUnder(join(corpus, kind), ['.txt'])) {
        const bytes = readFileSync(file);
        const read = await readReport(bytes, 'report.txt');
        into.push({ name: relative(corpus, file), bytes, text: bytes.toString('latin1'), read });
      }
    }
  });

  it('have no line that is nowhere, and none that could not be made a fact of', async () => {
    expect([va.length, medicare.length]).toEqual([7, 5]);
    for (const { name, bytes } of [...va, ...medicare]) {
      const coverage = await lineCoverageOf(bytes, name);
      expect(coverage, name).toMatchObject({ unread: 0, neither: [] });
      expect(coverage?.read, name).toBeGreaterThan(40);
    }
  });

  it('become valid R4 by two validators that share nothing with this tool', () => {
    for (const { name, read } of [...va, ...medicare]) {
      for (const { resource, origin } of read.entries) {
        const place = `${name} ${origin.pointer} ${resource.resourceType}`;
        expect(medplumFaults(resource), place).toEqual([]);
        expect(fhirPackageFaults(resource), place).toEqual([]);
      }
    }
  });

  it('of VA have as many resources in each section as the section has records', () => {
    let counted = 0;
    for (const { name, text, read } of va) {
      for (const [title, lines] of sectionsOf(text)) {
        for (const [section, begins, type] of recordsOf) {
          if (!section.test(title)) continue;
          const records = lines.filter((line) => begins.test(line.trim())).length;
          const made = entriesOf(read, title).filter(ofType(type)).length;
          expect(made, `${name}: ${title}, ${type}`).toBe(records);
          counted += records;
        }
      }
    }
    expect(counted).toBeGreaterThan(900);
  });

  it('of VA keep what the person reported apart from what VA recorded', () => {
    for (const { name, read } of va) {
      for (const { resource, origin } of read.entries) {
        if (['Patient', 'Composition'].includes(resource.resourceType)) continue;
        const isMarked = isObject(resource['meta']);
        const section = [compositionOf(read)['section']]
          .flat()
          .filter(isObject)
          .find((one) =>
            [one['entry']]
              .flat()
              .filter(isObject)
              .some(({ reference }) => reference === nameOf(resource)),
          );
        const narrative = isObject(section?.['text']) ? section['text']['div'] : undefined;
        const div = typeof narrative === 'string' ? narrative : '';
        expect(isMarked, `${name} ${origin.pointer}`).toBe(/Source:\s+Self.Entered/.test(div));
      }
    }
  });

  it('say what the parser of PatientsLikeMe says of its own report, but for how it is written', () => {
    const file = join(corpus, 'text-va/akling-blue_button_parser/blue_button_example_data');
    const expected: JsonValue = JSON.parse(readFileSync(`${file}.expected.json`, 'utf8'));
    const report = va.find(({ name }) =>
      name.endsWith('akling-blue_button_parser/blue_button_example_data.txt'),
    );
    if (!isObject(expected) || report === undefined) throw new Error('the pair is not there');
    const patient = report.read.entries.filter(ofType('Patient', 'Composition')).map(({ resource }) => {
      const { section: _, text: __, ...own } = resource;
      return own;
    });
    let compared = 0;
    const differing: string[] = [];
    for (const [title, section] of Object.entries(expected)) {
      const told = toldBy([...entriesOf(report.read, title).map(({ resource }) => resource), ...patient]);
      for (const value of leavesOf(section)) {
        compared += 1;
        if (!saysTheSame(told, fold(value))) differing.push(`${title}: ${value.slice(0, 60)}`);
      }
    }
    expect(compared).toBeGreaterThan(700);
    // It keeps the request and the section heads, which are words of the report and no facts of the person.
    const ofTheReport = /^(DOWNLOAD REQUEST|[A-Z /]+: (VA|Self-Entered|Date Specimen|\d\d (Dec|Apr) 2011 @))/;
    expect(differing.filter((one) => !ofTheReport.test(one))).toEqual([]);
  });

  it('say what three converters of Amida say of theirs, but for what those added', () => {
    const folder = join(corpus, 'text-cms/amida-blue-button');
    const report = medicare.find(({ name }) => name.endsWith('/cms_sample.txt'));
    const told = toldBy(
      (report?.read.entries ?? [])
        .filter(({ resource }) => resource.resourceType !== 'Composition')
        .map(({ resource }) => resource),
    );
    const source = fold(report?.text ?? '');
    const jsonIn = (file: string): JsonValue => {
      const text = readFileSync(join(folder, file), 'utf8');
      const from = text.indexOf('\n{') + 1;
      const end = text.indexOf('\n[');
      const value: JsonValue = JSON.parse(text.startsWith('{ type') ? text.slice(from, end) : text);
      return value;
    };
    let compared = 0;
    const differing: string[] = [];
    for (const file of [
      'cms_sample.blue-button-model.json',
      'cms_sample.blue-button-cms-generated.json',
      'cms_sample.fhir-gold.json',
    ]) {
      for (const value of leavesOf(jsonIn(file))) {
        const text = fold(value);
        const day = /^(\d{4})-(\d\d)-(\d\d)/.exec(text);
        // What the report does not have, they added: units, SNOMED CT codes, countries, uses, roles.
        const american = day && `${Number(day[2])}/${Number(day[3])}/${day[1]}`;
        const isInReport =
          source.includes(text) ||
          (american !== null && source.replaceAll(/\b0(\d)/g, '$1').includes(american));
        if (!isInReport || text.length < 3) continue;
        compared += 1;
        if (!saysTheSame(told, isoOf(text).replace(/^\$/, ''))) differing.push(value.slice(0, 60));
      }
    }
    expect(compared).toBeGreaterThan(600);
    expect([...new Set(differing)].toSorted()).toEqual(amidaDiffers);
  });

  it('have the same rows whatever ends their lines', async () => {
    for (const { name, bytes, read } of [...va, ...medicare]) {
      const lines = bytes.toString('latin1').split(/\r\r\n|\r\n|\n|\r/);
      const rows = await rowsIn(bytes);
      for (const end of ['\n', '\r\n', '\r', '\r\r\n', '\n\n']) {
        // A doubled copy of Medicare's report is what the corpus has: doubled again it has three blank lines.
        const copy = Buffer.from(lines.join(end), 'latin1');
        expect(await rowsIn(copy), `${name} ${JSON.stringify(end)}`).toEqual(rows);
      }
      expect(read.entries.length).toBeGreaterThan(5);
    }
  });

  it('get no code of a clinical system that they do not have, but the LOINC codes of vital signs and sections', () => {
    for (const { name, text, read } of [...va, ...medicare]) {
      for (const { resource } of read.entries) {
        for (const [system, code] of codesIn(resource)) {
          if (system === 'http://loinc.org') continue;
          if (!/snomed|icd|cpt|HCPCS|ndc|nubc|Place_of_Service/.test(system)) continue;
          expect(text.includes(code), `${name}: ${system} ${code}`).toBe(true);
        }
      }
    }
  });
});

/** A date or time of Medicare's report as FHIR has it. */
function isoOf(text: string): string {
  const [, month = '', day = '', year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})( - current)?$/.exec(text) ?? [];
  if (year !== undefined) return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const [, hour = '', minute = '', half] = /^(\d{1,2}):(\d\d) ([ap])m$/.exec(text) ?? [];
  return half === undefined
    ? text
    : `t${String((Number(hour) % 12) + (half === 'p' ? 12 : 0)).padStart(2, '0')}:${minute}`;
}

/** What they say of the report's own words that these resources say otherwise or not, and why. */
const amidaDiffers = [
  // That there is no value: it is absent here.
  '* Not Available *',
  // Kept as sent (last treatment of an allergy), which R4 has no element for.
  '09/28/1949',
  // Two components of a blood pressure.
  '120/80',
  '1949-09-28T00:00:00.000Z',
  // The report's own date, which stands in its Composition.
  '2013-03-16T00:00:00.000Z',
  '2013-03-16T05:10:00.000Z',
  // R4's code `medication`.
  'Drugs',
  'MyMedicare.gov',
  'No Information Available',
  'Not Available',
  // Words of theirs that the report's prose happens to have.
  'approved',
  'charged',
  'person',
  'prescriber',
  'providers',
  'results',
];

function saysTheSame(told: string, value: string): boolean {
  const forms = [
    value,
    inFhir(value),
    value.slice(0, 10),
    // A number and its flag, which are two members in FHIR; a range without its brackets; a clock time.
    value.replace(/^(\d\S*) (high|low|critical high)$/, '$1'),
    value.replace(/^\((.*)\)$/, '$1'),
    value.replace(/^(\d\d)(\d\d)$/, 't$1:$2'),
    value.replace(/\.0+$/, ''),
    value === 'pending' ? 'registered' : value,
    value === 'living' ? 'false' : value === 'deceased' ? 'true' : value,
  ];
  if (value === '' || value === '--' || forms.some((form) => told.includes(form))) return true;
  // A list that is one text there is several members here.
  const parts = value.split(/, | (?=[a-z0-9>])/);
  return parts.length > 1 && parts.every((part) => told.includes(part.trim()));
}

async function rowsIn(bytes: Buffer): Promise<unknown> {
  const { record } = await recordOf(bytes);
  return Object.entries(record.sections).map(([section, rows]) => [
    section,
    rows.map((row) =>
      JSON.stringify({ ...row, id: '', sources: [] }).replaceAll(/(?<=[A-Za-z]\/)[0-9a-f]{12}/g, ''),
    ),
  ]);
}

function codesIn(value: JsonValue | undefined): [string, string][] {
  if (Array.isArray(value)) return value.flatMap(codesIn);
  if (!isObject(value)) return [];
  const { system, code } = value;
  const own: [string, string][] =
    typeof system === 'string' && typeof code === 'string' ? [[system, code]] : [];
  return [...own, ...Object.values(value).flatMap(codesIn)];
}

describe.each(absent)('the text reports of others', (tests) => {
  it('are not here', () => {
    expect(noteAbsence(tests)).toBe(true);
  });
});
