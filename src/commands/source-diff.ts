import {
  changesBetween,
  stableForm,
  type Archive,
  type ResourceTurn,
  type SourceFolder,
} from '../archive/index.ts';
import { parseJson, type JsonValue } from '../json/index.ts';
import {
  isGap,
  personRow,
  rowDifference,
  type BuiltRecord,
  type CodeNames,
  type Entry,
  type ResourceChange,
  type Row,
  type SourceDiff,
} from '../model/index.ts';
import { pulledRecord } from './archived-record.ts';
import { bagName } from './bag-name.ts';
import { namesOfGaps } from './gap-names.ts';

/** The two times between which a source is compared: with which of its bags, and in words. */
export interface Between {
  /** The source as it is now. */
  source: SourceFolder;
  /** Undefined where it was not there yet. */
  earlier: SourceFolder | undefined;
  later: SourceFolder;
  from: string;
  to: string;
}

/** Tells what changed in one source. Resources go by their id at the portal; their rows are those `show` has. */
export async function diffSource(
  archive: Archive,
  { source, earlier, later, from, to }: Between,
  codeNames: CodeNames | undefined,
): Promise<SourceDiff> {
  const changes = await changesBetween(archive, earlier, later);
  const before = new Versions(changes.before && (await pulledRecord(changes.before, codeNames)));
  const after = new Versions(await pulledRecord(changes.after, codeNames));
  const gaps = changes.after.sources[0]?.ledger?.rows.filter(isGap) ?? [];
  const bags = source.bags.filter(({ folder }) => changes.bags.includes(folder));
  return {
    source: source.folder,
    kind: source.description.kind,
    from,
    to,
    isWhole: earlier === undefined,
    bags: bags.map((bag) => bagName(source, bag)),
    changes: changes.resources.map((turn) => changeOf(turn, before, after)),
    attachments: changes.attachments.map(({ turn, line: { resource, title, date, mediaType } }) => ({
      change: turn,
      of: `${resource.resourceType}/${resource.id}`,
      ...(title !== undefined && { title }),
      ...(date !== undefined && { date }),
      mediaType,
    })),
    files: changes.imports.map(({ name, format, asOf, producer, document }) => ({
      name,
      format,
      ...(document && { title: document.title }),
      ...(asOf !== undefined && { asOf }),
      ...(producer !== undefined && { producer }),
    })),
    gaps: namesOfGaps(gaps),
  };
}

function changeOf(
  { turn, names, before, after }: ResourceTurn,
  then: Versions,
  now: Versions,
): ResourceChange {
  const was = before && then.find(before.sha256);
  // What is gone by now is told by what it was, and by what it said last where that is something else.
  const isSame = before?.sha256 === after?.sha256;
  const is = after && !(turn === 'vanished' && isSame) ? now.find(after.sha256) : undefined;
  const shown = is ?? was;
  return {
    change: turn,
    names,
    section: shown?.section ?? 'other',
    ...(was && { before: was.row }),
    ...(is && { after: is.row }),
    ...(was &&
      is &&
      turn !== 'renumbered' &&
      !isSame && {
        difference: rowDifference(was, is, { withdrawn: was.withdrawn || is.withdrawn }),
      }),
  };
}

/** A version of a resource as the record of its time shows it. */
export interface ShownVersion {
  section: string;
  row: Row;
  /** Without what may change by itself. */
  json: JsonValue;
  withdrawn: boolean;
  entry: Entry;
}

/** The resources of a record by the hash of their stored text. */
export class Versions {
  readonly #rows = new Map<string, { section: string; row: Row }>();
  readonly #entries = new Map<string, Entry>();

  constructor(built?: BuiltRecord) {
    for (const [section, rows] of Object.entries(built?.record.sections ?? {}))
      for (const row of rows) {
        const [origin] = row.sources;
        if (origin?.pointer === '') this.#rows.set(origin.sha256, { section, row });
      }
    for (const entry of built?.entries ?? [])
      if (entry.container === undefined) this.#entries.set(entry.origin.sha256, entry);
  }

  find(sha256: string): ShownVersion | undefined {
    const entry = this.#entries.get(sha256);
    if (entry === undefined) return undefined;
    const shown = this.#rows.get(sha256) ?? { section: 'person', row: personRow(entry) };
    const json = stableForm(parseJson(entry.text));
    return { ...shown, json, withdrawn: entry.withdrawn === true, entry };
  }
}
