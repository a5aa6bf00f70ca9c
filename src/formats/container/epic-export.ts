import { createHash } from 'node:crypto';
import { epicRecord, isPatientTable } from '../epic-ehi/format.ts';
import { EpicTable } from '../epic-ehi/table.ts';
import type { Format } from '../format.ts';
import type { Member } from './member.ts';
import { UnreadableMember } from './unpacking.ts';

/** Epic's tables among the members of a container. */
export interface EpicTables {
  /** How the one member that stands for all of them is read, by its path. */
  formats: Map<string, Format>;
  /** The id of the source they are, by the same path: a hash of all of them. */
  ids: Map<string, string>;
  /** The members that are read with it. */
  parts: ReadonlySet<Member>;
}

const headLength = 64 * 1024;

/**
 * Finds the tables of Epic's exports: a folder of `.tsv` files of which one is the table PATIENT, known by its columns. All
 * of a folder are read as one document, which the table PATIENT stands for: a source of their own, in which references from
 * row to row resolve, and which tells itself what it does not state. The same tables a second time are the same source.
 */
export async function epicTables(members: readonly Member[]): Promise<EpicTables> {
  const found: EpicTables & { parts: Set<Member> } = { formats: new Map(), ids: new Map(), parts: new Set() };
  const tables = members.filter(({ path }) => /\.tsv$/i.test(path));
  for (const patients of tables.filter(({ path }) => /(^|\/)patient\.tsv$/i.test(path))) {
    if (!(await isReadablePatients(patients))) continue;
    const folder = folderOf(patients);
    const beside = tables.filter((table) => folderOf(table) === folder);
    for (const table of beside) if (table !== patients) found.parts.add(table);
    found.ids.set(patients.path, await hashOfAll(beside, folder));
    const around = folder.replace(/[^/]*\/$/, '');
    const richTexts = members
      .map(({ path }) => path)
      .filter((path) => path.startsWith(around) && /\.rtf$/i.test(path));
    const tablesOf = (way: string): Map<string, EpicTable> => {
      const before = way.slice(0, way.length - patients.path.length);
      return new Map(
        beside.map(({ path, bytes }) => {
          const name = path
            .slice(folder.length)
            .replace(/\.tsv$/i, '')
            .toUpperCase();
          return [name, new EpicTable(name, `${before}${path}`, bytes)];
        }),
      );
    };
    found.formats.set(patients.path, epicRecord(tablesOf, richTexts));
  }
  return found;
}

function folderOf({ path }: Member): string {
  return path.replace(/[^/]*$/, '');
}

/** True for a table PATIENT whose bytes are whole. */
async function isReadablePatients({ bytes }: Member): Promise<boolean> {
  try {
    return isPatientTable(await bytes.read(0, headLength));
  } catch (thrown) {
    if (!(thrown instanceof UnreadableMember)) throw thrown;
    return false;
  } finally {
    bytes.release?.();
  }
}

/** One hash over the names and the bytes of tables; of a damaged one as far as it goes. */
async function hashOfAll(tables: readonly Member[], folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const { path, bytes } of tables.toSorted((one, other) => (one.path < other.path ? -1 : 1))) {
    hash.update(`${path.slice(folder.length)}\n`);
    try {
      for await (const piece of bytes.stream()) hash.update(piece);
    } catch (thrown) {
      if (!(thrown instanceof UnreadableMember)) throw thrown;
    }
    bytes.release?.();
  }
  return hash.digest('hex');
}
