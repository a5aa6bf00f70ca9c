import type { Ledger } from '../model/index.ts';
import type { Archive } from './archive.ts';
import type { Bag } from './chain.ts';
import { changeLine, type ChangeLine } from './change-file.ts';
import { documentLine, type DocumentLine } from './document-file.ts';
import { ledgerFile } from './ledger-file.ts';
import type { PersonFolder, SourceFolder } from './people.ts';
import { readStored, readStoredLines } from './stored-json.ts';

/** A bag with when it came. Instants are milliseconds since 1970. */
export interface DatedBag {
  bag: Bag;
  begun: number;
  /** When it was there: of a pull the end (`finished` of its ledger), of an import the second in its name. */
  ended: number;
  /** The same, but never before the bags it continues: a clock that was set back changes no order. */
  held: number;
  /** Of a pull. */
  ledger?: Ledger;
}

/** What one bag brought, as its own lists say. */
export interface BagContents {
  changes: ChangeLine[];
  documents: DocumentLine[];
}

/**
 * The bags of a source in their order, each with when it came.
 *
 * @throws BlueButtonError `archive-damaged` when a ledger is missing or unreadable.
 */
export async function datedBags(archive: Archive, source: SourceFolder): Promise<DatedBag[]> {
  const dated: DatedBag[] = [];
  const heldBy = new Map<string, number>();
  for (const bag of source.bags) {
    const begun = begunAt(bag);
    const ledger =
      source.description.kind === 'files'
        ? undefined
        : await readStored(archive, `${bag.path}/data/ledger.json`, ledgerFile);
    // The name of a bag says no more than the second: an import was there at the end of it.
    const finished = ledger === undefined ? begun + 999 : Date.parse(ledger.finished);
    const ended = Number.isNaN(finished) ? begun : finished;
    const held = Math.max(ended, ...bag.previous.map(({ folder }) => heldBy.get(folder) ?? ended));
    heldBy.set(bag.folder, held);
    dated.push({ bag, begun, ended, held, ...(ledger && { ledger }) });
  }
  return dated;
}

/** The UTC second in a bag's name. */
function begunAt({ folder }: Bag): number {
  const instant = folder.slice(folder.indexOf('-') + 1).replace(/T(\d\d)(\d\d)(\d\d)Z$/, 'T$1:$2:$3Z');
  return Date.parse(instant);
}

/** What a bag of a source brought. */
export async function readContents(
  archive: Archive,
  { description }: SourceFolder,
  bag: Bag,
): Promise<BagContents> {
  const contents: BagContents = { changes: [], documents: [] };
  for await (const line of readStoredLines(archive, `${bag.path}/data/documents.ndjson`, documentLine))
    contents.documents.push(line);
  if (description.kind === 'files') return contents;
  for await (const line of readStoredLines(archive, `${bag.path}/data/changes.ndjson`, changeLine))
    contents.changes.push(line);
  return contents;
}

/** A source as it was with these of its bags; undefined where it had none of them. */
export function withBags(source: SourceFolder, wanted: ReadonlySet<string>): SourceFolder | undefined {
  const bags = source.bags.filter(({ folder }) => wanted.has(folder));
  return bags.length === 0 ? undefined : { ...source, bags };
}

/** The folders of a bag and of all it continues, however far. */
export function upToBag({ bags }: Pick<SourceFolder, 'bags'>, folder: string): Set<string> {
  const found = new Set([folder]);
  for (const bag of bags.toReversed())
    if (found.has(bag.folder)) for (const link of bag.previous) found.add(link.folder);
  return found;
}

/**
 * The folders of the bags a source had at an instant: those that had come by then, and only where all they continue had.
 *
 * @param until Milliseconds since 1970.
 */
export function upToInstant(bags: readonly DatedBag[], until: number): Set<string> {
  return new Set(bags.flatMap(({ bag, held }) => (held <= until ? [bag.folder] : [])));
}

/** A bag of one source, by whose end the other sources are told. */
export interface NamedBag {
  /** The source's folder. */
  source: string;
  folder: string;
}

/**
 * A person as the archive had them at an instant, or when a bag had come: sources that begin later are not there.
 *
 * @param moment Milliseconds since 1970, or a bag: of its own source then what it continues counts, however the clocks were.
 */
export async function personAsOf(
  archive: Archive,
  person: PersonFolder,
  moment: number | NamedBag,
): Promise<PersonFolder> {
  const dated = new Map<SourceFolder, DatedBag[]>();
  for (const source of person.sources) dated.set(source, await datedBags(archive, source));
  const named = typeof moment === 'number' ? undefined : moment;
  const until =
    typeof moment === 'number'
      ? moment
      : ([...dated]
          .find(([{ folder }]) => folder === moment.source)?.[1]
          .find(({ bag }) => bag.folder === moment.folder)?.held ?? 0);
  const sources = [...dated].flatMap(([source, bags]) => {
    const wanted = source.folder === named?.source ? upToBag(source, named.folder) : upToInstant(bags, until);
    return withBags(source, wanted) ?? [];
  });
  return { ...person, sources };
}
