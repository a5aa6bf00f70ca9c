import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Archive } from './archive.ts';
import { bagDeclaration, parseManifest, parseTags, type Checksum } from './bagit.ts';
import { sha256OfFile } from './digest.ts';
import { holdsOf, type Report } from './report.ts';

const tagFiles = ['bag-info.txt', 'bagit.txt', 'manifest-sha256.txt'];
const tagManifest = 'tagmanifest-sha256.txt';

/**
 * Proves that a bag is complete and valid (RFC 8493 §3).
 *
 * @returns What its payload manifest says: SHA-256 by path inside the bag.
 */
export async function verifyBag(
  archive: Archive,
  path: string,
  report: Report,
): Promise<Map<string, string>> {
  const bag: BagAtHand = { path, directory: join(archive.directory, path), report };
  const present = await filesIn(bag, '');
  const expectedTags = await readManifest(bag, tagManifest);
  const payload = await readManifest(bag, 'manifest-sha256.txt', 'data/');
  for (const name of [...tagFiles, tagManifest]) {
    if (!present.has(name)) report.problem(`${path}/${name}`, 'The file is missing.');
    else if (name !== tagManifest && expectedTags !== undefined && !expectedTags.has(name)) {
      report.problem(`${path}/${name}`, `It is not listed in ${tagManifest}.`);
    }
  }
  await compare(bag, expectedTags ?? new Map<string, string>(), present);
  if (payload !== undefined) {
    await compare(bag, payload, present);
    for (const file of present) {
      if (payload.has(file) || tagFiles.includes(file) || file === tagManifest) continue;
      report.problem(`${path}/${file}`, 'It is not listed in manifest-sha256.txt: it came later.');
    }
  }
  await compareTags(bag, present);
  return payload ?? new Map<string, string>();
}

interface BagAtHand {
  /** Relative to the archive. */
  path: string;
  directory: string;
  report: Report;
}

/** Every file of the bag; what is neither file nor folder is a problem at once. */
async function filesIn(bag: BagAtHand, folder: string): Promise<Set<string>> {
  const files = new Set<string>();
  for (const entry of await readdir(join(bag.directory, folder), { withFileTypes: true })) {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory()) for (const file of await filesIn(bag, `${path}/`)) files.add(file);
    else if (entry.isFile()) files.add(path);
    else bag.report.problem(`${bag.path}/${path}`, 'It is neither a file nor a folder.');
  }
  return files;
}

/** A manifest's checksums by path; `undefined` when there is none. Paths that lead out of the bag are problems. */
async function readManifest(
  bag: BagAtHand,
  name: string,
  under = '',
): Promise<Map<string, string> | undefined> {
  const text = await readFile(join(bag.directory, name), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { checksums, badLines } = parseManifest(text);
  for (const line of badLines)
    bag.report.problem(`${bag.path}/${name}`, `Line ${line} is not of a manifest.`);
  const listed = new Map<string, string>();
  for (const { path, sha256 } of checksums) {
    const problem = pathProblem(path, under, listed);
    if (problem === undefined) listed.set(path, sha256);
    else bag.report.problem(`${bag.path}/${name}`, `It lists a path ${problem}.`);
  }
  return listed;
}

function pathProblem(
  path: Checksum['path'],
  under: string,
  listed: ReadonlyMap<string, string>,
): string | undefined {
  if (listed.has(path)) return 'twice';
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
  for (const [file, sha256] of listed) {
    const path = `${bag.path}/${file}`;
    if (!present.has(file)) {
      if (!tagFiles.includes(file)) {
        bag.report.problem(path, 'The file is missing.', await holdsOf(bag.directory, file));
      }
      continue;
    }
    const location = join(bag.directory, file);
    bag.report.files += 1;
    bag.report.bytes += (await stat(location)).size;
    if ((await sha256OfFile(location)) === sha256) continue;
    bag.report.problem(
      path,
      'Its bytes are not the ones that were stored.',
      await holdsOf(bag.directory, file),
    );
  }
}

/** The declaration, and the payload's size and number of files. */
async function compareTags(bag: BagAtHand, present: ReadonlySet<string>): Promise<void> {
  if (
    present.has('bagit.txt') &&
    (await readFile(join(bag.directory, 'bagit.txt'), 'utf8')) !== bagDeclaration
  ) {
    bag.report.problem(`${bag.path}/bagit.txt`, 'It does not declare a bag of BagIt 1.0 in UTF-8.');
  }
  if (!present.has('bag-info.txt')) return;
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
