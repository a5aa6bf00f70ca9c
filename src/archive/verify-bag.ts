import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Archive } from './archive.ts';
import { bagDeclaration, parseManifest, parseTags, type Checksum } from './bagit.ts';
import { sha256OfFile } from './digest.ts';
import type { ProblemFacts, Report } from './report.ts';
import { holdsOf, type HeldIn } from './verify-holds.ts';

const payloadManifest = 'manifest-sha256.txt';
const tagFiles = ['bag-info.txt', 'bagit.txt', payloadManifest];
const tagManifest = 'tagmanifest-sha256.txt';

/**
 * Proves that a bag is complete and valid (RFC 8493 §3).
 *
 * @param path Of the bag, relative to the archive.
 * @param whose Whose record it holds, as `whoseBag` says it.
 * @returns What its payload manifest says: SHA-256 by path inside the bag.
 */
export async function verifyBag(
  archive: Archive,
  path: string,
  whose: string,
  report: Report,
): Promise<Map<string, string>> {
  const bag: BagAtHand = { path, directory: join(archive.directory, path), whose, report };
  const before = report.problems.length;
  const present = await filesIn(bag, '');
  if (present === undefined) return new Map<string, string>();
  const tags = await readManifest(bag, present, tagManifest);
  const payload = await readManifest(bag, present, payloadManifest, 'data/');
  for (const name of [...tagFiles, tagManifest]) {
    const sha256 = tags?.get(name);
    if (!present.has(name))
      report.problem(`${path}/${name}`, 'The file is missing.', sha256 === undefined ? {} : { sha256 });
    else if (name !== tagManifest && tags !== undefined && sha256 === undefined)
      report.problem(`${path}/${name}`, `It is not listed in ${tagManifest}.`);
  }
  await compare(bag, tags ?? new Map<string, string>(), present);
  if (payload !== undefined) {
    await compare(bag, payload, present);
    for (const file of present) {
      if (payload.has(file) || tagFiles.includes(file) || file === tagManifest) continue;
      report.problem(`${path}/${file}`, `It is not listed in ${payloadManifest}: it came later.`);
    }
  }
  if (report.problems.length === before) await compareTags(bag, present);
  return payload ?? new Map<string, string>();
}

interface BagAtHand extends HeldIn {
  /** Relative to the archive. */
  path: string;
  report: Report;
}

/** Every file of the bag; what is neither file nor folder is a problem at once. Undefined for what is no folder. */
async function filesIn(bag: BagAtHand, folder: string): Promise<Set<string> | undefined> {
  const entries = await bag.report.attempt(`${bag.path}/${folder}`.replace(/\/$/, ''), () =>
    readdir(join(bag.directory, folder), { withFileTypes: true }),
  );
  if (entries === undefined) return undefined;
  const files = new Set<string>();
  for (const entry of entries) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory()) for (const file of (await filesIn(bag, `${path}/`)) ?? []) files.add(file);
    else if (entry.isFile()) files.add(path);
    else bag.report.problem(`${bag.path}/${path}`, 'It is neither a file nor a folder.');
  }
  return files;
}

/** A manifest's checksums by path; `undefined` when there is none to read. Paths that lead out of the bag are problems. */
async function readManifest(
  bag: BagAtHand,
  present: ReadonlySet<string>,
  name: string,
  under = '',
): Promise<Map<string, string> | undefined> {
  if (!present.has(name)) return undefined;
  const { report } = bag;
  const path = `${bag.path}/${name}`;
  const text = await report.attempt(path, () => readFile(join(bag.directory, name), 'utf8'));
  if (text === undefined) return undefined;
  const { checksums, badLines } = parseManifest(text);
  for (const line of badLines) report.problem(path, `Line ${line} is not of a manifest.`);
  const listed = new Map<string, string>();
  const folded = new Set<string>();
  for (const { path: file, sha256 } of checksums) {
    const problem = pathProblem(file, under, listed, folded);
    folded.add(foldedName(file));
    if (problem === undefined) listed.set(file, sha256);
    else report.problem(path, `It lists a path ${problem}.`);
  }
  return listed;
}

/** Names with one folded name are one file where the disk ignores case or composes letters (macOS, Windows). */
function foldedName(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

function pathProblem(
  path: Checksum['path'],
  under: string,
  listed: ReadonlyMap<string, string>,
  folded: ReadonlySet<string>,
): string | undefined {
  if (listed.has(path)) return 'twice';
  if (folded.has(foldedName(path))) return 'twice, but for capitals or accents';
  const segments = path.split('/');
  const leadsOut =
    /^[/~]|\\|^[A-Za-z]:/.test(path) || segments.some((segment) => ['', '.', '..'].includes(segment));
  return leadsOut || !path.startsWith(under) ? 'outside of the bag' : undefined;
}

async function compare(
  bag: BagAtHand,
  listed: ReadonlyMap<string, string>,
  present: ReadonlySet<string>,
): Promise<void> {
  const { report } = bag;
  for (const [file, sha256] of listed) {
    const path = `${bag.path}/${file}`;
    if (!present.has(file)) {
      if (!tagFiles.includes(file))
        report.problem(path, 'The file is missing.', await factsOf(bag, file, sha256));
      continue;
    }
    const location = join(bag.directory, file);
    const found = await report.attempt(
      path,
      async () => ({ bytes: (await stat(location)).size, sha256: await sha256OfFile(location) }),
      () => factsOf(bag, file, sha256),
    );
    if (found === undefined) continue;
    report.files += 1;
    report.bytes += found.bytes;
    if (found.sha256 === sha256) continue;
    report.problem(path, 'Its bytes are not the ones that were stored.', await factsOf(bag, file, sha256));
  }
}

async function factsOf(bag: BagAtHand, file: string, sha256: string): Promise<ProblemFacts> {
  const holds = await holdsOf(bag, file);
  return { sha256, ...(holds !== undefined && { holds }) };
}

/** The declaration, and the payload's size and number of files, of a bag in which every file is as it was written. */
async function compareTags(bag: BagAtHand, present: ReadonlySet<string>): Promise<void> {
  if ((await readFile(join(bag.directory, 'bagit.txt'), 'utf8')) !== bagDeclaration) {
    bag.report.problem(`${bag.path}/bagit.txt`, 'It does not declare a bag of BagIt 1.0 in UTF-8.');
  }
  const tags = parseTags(await readFile(join(bag.directory, 'bag-info.txt'), 'utf8'));
  const stated = tags.find(([label]) => label === 'Payload-Oxum')?.[1];
  let [bytes, files] = [0, 0];
  for (const file of present) {
    if (!file.startsWith('data/')) continue;
    bytes += (await stat(join(bag.directory, file))).size;
    files += 1;
  }
  if (stated === `${bytes}.${files}`) return;
  bag.report.problem(
    `${bag.path}/bag-info.txt`,
    `Payload-Oxum says ${stated ?? 'nothing'}; the payload is ${bytes}.${files} (bytes.files).`,
  );
}
