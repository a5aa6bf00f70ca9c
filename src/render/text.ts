import { Chalk, type ChalkInstance } from 'chalk';
import { sections, type HealthRecord, type Row, type Section, type WrittenSection } from '../model/index.ts';
import type { Renderer, RenderOptions } from './options.ts';
import { asOfColumn, countText, groupsIn, type RowGroup } from './order.ts';
import { personLine, sourceLines } from './person-line.ts';
import { emptyReasons, missingReasons } from './state-text.ts';
import { fitTable, wrapLine, type TableColumn } from './table.ts';
import { visible, visibleLines } from './visible.ts';
import { assertedName, isFlagged, joinedText, shortText } from './words.ts';

/** The whole record as tables for a terminal (`show`). */
export const renderText: Renderer = function* text({ record }, options) {
  const paint = new Chalk({ level: options.colour ? 1 : 0 });
  yield* headLines(record, options, paint);
  for (const section of sectionsShown(options)) {
    const rows = record.sections[section.name] ?? [];
    const words = options.asWritten === true ? wordsOf(record, section) : wordsOnly(record, section);
    if (rows.length === 0 && words.length === 0) continue;
    if (section.name === 'other' && leavesOutOther(record, options)) continue;
    yield `\n${paint.bold(`${section.title.toUpperCase()} (${rows.length === 0 ? 'in words only' : countText(rows)})`)}\n`;
    yield* missingLines(record, section, options, paint);
    yield* tableLines(section, groupsIn(section, rows), options, paint);
    if (options.sections?.includes('notes') === true && section.name === 'notes')
      yield* documentLines(rows, options, paint);
    if (options.sources === true) yield* placeLines(record, rows, options, paint);
    yield* writtenLines(words, options, paint);
  }
  yield* footLines(record, options, paint);
};

/** Who, and from where. */
export function* headLines(
  record: HealthRecord,
  { width }: RenderOptions,
  paint: ChalkInstance,
): Generator<string> {
  yield `${paint.bold(visible(personLine(record)))}\n`;
  for (const line of sourceLines(record)) yield `${paint.dim(wrapLine(visible(line), width))}\n`;
}

/** The last drawer is only counted, unless it was asked for or is all there is: a record of one DNR order shows it. */
function leavesOutOther({ sections: rowsOf }: HealthRecord, { sections: wanted }: RenderOptions): boolean {
  return (
    wanted === undefined && Object.entries(rowsOf).some(([name, rows]) => name !== 'other' && rows.length > 0)
  );
}

/** What a section with rows is missing, before its rows: nobody should take them for all there is. */
export function* missingLines(
  record: HealthRecord,
  { name }: Section,
  options: RenderOptions,
  paint: ChalkInstance,
): Generator<string> {
  for (const reason of missingReasons(record, name)) {
    yield `${paint.yellow(wrapLine(visible(`Not everything came. ${reason}`), options.width))}\n`;
  }
}

/** The ids by which documents are shown one by one, whole so that they can be copied. */
function documentLines(rows: readonly Row[], { width }: RenderOptions, paint: ChalkInstance): string[] {
  const lines = rows.map((row) => `${row.id.replace(/^[A-Za-z]+\//, '')}  ${assertedName(row)}`);
  return listed('To show one: --document', lines, width, paint);
}

/** Where each row comes from: the file or portal, the line, and the place in it. */
function placeLines(
  { sources }: HealthRecord,
  rows: readonly Row[],
  { width }: RenderOptions,
  paint: ChalkInstance,
): string[] {
  const lines = rows.map((row) => {
    const places = row.sources.map(({ source, line, endLine, pointer, path }) => {
      const name = path ?? sources.find(({ id }) => id === source)?.name ?? source;
      // A range of lines in a text is its whole address.
      if (endLine !== undefined) return `${name}, lines ${line}-${endLine}`;
      return [name, line === undefined ? '' : `line ${line}`, pointer]
        .filter((part) => part !== '')
        .join(', ');
    });
    return `${assertedName(row)}: ${places.join('; ')}`;
  });
  return listed('Where each comes from', lines, width, paint);
}

/** Lines about a section's rows under a heading of their own; nothing where there are none. */
function listed(title: string, lines: readonly string[], width: number, paint: ChalkInstance): string[] {
  if (lines.length === 0) return [];
  const items = lines.map((line) => `${paint.dim(indented(wrapLine(visible(line), width - 4)))}\n`);
  return [`${paint.underline(`  ${title}`)}\n`, ...items];
}

/** Sections of documents about this drawer of which nothing stands in it: their words are all there is. */
export function wordsOnly(record: HealthRecord, section: Section): WrittenSection[] {
  const isEmpty = (record.sections[section.name] ?? []).length === 0;
  return wordsOf(record, section).filter(({ entries }) => entries === 0 || isEmpty);
}

/** All sections of documents about this drawer. */
function wordsOf({ written }: HealthRecord, { name }: Section): WrittenSection[] {
  return written.filter(({ section }) => section === name);
}

/** The words of documents' sections, each under its title. */
export function* writtenLines(
  parts: readonly WrittenSection[],
  { width }: RenderOptions,
  paint: ChalkInstance,
): Generator<string> {
  for (const { title, text, patient, entries } of parts) {
    const whose = patient === undefined ? '' : `, of ${patient}`;
    const kind = entries === 0 ? 'As written, not as data' : 'As written, beside the data';
    yield `${paint.underline(`  ${kind}: ${visible(title ?? '(no title)')}${visible(whose)}`)}\n`;
    for (const line of visibleLines(text)) yield `${indented(wrapLine(line, width - 4))}\n`;
  }
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`.trimEnd())
    .join('\n');
}

/** Groups of a section's rows as tables, each in the order given. */
export function* tableLines(
  section: Section,
  groups: readonly RowGroup[],
  options: RenderOptions,
  paint: ChalkInstance,
): Generator<string> {
  for (const group of groups) {
    if (group.title !== '') yield `${paint.underline(group.title)}\n`;
    const table = fitTable(columnsFor(section, group.rows, paint), options.width, (title) =>
      paint.dim(title),
    );
    yield `${table.lines.join('\n')}\n`;
    yield* longTextLines(section, group.rows, options, paint);
    if (table.dropped.length === 0) continue;
    const left = `  No room for: ${table.dropped.join(', ')}. See them: a wider window, or ${options.seeAll ?? '--format json'}`;
    yield `${paint.dim(wrapLine(left, options.width))}\n`;
  }
}

function columnsFor(section: Section, rows: readonly Row[], paint: ChalkInstance): TableColumn[] {
  const names = { title: 'Name', cells: rows.map((row) => nameCell(row, paint)) };
  const whose = { title: 'Patient', cells: rows.map((row) => visible(row.patient ?? '')) };
  const rest = section.columns.map(({ title, fields }) => ({
    title,
    cells: rows.map((row) => {
      const whole = joinedText(row, fields);
      const text = isLong(whole) ? '(below)' : cellText(whole);
      return fields.includes('flag') && isFlagged(row) && text !== '' ? paint.red(text) : text;
    }),
  }));
  return [names, whose, ...asOfColumn(rows), ...rest];
}

/** A text that no column has room for: a report, a page of instructions. */
function isLong(text: string): boolean {
  return text.length > 240 || text.split('\n').length > 6;
}

/** The texts too long for a cell, in full, each under what it belongs to. */
function* longTextLines(
  section: Section,
  rows: readonly Row[],
  { width }: RenderOptions,
  paint: ChalkInstance,
): Generator<string> {
  for (const row of rows) {
    for (const { title, fields } of section.columns) {
      const text = joinedText(row, fields);
      if (!isLong(text)) continue;
      const day = shortText(row, 'date') || shortText(row, 'start');
      const whose = [assertedName(row), row.patient, day].filter(Boolean).join(', ');
      yield `${paint.underline(`  ${wrapLine(`${title}: ${visible(whose)}`, width - 2)}`)}\n`;
      for (const line of visibleLines(text)) yield `${indented(wrapLine(line, width - 4))}\n`;
    }
  }
}

function nameCell(row: Row, paint: ChalkInstance): string {
  const text = cellText(assertedName(row));
  return row.assertion === 'stated' ? text : paint.yellow(text);
}

/** Text of several lines stays on several lines in its cell. */
function cellText(text: string): string {
  return visibleLines(text).join('\n');
}

function sectionsShown({ sections: wanted }: RenderOptions): Section[] {
  return sections.filter(({ name }) => wanted === undefined || wanted.includes(name));
}

/** What is not shown, why, and how to see it. */
function* footLines(record: HealthRecord, options: RenderOptions, paint: ChalkInstance): Generator<string> {
  const lines: string[] = [];
  const others = record.sections['other'] ?? [];
  if (leavesOutOther(record, options) && others.length > 0) {
    lines.push(`Not shown: ${countByType(others)}. See them: --section other`, ...observedLines(others));
  }
  lines.push(...emptyLines(record, options));
  if (record.findings.length > 0) {
    lines.push(
      `${record.findings.length} ${record.findings.length === 1 ? 'finding' : 'findings'} while reading. See them: --format json`,
    );
  }
  if (options.asWritten !== true && record.written.some(({ entries }) => entries > 0))
    lines.push('What the document says in words beside these tables may be more: --as-written');
  lines.push('Codes, notes and the place each row comes from: --format json');
  yield '\n';
  for (const line of lines) yield `${paint.dim(wrapLine(visible(line), options.width))}\n`;
}

/** The sections without rows, those that are empty for the same reason together. */
function emptyLines(record: HealthRecord, options: RenderOptions): string[] {
  const byReason = new Map<string, string[]>();
  for (const { name, title } of sectionsShown(options)) {
    if (name === 'other' || (record.sections[name] ?? []).length > 0) continue;
    if (record.written.some(({ section }) => section === name)) continue;
    const reason = emptyReasons(record, name).join('; ');
    byReason.set(reason, [...(byReason.get(reason) ?? []), title]);
  }
  return [...byReason].map(([reason, titles]) => `${reason}: ${titles.join(', ')}`);
}

/** What is observed of the person and has no drawer yet: nobody should miss a "do not resuscitate" among counts. */
export function observedLines(rows: readonly Row[]): string[] {
  const observed = rows.filter(
    ({ resourceType, name }) => resourceType === 'Observation' && name !== undefined,
  );
  const told = new Set(
    observed.map((row) =>
      [assertedName(row), shortText(row, 'value')].filter(Boolean).join(': ').replaceAll(/\s+/g, ' '),
    ),
  );
  return told.size === 0 ? [] : [`Also observed: ${[...told].join('; ')}`];
}

/** `12 Claim, 3 Organization`, most frequent first. */
export function countByType(rows: readonly Row[]): string {
  const counts = new Map<string, number>();
  for (const { resourceType } of rows) counts.set(resourceType, (counts.get(resourceType) ?? 0) + 1);
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([type, count]) => `${count} ${type}`)
    .join(', ');
}
