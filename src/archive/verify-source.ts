import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Archive } from './archive.ts';
import { bagFolder, chainProblems, headsOf, inChainOrder, linkTo, readBag, type Bag } from './chain.ts';
import { misplacement, noBags } from './people.ts';
import { sha256Of } from './digest.ts';
import type { Report } from './report.ts';
import { sourceFile } from './source-file.ts';
import { readStored, readStoredText } from './stored-json.ts';
import { verifyBag } from './verify-bag.ts';
import { verifyContents } from './verify-contents.ts';

/** Proves one source; false when the folder is none of ours. */
export async function verifySource(
  archive: Archive,
  person: string,
  folder: string,
  report: Report,
): Promise<boolean> {
  const path = `${person}/${folder}`;
  const names = (await readdir(join(archive.directory, path))).toSorted();
  const bagNames = names.filter((name) => bagFolder.test(name));
  if (bagNames.length === 0 && !names.includes('source.json')) return false;
  for (const name of names) {
    if (name !== 'source.json' && !bagFolder.test(name))
      report.note(`${path}/${name}`, 'Not a part of the archive.');
  }
  if (bagNames.length === 0) report.problem(path, noBags);
  const file = `${path}/source.json`;
  const description = await report.attempt(file, () => readStored(archive, file, sourceFile));
  const sourceText = await readStoredText(archive, file).catch(() => undefined);
  const sourceSha256 = sourceText === undefined ? undefined : sha256Of(sourceText);
  const bags: Bag[] = [];
  const whole = new Set<string>();
  const payload = new Map<string, string>();
  for (const name of bagNames) {
    report.bags += 1;
    const before = report.problems.length;
    const checksums = await verifyBag(archive, `${path}/${name}`, report);
    for (const [member, sha256] of checksums) payload.set(`${path}/${name}/${member}`, sha256);
    if (report.problems.length === before) whole.add(name);
    if (!names.includes(name)) continue;
    const info = `${path}/${name}/bag-info.txt`;
    const bag = await report.attempt(info, () => readBag(archive, path, name));
    if (bag === undefined) continue;
    bags.push(bag);
    const problem = misplacement(bag, person, folder, sourceSha256);
    if (problem !== undefined) report.problem(bag.path, problem);
  }
  await verifyChain(archive, path, bags, bagNames, report);
  if (description === undefined) return true;
  for (const bag of inChainOrder(bags)) {
    if (whole.has(bag.folder)) await verifyContents(archive, bag, description.kind, payload, report);
  }
  return true;
}

async function verifyChain(
  archive: Archive,
  path: string,
  bags: readonly Bag[],
  present: readonly string[],
  report: Report,
): Promise<void> {
  const gaps = chainProblems(bags);
  for (const { bag, problem } of gaps) {
    const isUnreadable = bag.previous.some(
      (link) => present.includes(link.folder) && !bags.some((other) => other.folder === link.folder),
    );
    if (!isUnreadable) report.problem(bag.path, problem);
  }
  const links = new Map<string, string>();
  for (const bag of bags) {
    // A tag manifest that is missing was reported with the bag's other files.
    const link = await linkTo(archive, bag).catch(() => undefined);
    if (link !== undefined) links.set(link.folder, link.sha256);
  }
  for (const bag of bags) {
    for (const { folder, sha256 } of bag.previous) {
      const found = links.get(folder);
      if (found === undefined || found === sha256) continue;
      report.problem(
        `${path}/${folder}`,
        `It is not the bag that ${bag.folder} continues: its tag manifest is another.`,
      );
    }
  }
  const heads = headsOf(bags);
  report.heads[path] = heads.map(({ folder }) => ({ folder, sha256: links.get(folder) ?? '' }));
  // Where a bag is missing, those around it look like ends.
  if (heads.length > 1 && gaps.length === 0) {
    const names = heads.map((head) => head.folder).join(', ');
    report.note(
      path,
      `Its history has ${heads.length} ends (${names}): two computers wrote to copies of it. Both are read.`,
    );
  }
}
