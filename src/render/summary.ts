import { Chalk } from 'chalk';
import { sectionNamed, type Row } from '../model/index.ts';
import type { Renderer } from './options.ts';
import { asOfText, countText, groupsOf, newestFirst, type RowGroup } from './order.ts';
import { emptyReasons } from './state-text.ts';
import { wrapLine } from './table.ts';
import {
  countByType,
  headLines,
  missingLines,
  observedLines,
  tableLines,
  wordsOnly,
  writtenLines,
} from './text.ts';
import { visible } from './visible.ts';
import { assertedName, fieldText, isFlagged } from './words.ts';

/** A part of the summary: which rows of a section it takes, and what it calls them. */
interface Part {
  section: string;
  title: string;
  pick(rows: readonly Row[]): Row[];
  /** What to say where rows are recorded and none is picked. */
  none?: string;
  /** Rows that are not shown and must not be missed: they are named below the table. */
  alsoName?(rows: readonly Row[]): Row[];
}

const recent = 8;

/** One page: what a doctor asks first, and how many of everything else there are. */
const parts: readonly Part[] = [
  { section: 'allergies', title: 'Allergies', pick: (rows) => groupsOf(rows).flatMap((group) => group.rows) },
  { section: 'medications', title: 'Current medications', pick: current, alsoName: notStated },
  { section: 'problems', title: 'Current problems', pick: current, alsoName: notStated },
  {
    section: 'results',
    title: 'Latest results out of range',
    pick: (rows) => latestOfEach(rows).filter(isFlagged),
    none: 'none marked as out of range (a range in words alone is not compared)',
  },
  { section: 'results', title: 'Recent results', pick: recentRows },
  {
    section: 'vital-signs',
    title: 'Latest vital signs',
    pick: (rows) => latestOfEach(rows).slice(0, recent),
  },
  { section: 'immunizations', title: 'Recent immunizations', pick: recentRows },
  { section: 'procedures', title: 'Recent procedures', pick: recentRows },
  { section: 'encounters', title: 'Recent encounters', pick: recentRows },
  { section: 'notes', title: 'Recent notes and documents', pick: recentRows },
];

/** The record on one page (`summary`). */
export const renderSummary: Renderer = function* summary({ record }, given) {
  const options = { seeAll: 'bluebutton show --format json', ...given };
  const paint = new Chalk({ level: options.colour ? 1 : 0 });
  yield* headLines(record, options, paint);
  for (const part of parts) {
    const section = sectionNamed(part.section);
    const all = record.sections[part.section] ?? [];
    if (section === undefined) continue;
    const rows = part.pick(all);
    const inWords = all.length === 0 && wordsOnly(record, section).length > 0;
    const of = inWords
      ? 'in words only'
      : all.length === rows.length
        ? countText(rows)
        : `${rows.length} of ${all.length}`;
    const asOf = part.pick === current ? asOfText(rows) : '';
    yield `\n${paint.bold(`${part.title.toUpperCase()}${asOf} (${of})`)}\n`;
    if (all.length > 0) yield* missingLines(record, section, options, paint);
    if (rows.length > 0) yield* tableLines(section, [{ title: '', rows }], options, paint);
    else
      yield `  ${all.length > 0 ? (part.none ?? 'none among those recorded') : visible(emptyReasons(record, part.section).join('; '))}\n`;
    if (part.section !== 'notes' && firstPart(part))
      yield* writtenLines(wordsOnly(record, section), options, paint);
    const absent = part.pick === current ? groupOf('absent', all) : [];
    if (absent.length > 0)
      yield `${wrapLine(visible(`  Stated to be absent: ${namesOf(absent)}`), options.width)}\n`;
    const open = part.alsoName?.(all) ?? [];
    if (open.length > 0)
      yield `${wrapLine(visible(`  Not stated whether current: ${namesOf(open)}`), options.width)}\n`;
  }
  const rest = record.sections['other'] ?? [];
  yield '\n';
  const everyday = record.sections['activity']?.length ?? 0;
  const counts = [
    everyday > 0 ? `${everyday} of activity and wellness, ` : '',
    rest.length > 0 ? `${countByType(rest)}, ` : '',
  ].join('');
  const left = `Not shown: ${counts === '' ? '' : `${counts}and `}what is older or past.`;
  for (const line of [left, ...observedLines(rest)])
    yield `${paint.dim(wrapLine(visible(line), options.width))}\n`;
  yield `${paint.dim('Everything: bluebutton show')}\n`;
};

/** True for the first part about its section: what is in words only is told there. */
function firstPart(part: Part): boolean {
  return parts.find(({ section }) => section === part.section) === part;
}

function current(rows: readonly Row[]): Row[] {
  return groupOf('current', rows);
}

function notStated(rows: readonly Row[]): Row[] {
  return groupOf('not stated', rows);
}

function groupOf(wanted: RowGroup['standing'], rows: readonly Row[]): Row[] {
  return groupsOf(rows).find(({ standing }) => standing === wanted)?.rows ?? [];
}

/** The names of rows, each once, with what is asserted of them. */
function namesOf(rows: readonly Row[]): string {
  return [...new Set(rows.map(assertedName))].join('; ');
}

/** The newest rows; undated ones come last. */
function recentRows(rows: readonly Row[]): Row[] {
  return newestFirst(rows.filter(({ assertion }) => assertion !== 'entered-in-error')).slice(0, recent);
}

/** The newest row of each test: same codes, or same name where there are none, and same unit. */
function latestOfEach(rows: readonly Row[]): Row[] {
  const latest = new Map<string, Row>();
  for (const row of newestFirst(
    rows.filter(({ assertion }) => assertion === 'stated' || assertion === 'unconfirmed'),
  )) {
    const code = row.codes[0];
    const key = `${code ? `${code.system} ${code.code}` : row.name} ${fieldText(row, 'unit')}`;
    if (!latest.has(key)) latest.set(key, row);
  }
  return [...latest.values()];
}
