import type { Archive } from './archive.ts';
import type { ChangeLine } from './change-file.ts';
import { documentKey, type AttachmentLine, type DocumentLine, type ImportLine } from './document-file.ts';
import { foldSource, type Fold, type HeldResource } from './fold.ts';
import { readContents } from './history.ts';
import type { SourceFolder } from './people.ts';
import { stateOfFolds, type ArchiveState } from './state.ts';

/**
 * What became of a resource between two times. `renumbered`: only its id is another. `passing`: it is as it was before, or
 * came and went; nothing of it shows at either end but what is the same.
 */
export type Turn = 'new' | 'changed' | 'vanished' | 'reappeared' | 'renumbered' | 'passing';

/** A resource as it was at one of the two times. */
export interface VersionAt {
  resourceType: string;
  id: string;
  sha256: string;
}

export interface ResourceTurn {
  turn: Turn;
  /** Every `Type/id` under which the bags between tell of it, in the order they do: the last is its name now. */
  names: string[];
  before?: VersionAt;
  after?: VersionAt;
  /** The bags that tell of it, by folder. */
  bags: string[];
}

/** What the bags between two times of a source add up to. */
export interface SourceChanges {
  /** The bags between, by folder, in their order. */
  bags: string[];
  resources: ResourceTurn[];
  attachments: AttachmentTurn[];
  imports: ImportLine[];
  /** The source at both times. */
  before?: ArchiveState;
  after: ArchiveState;
}

/** An attachment that is new, or has other bytes than at the first time. */
export interface AttachmentTurn {
  turn: 'new' | 'changed';
  line: AttachmentLine;
}

/** What is told of one name between the two times. */
interface Told {
  bags: string[];
  /** How often a version of it was stored or came back. */
  versions: number;
  /** The name it has now, where the portal gave it another id. */
  renamed?: string;
}

/**
 * Tells what changed in a source between two times.
 *
 * @param earlier The source as it was, with some of the bags of `later`; undefined where it was not there yet.
 */
export async function changesBetween(
  archive: Archive,
  earlier: SourceFolder | undefined,
  later: SourceFolder,
): Promise<SourceChanges> {
  const known = new Set(earlier?.bags.map(({ folder }) => folder));
  const between = later.bags.filter(({ folder }) => !known.has(folder));
  const told = new Map<string, Told>();
  const documents: DocumentLine[] = [];
  for (const bag of between) {
    const contents = await readContents(archive, later, bag);
    for (const line of contents.changes) tell(told, line, bag.folder);
    documents.push(...contents.documents);
  }
  const before = earlier && (await foldSource(archive, earlier));
  const after = await foldSource(archive, later);
  const groups = new Map<string, string[]>();
  for (const name of told.keys()) {
    const last = lastName(name, told);
    groups.set(last, [...(groups.get(last) ?? []), name]);
  }
  const resources = [...groups].map(([last, names]) =>
    turnOf(last, inOrder(names, told), told, before, after),
  );
  const renamed = new Map(
    resources.flatMap(({ names }) => names.slice(0, -1).map((name) => [names.at(-1) ?? name, name] as const)),
  );
  return {
    bags: between.map(({ folder }) => folder),
    resources,
    attachments: attachmentTurns(documents, renamed, before),
    imports: documents.flatMap((line) => ('resource' in line ? [] : [line])),
    ...(earlier && before && { before: stateOfFolds(archive, [{ source: earlier, fold: before }]) }),
    after: stateOfFolds(archive, [{ source: later, fold: after }]),
  };
}

function tell(told: Map<string, Told>, line: ChangeLine, bag: string): void {
  const name = `${line.resourceType}/${line.id}`;
  const { bags, versions } = told.get(name) ?? { bags: [], versions: 0 };
  told.set(name, {
    bags: [...bags, bag],
    versions: 'sha256' in line ? versions + 1 : versions,
    ...(line.change === 'renumbered' && { renamed: `${line.resourceType}/${line.to}` }),
  });
}

/** The name a resource has at last. Ids that were given round in a circle end where they began. */
function lastName(name: string, told: ReadonlyMap<string, Told>): string {
  const met = new Set([name]);
  let last = name;
  for (
    let next = told.get(last)?.renamed;
    next !== undefined && !met.has(next);
    next = told.get(last)?.renamed
  ) {
    met.add(next);
    last = next;
  }
  return last;
}

/** The names of one resource, each before the one it got next. */
function inOrder(names: readonly string[], told: ReadonlyMap<string, Told>): string[] {
  const stepsLeft = (name: string): number => {
    let steps = 0;
    const met = new Set<string>();
    for (let at: string | undefined = name; at !== undefined && !met.has(at); at = told.get(at)?.renamed) {
      met.add(at);
      steps += 1;
    }
    return steps;
  };
  return names.toSorted((one, other) => stepsLeft(other) - stepsLeft(one));
}

function turnOf(
  last: string,
  names: string[],
  told: ReadonlyMap<string, Told>,
  before: Fold | undefined,
  after: Fold,
): ResourceTurn {
  const was = names
    .map((name) => before?.resources.get(name))
    .find((held) => held !== undefined && held.standing !== 'renumbered');
  const is = after.resources.get(last);
  return {
    turn: wordFor(was, is, before?.resources.has(last) === true, isOnlyRenamed(was, names, told, after)),
    names,
    ...(was && { before: versionOf(was) }),
    ...(is && { after: versionOf(is) }),
    bags: [...new Set(names.flatMap((name) => told.get(name)?.bags ?? []))],
  };
}

function wordFor(
  was: HeldResource | undefined,
  is: HeldResource | undefined,
  isKnown: boolean,
  isTheSame: boolean,
): Turn {
  const isGiven = is?.standing === 'given';
  if (was === undefined) return isGiven ? (isKnown ? 'reappeared' : 'new') : 'passing';
  if (was.standing === 'vanished' && isGiven) return 'reappeared';
  if (was.standing === 'given' && !isGiven) return 'vanished';
  if (isTheSame) return 'renumbered';
  return was.sha256 === is?.sha256 ? 'passing' : 'changed';
}

/** True when a resource got new ids and no new version: the renumbering itself proved that it says the same. */
function isOnlyRenamed(
  was: HeldResource | undefined,
  names: readonly string[],
  told: ReadonlyMap<string, Told>,
  after: Fold,
): boolean {
  if (was === undefined || names.length < 2) return false;
  const first = `${was.resourceType}/${was.id}`;
  return (
    after.resources.get(first)?.sha256 === was.sha256 &&
    names.every((name) => told.get(name)?.versions === (name === first ? 0 : 1))
  );
}

function versionOf({ resourceType, id, sha256 }: HeldResource): VersionAt {
  return { resourceType, id, sha256 };
}

/** The attachments that are new or have other bytes at the end; not those that only follow a resource to its new id. */
function attachmentTurns(
  lines: readonly DocumentLine[],
  renamed: ReadonlyMap<string, string>,
  before: Fold | undefined,
): AttachmentTurn[] {
  const latest = new Map(
    lines.flatMap((line) => ('resource' in line ? [[documentKey(line), line] as const] : [])),
  );
  return [...latest].flatMap(([key, line]): AttachmentTurn[] => {
    const { resourceType, id, pointer } = line.resource;
    const former = renamed.get(`${resourceType}/${id}`);
    const held =
      before?.documents.get(key) ??
      (former === undefined ? undefined : before?.documents.get(`${former}#${pointer}`));
    if (held === undefined) return [{ turn: 'new', line }];
    return held.line.sha256 === line.sha256 ? [] : [{ turn: 'changed', line }];
  });
}
