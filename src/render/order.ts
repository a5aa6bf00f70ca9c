import { saysNone, type Row, type Section } from '../model/index.ts';

/** A heading and the rows under it. */
export interface RowGroup {
  title: string;
  /** What the rows have in common, where the section is grouped. */
  standing?: Row['status'] | 'absent' | 'not so';
  rows: Row[];
}

/** What takes the positive fact away. */
const notFacts: readonly Row['assertion'][] = ['negated', 'refuted', 'not-done', 'entered-in-error'];

/** Rows of a drawer people read as "now and before": current, past, not stated, and what is recorded as not so. */
export function groupsOf(rows: readonly Row[]): RowGroup[] {
  const facts = rows.filter(isFact);
  const denied = rows.filter((row) => !isFact(row));
  const now = facts.filter(({ status }) => status === 'current');
  const groups: RowGroup[] = [
    { standing: 'current', title: `Current${asOfText(now)}`, rows: now },
    { standing: 'past', title: 'Past', rows: facts.filter(({ status }) => status === 'past') },
    {
      standing: 'not stated',
      title: 'Not stated whether current',
      rows: facts.filter(({ status }) => status === 'not stated'),
    },
    { standing: 'absent', title: 'Stated to be absent', rows: denied.filter(isAbsence) },
    { standing: 'not so', title: 'Recorded as not so', rows: denied.filter((row) => !isAbsence(row)) },
  ];
  return groups
    .filter((group) => group.rows.length > 0)
    .map((group) => ({ ...group, rows: certainFirst(newestFirst(group.rows)) }));
}

/** What goes after "current": the one date of its sources. Of several dates each row tells its own (`asOfColumn`). */
export function asOfText(rows: readonly Row[]): string {
  const [date, ...more] = asOfDates(rows);
  if (date === undefined || more.length > 0) return '';
  return date === undated ? ', as of a date its source does not state' : ` as of ${date}`;
}

/** The column that says as of when each row is current; none where all have the same date. */
export function asOfColumn(rows: readonly Row[]): { title: string; cells: string[] }[] {
  if (asOfDates(rows).length < 2) return [];
  return [{ title: 'As of', cells: rows.map((row) => (row.status === 'current' ? asOfDate(row) : '')) }];
}

const undated = 'no date stated';

function asOfDate({ asOf }: Row): string {
  return asOf?.slice(0, 10) ?? undated;
}

function asOfDates(rows: readonly Row[]): string[] {
  return [...new Set(rows.filter(({ status }) => status === 'current').map(asOfDate))];
}

/** True for a row that is not refuted, negated, not done or entered in error. */
function isFact({ assertion }: Row): boolean {
  return !notFacts.includes(assertion);
}

/** True for a row whose own name says that there is none. */
function isAbsence(row: Row): boolean {
  return row.assertion === 'negated' && saysNone(row);
}

/** How many rows: those that are facts, and apart from them those that state an absence or are recorded as not so. */
export function countText(rows: readonly Row[]): string {
  const facts = rows.filter(isFact).length;
  const absent = rows.filter(isAbsence).length;
  const notSo = rows.length - facts - absent;
  const parts = [`${facts}`];
  if (absent > 0) parts.push(`${absent} stated to be absent`);
  if (notSo > 0) parts.push(`${notSo} recorded as not so`);
  return parts.join(', and ');
}

/** What is stated without reserve before what is unconfirmed or planned, each in the order it had. */
function certainFirst(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => Number(a.assertion !== 'stated') - Number(b.assertion !== 'stated'));
}

/** A section's rows in its groups, or newest first where it has none. */
export function groupsIn(section: Section, rows: readonly Row[]): RowGroup[] {
  return section.grouped === true ? groupsOf(rows) : [{ title: '', rows: newestFirst(rows) }];
}

/** Newest first by the date that matters, as written; undated rows last, in the order of the source. */
export function newestFirst(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => compareDates(dateOf(b), dateOf(a)));
}

/** The date a row is put in order by: when it happened, began, was written down, or ended. */
export function dateOf(row: Row): string | undefined {
  return row.date ?? row.start ?? row.recorded ?? row.end;
}

function compareDates(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a < b ? -1 : 1;
}
