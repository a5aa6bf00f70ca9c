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
  /** The members that are read with it. */
  parts: ReadonlySet<Member>;
}

const headLength = 64 * 1024;

/**
 * Finds the tables of Epic's exports: a folder of `.tsv` files of which one is the table PATIENT, known by its columns. All
 * of a folder are read as one document, which the table PATIENT stands for: its hash is the id of a source of their own, in
 * which references from row to row resolve, and which tells itself what it does not state.
 */
export async function epicTables(members: readonly Member[]): Promise<EpicTables> {
  const found: EpicTables & { parts: Set<Member> } = { formats: new Map(), parts: new Set() };
  const hashes = new Set<string>();
  const tables = members.filter(({ path }) => /\.tsv$/i.test(path));
  for (const patients of tables.filter(({ path }) => /(^|\/)patient\.tsv$/i.test(path))) {
    const hash = await hashOfPatients(patients);
    // A second folder about the same person's very same row would be the same source: its tables stay documents.
    if (hash === undefined || hashes.has(hash)) continue;
    hashes.add(hash);
    const folder = folderOf(patients);
    const beside = tables.filter((table) => folderOf(table) === folder);
    for (const table of beside) if (table !== patients) found.parts.add(table);
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

/** The hash of a table PATIENT; undefined for a file that is none, or is damaged. */
async function hashOfPatients({ bytes }: Member): Promise<string | undefined> {
  try {
    if (!isPatientTable(await bytes.read(0, headLength))) return undefined;
    const hash = createHash('sha256');
    for await (const piece of bytes.stream()) hash.update(piece);
    return hash.digest('hex');
  } catch (thrown) {
    if (!(thrown instanceof UnreadableMember)) throw thrown;
    return undefined;
  } finally {
    bytes.release?.();
  }
}
