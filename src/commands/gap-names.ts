import type { LedgerRow } from '../model/index.ts';

/** What rows of a ledger are about, each once: resource types, or `attachments`. */
export function namesOfGaps(rows: readonly LedgerRow[]): string[] {
  return [
    ...new Set(rows.map(({ query, resourceType }) => (query === 'attachments' ? query : resourceType))),
  ];
}
