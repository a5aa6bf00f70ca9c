import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile } from './digest.ts';
import type { Problem, Verification } from './report.ts';
import { verifyArchive } from './verify.ts';

/** Something of a damaged archive that another copy has as it was written. */
export interface Mend {
  /** Of the file, or of the whole bag, relative to the archive. */
  path: string;
  kind: 'file' | 'bag';
}

/** What another copy of an archive can do for it. */
export interface CopyFindings {
  /** How many problems the copy itself has. */
  problems: number;
  /** What to take from it, without repetition. */
  mends: Mend[];
  /** For each problem of the archive, in order: what of the copy puts it right, if anything does. */
  remedies: (Mend['kind'] | undefined)[];
  /** Bags that are whole in the copy and that the archive has not at all; a whole source or person as one path. */
  lacking: string[];
}

/**
 * Says what another copy of an archive still has of what is damaged or missing: files with the SHA-256 that the archive's
 * own manifests expect, else whole bags that the archive's chain or the copy itself proves. Changes nothing.
 *
 * @param ours What `verifyArchive` found in the archive.
 * @throws BlueButtonError `no-archive` when `copy` is none, `failed` when it is of another format or cannot be read.
 */
export async function compareWithCopy(
  ours: Verification,
  directory: string,
  copy: string,
): Promise<CopyFindings> {
  const theirs = await verifyArchive(copy);
  const mends = await Promise.all(ours.problems.map((problem) => mendOf(problem, ours, theirs, copy)));
  const wholeBags = new Set(mends.flatMap((mend) => (mend?.kind === 'bag' ? [mend.path] : [])));
  const byPath = new Map<string, Mend>();
  for (const mend of mends) {
    if (mend === undefined) continue;
    // A bag that is taken as a whole brings its files.
    if (mend.kind === 'file' && wholeBags.has(bagOf(mend.path) ?? '')) continue;
    byPath.set(mend.path, mend);
  }
  return {
    problems: theirs.problems.length,
    mends: [...byPath.values()],
    remedies: mends.map((mend) => mend?.kind),
    lacking: await lackingBags(ours, theirs, directory, wholeBags),
  };
}

async function mendOf(
  { path, sha256, lacks }: Problem,
  ours: Verification,
  theirs: Verification,
  copy: string,
): Promise<Mend | undefined> {
  if (lacks !== undefined) {
    const isThatBag = theirs.seals.get(lacks.path) === lacks.sha256 && isWhole(theirs, lacks.path);
    return isThatBag ? { path: lacks.path, kind: 'bag' } : undefined;
  }
  if (sha256 !== undefined) {
    const found = await sha256OfFile(join(copy, path)).catch(() => undefined);
    if (found === sha256) return { path, kind: 'file' };
  }
  if (path === 'archive.json' && isWhole(theirs, path)) return { path, kind: 'file' };
  const bag = bagOf(path);
  if (bag === undefined) return undefined;
  // What is written in a manifest that is itself damaged proves nothing: the bag as a whole may.
  const expected = ours.problems.flatMap((each) => (each.lacks?.path === bag ? [each.lacks.sha256] : []));
  const seal = theirs.seals.get(bag);
  const isExpected = expected.length === 0 || expected.includes(seal ?? '');
  return seal !== undefined && isExpected && isWhole(theirs, bag) ? { path: bag, kind: 'bag' } : undefined;
}

function isWhole({ problems }: Verification, path: string): boolean {
  return !problems.some((problem) => problem.path === path || problem.path.startsWith(`${path}/`));
}

/** The bag a path leads into or is: its first three folders. */
function bagOf(path: string): string | undefined {
  const folders = path.split('/');
  return folders.length < 3 || folders[2] === 'source.json' ? undefined : folders.slice(0, 3).join('/');
}

async function lackingBags(
  ours: Verification,
  theirs: Verification,
  directory: string,
  mended: ReadonlySet<string>,
): Promise<string[]> {
  const lacking = new Set<string>();
  for (const bag of theirs.seals.keys()) {
    if (ours.seals.has(bag) || mended.has(bag) || !isWhole(theirs, bag)) continue;
    const [person = '', source = ''] = bag.split('/');
    if (!(await isThere(directory, person))) lacking.add(person);
    else lacking.add((await isThere(directory, `${person}/${source}`)) ? bag : `${person}/${source}`);
  }
  return [...lacking];
}

async function isThere(directory: string, path: string): Promise<boolean> {
  return (await stat(join(directory, path)).catch(() => undefined)) !== undefined;
}
