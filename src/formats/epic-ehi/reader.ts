import type { Reading } from '../../model/index.ts';
import type { DocumentIdentity } from '../format.ts';
import { readAllergies } from './allergies.ts';
import { readEncounters } from './encounters.ts';
import { EpicExport } from './export.ts';
import { readFlowsheets } from './flowsheets.ts';
import { readImmunizations } from './immunizations.ts';
import { readMedications } from './medications.ts';
import { readNotes } from './notes.ts';
import { findPerson, readPatient } from './patient.ts';
import { readProblems } from './problems.ts';
import { readOrders } from './results.ts';
import { UnreadableTable, type EpicTable } from './table.ts';
import { drawers, unreadTables, type UnreadDrawer } from './unread.ts';

interface Part {
  read: (epic: EpicExport) => AsyncIterable<Reading>;
  drawer?: UnreadDrawer;
}

/** In this order: what others refer to comes first. */
const parts: readonly Part[] = [
  { read: readPatient },
  { read: readEncounters, drawer: drawers.encounters },
  { read: readAllergies, drawer: drawers.allergies },
  { read: readProblems, drawer: drawers.problems },
  { read: readMedications, drawer: drawers.medications },
  { read: readImmunizations, drawer: drawers.immunizations },
  { read: readOrders, drawer: drawers.results },
  { read: readFlowsheets, drawer: drawers.vitalSigns },
  { read: readNotes },
];

/**
 * Reads the tables of Epic's export of one person (open.epic.com/EHITables), row by row. A damaged table ends the reading
 * of what it holds, not of the rest.
 *
 * @throws BlueButtonError `not-a-health-record` when they are of several people.
 */
export async function* readEpicRecord(
  tables: ReadonlyMap<string, EpicTable>,
  richTexts: readonly string[],
  identity: DocumentIdentity,
): AsyncGenerator<Reading> {
  const epic = new EpicExport(tables, richTexts, identity);
  const damaged: UnreadDrawer[] = [];
  await findPerson(epic);
  for (const { read, drawer } of parts) {
    try {
      yield* read(epic);
    } catch (thrown) {
      if (!(thrown instanceof UnreadableTable)) throw thrown;
      epic.find(
        'lost',
        thrown.cause.code,
        `a table could not be read whole: ${thrown.message}`,
        thrown.table,
      );
      if (drawer !== undefined) damaged.push(drawer);
    }
  }
  epic.tellFaults();
  yield* unreadTables(epic, damaged);
  for (const finding of epic.findings) yield { finding };
}
