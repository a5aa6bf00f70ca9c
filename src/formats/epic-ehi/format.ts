import type { Format } from '../format.ts';
import type { EpicTable } from './table.ts';

/** Name of the format, which is also what Epic calls the folder that a person gets. */
export const epicRecordName = 'Epic Requested Record';

/**
 * The tables of Epic's export of electronic health information, read as one. It is no format that a single file is
 * recognised as: which files belong together is known by the container alone.
 *
 * @param tablesOf The tables by name, given the way to the first of them.
 */
export function epicRecord(
  tablesOf: (way: string) => ReadonlyMap<string, EpicTable>,
  richTexts: readonly string[],
): Format {
  return {
    name: epicRecordName,
    mediaType: 'text/tab-separated-values',
    recognizes: () => false,
    async *read(_patients, identity) {
      const { readEpicRecord } = await import('./reader.ts');
      yield* readEpicRecord(tablesOf(identity.member ?? ''), richTexts, identity);
    },
  };
}

/** True when the first bytes are those of the table that every such export has: `PATIENT`, by its columns. */
export function isPatientTable(head: Uint8Array): boolean {
  const [header = ''] = new TextDecoder('utf-8').decode(head).split(/\r?\n/, 1);
  const columns = header.split('\t');
  return ['PAT_ID', 'PAT_NAME'].every((column) => columns.includes(column));
}
