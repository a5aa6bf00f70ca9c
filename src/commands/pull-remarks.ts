import type { LedgerRow } from '../model/index.ts';
import { isUsualNotice } from '../portal/index.ts';

/** Of what the portal says, and of attachments that are not what was stated, so many are told one by one. */
const most = 5;

/**
 * What is to be known of queries that were answered in full: that something may be left out all the same, by the manner of
 * asking or by the portal's own words or count, and that attachments are not what was stated.
 */
export function remarksOn(rows: readonly LedgerRow[]): string[] {
  const answered = rows.filter(({ outcome }) => outcome === 'complete' || outcome === 'empty');
  const narrowed = typesBy(answered, ({ narrowedBy = [] }) => narrowedBy);
  const parts = [...narrowed].map(([parameter, types]) => `${types.join(', ')} (by ${parameter})`);
  const counts = answered.flatMap(({ resourceType, counted }) =>
    counted === undefined ? [] : [`of ${resourceType} the portal counts ${counted}, and fewer came.`],
  );
  const said = typesBy(answered, ({ tried, notices }) =>
    notices.filter((notice) => !isUsualNotice(notice) && !(tried !== undefined && insists.test(notice))),
  );
  const notices = [...said].map(([notice, types]) => `the portal says of ${someOf(types)}: ${notice}`);
  return [
    ...(parts.length === 0
      ? []
      : [`asked for by known values only, what has none of them does not come so: ${parts.join('; ')}.`]),
    ...counts,
    ...notices.slice(0, most),
    ...(notices.length > most ? [`and ${notices.length - most} remarks more; the ledger has them.`] : []),
  ];
}

/** What a search was refused with is among the notices of those asked in its place: they have what it wants. */
const insists = /\b(parameters?|required)\b/i;

function someOf(types: readonly string[]): string {
  const more = types.length - most;
  return more > 0 ? `${types.slice(0, most).join(', ')} and ${more} kinds more` : types.join(', ');
}

function typesBy(
  rows: readonly LedgerRow[],
  wordsOf: (row: LedgerRow) => readonly string[],
): Map<string, string[]> {
  const types = new Map<string, string[]>();
  for (const row of rows) {
    const type = row.query === 'attachments' ? row.query : row.resourceType;
    for (const words of wordsOf(row)) types.set(words, [...new Set([...(types.get(words) ?? []), type])]);
  }
  return types;
}
