import {
  personTitles,
  sectionNamed,
  type ResourceChange,
  type Row,
  type RowDifference,
} from '../model/index.ts';
import { dateOf } from './order.ts';
import { assertedName, dateFields, fieldText, joinedText, shortText } from './words.ts';

/** One change in words. */
export interface ChangeText {
  /** What happened: `medication stopped`. */
  what: string;
  /** To what: the name with what is asserted of it, and what tells it from others. */
  which: string;
  /** What differs, a line each. */
  lines: string[];
}

/** What one entry of each section is called. */
const nouns: Readonly<Record<string, string>> = {
  person: 'personal details',
  allergies: 'allergy',
  medications: 'medication',
  problems: 'problem',
  results: 'result',
  'vital-signs': 'vital sign',
  immunizations: 'immunization',
  procedures: 'procedure',
  encounters: 'encounter',
  notes: 'note',
  claims: 'claim',
  coverage: 'coverage',
};

/** Headings of the fields that every row has, where no column of its section names them. */
const titles: Readonly<Record<string, string>> = {
  ...personTitles,
  name: 'Name',
  assertion: 'Asserted',
  status: 'Current or past',
  statusAsRecorded: 'Status',
  date: 'Date',
  start: 'From',
  end: 'To',
  recorded: 'Recorded',
  informant: 'Reported by',
  codes: 'Codes',
  cautions: 'Care',
  asWritten: 'As written',
  details: 'Details',
};

/** A change of one resource, in the words in which `show` tells of it. */
export function changeText(change: ResourceChange): ChangeText {
  const { before, after, difference } = change;
  const row = after ?? before;
  if (row === undefined) return { what: whatOf(change), which: change.names.join(', '), lines: [] };
  const turned = difference?.fields.includes('status') === true && before && after;
  const standing = turned ? ` (was ${before.status}, now ${after.status})` : '';
  return {
    what: whatOf(change),
    which: `${change.change === 'changed' ? dated(row) : described(change.section, row)}${standing}`,
    lines: difference && before && after ? differenceLines(change, difference, before, after) : [],
  };
}

function whatOf({ change, section, before, after, difference }: ResourceChange): string {
  const noun = nounOf(section, after ?? before);
  if (change === 'new') return noun === 'note' ? 'note added' : `new ${noun}`;
  if (change === 'vanished') return `${noun} vanished (the portal no longer gives it)`;
  if (change === 'reappeared') return `${noun} is back`;
  if (change !== 'changed' || before === undefined || after === undefined) return noun;
  if (after.assertion !== before.assertion && after.assertion === 'entered-in-error')
    return `${noun} entered in error`;
  const turn = `${before.status}, ${after.status}`;
  if (turn === 'current, past') return section === 'medications' ? 'medication stopped' : `${noun} is past`;
  if (turn === 'past, current') return `${noun} is current again`;
  return difference?.fields.length === 0 ? `details of ${noun} changed` : `${noun} changed`;
}

function nounOf(section: string, row: Row | undefined): string {
  if (row?.resourceType === 'DiagnosticReport') return 'report';
  return nouns[section] ?? `entry (${row?.resourceType ?? 'nothing is known of it'})`;
}

/** A row with the first things its table shows, and its date. */
function described(section: string, row: Row): string {
  const columns = sectionNamed(section)?.columns ?? [];
  const texts = columns
    .filter(({ fields }) => !fields.every((field) => dateFields.includes(field)))
    .map(({ fields }) => joinedText(row, fields))
    .filter((text) => text !== '' && text !== dateOf(row)?.slice(0, 10))
    .slice(0, 2);
  const isMeasured = row['value'] !== undefined || row['components'] !== undefined;
  const [first, ...more] = texts.map(oneLine);
  const start = first === undefined ? '' : `${isMeasured ? ' ' : ', '}${first}`;
  return `${assertedName(row)}${start}${more.map((text) => `, ${text}`).join('')}${day(row)}`;
}

/** A row's name and date: what tells it from others, where the lines below tell what changed. */
function dated(row: Row): string {
  return `${assertedName(row)}${day(row)}`;
}

function day(row: Row): string {
  const date = dateOf(row)?.slice(0, 10);
  return date === undefined ? '' : ` (${date})`;
}

/** What differs, column by column as the section's table has them; then fields no column shows; then the data itself. */
function differenceLines(
  { section }: ResourceChange,
  { fields, untold }: RowDifference,
  before: Row,
  after: Row,
): string[] {
  const told = new Set(['status']);
  const lines: string[] = [];
  for (const { title, fields: shown } of sectionNamed(section)?.columns ?? []) {
    const [was, is] = [joinedText(before, shown), joinedText(after, shown)];
    if (was === is || !shown.some((field) => fields.includes(field))) continue;
    lines.push(`${title}: ${turnText(was, is)}`);
    for (const field of shown) if (isShownIn(was, is, field, before, after)) told.add(field);
  }
  for (const field of fields) {
    if (told.has(field)) continue;
    const [was, is] = [wordOf(before, field), wordOf(after, field)];
    lines.push(`${titleOf(section, field)}: ${was === is ? 'changed' : turnText(was, is)}`);
  }
  if (untold.length > 0) lines.push(`Details in the data: ${untold.join(', ')}`);
  if (lines.length === 0 && !fields.includes('status')) lines.push('Details in the data: its order or form');
  return lines;
}

/** True where a cell's two texts tell how a field differs: of a date it leaves out the time of day, of two the second. */
function isShownIn(was: string, is: string, field: string, before: Row, after: Row): boolean {
  const [one, other] = [shortText(before, field), shortText(after, field)];
  return one !== other && was.includes(one) && is.includes(other);
}

/** The text of a field of a row, an assertion in words. */
export function wordOf(row: Row, field: string): string {
  return field === 'assertion' ? row.assertion.replaceAll('-', ' ') : fieldText(row, field);
}

/** The heading of a field, as the section's table has it. */
export function titleOf(section: string, field: string): string {
  const definition = sectionNamed(section);
  const column = definition?.columns.find(({ fields }) => fields.length === 1 && fields[0] === field);
  return column?.title ?? definition?.fields[field]?.title ?? titles[field] ?? field;
}

function turnText(before: string, after: string): string {
  const [was, is] = [oneLine(before), oneLine(after)];
  if (was === '') return `now ${is}`;
  if (is === '') return `was ${was}, no longer stated`;
  return `was ${was}, now ${is}`;
}

/** A text on one line; of a long one the beginning, and that it goes on. */
function oneLine(text: string): string {
  const words = text.replaceAll(/\s+/g, ' ').trim();
  return words.length <= most ? words : `${words.slice(0, most)} … (goes on: show --versions has all of it)`;
}

const most = 300;
