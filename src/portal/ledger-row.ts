import type { LedgerRow, QueryOutcome } from '../model/index.ts';

/** A row for something about to be asked: complete until something says otherwise. */
export function openRow(query: string, resourceType: string): LedgerRow {
  return {
    query,
    resourceType,
    outcome: 'complete',
    pages: 0,
    returned: 0,
    repeated: 0,
    new: 0,
    changed: 0,
    unchanged: 0,
    missing: [],
    notices: [],
  };
}

const gravity: readonly QueryOutcome[] = ['complete', 'empty', 'not-asked', 'refused', 'truncated', 'failed'];

/** Notes that a row did not end well. The gravest outcome and its first reason stay. */
export function worsen(row: LedgerRow, outcome: QueryOutcome, reason: string): void {
  if (gravity.indexOf(outcome) <= gravity.indexOf(row.outcome)) return;
  row.outcome = outcome;
  row.reason = reason;
}

/** Adds a sentence to what a row says, without making it a gap. */
export function remark(row: LedgerRow, sentence: string): void {
  row.reason = row.reason === undefined ? sentence : `${row.reason} ${sentence}`;
}

/** Adds what the server said, each sentence once. */
export function addNotices(row: LedgerRow, notices: readonly string[]): void {
  for (const notice of notices) if (!row.notices.includes(notice)) row.notices.push(notice);
}

/** Ends a row: a complete one that brought nothing is empty. */
export function closeRow(row: LedgerRow): LedgerRow {
  if (row.outcome === 'complete' && row.returned + row.repeated === 0) row.outcome = 'empty';
  return row;
}
