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
import { ContentsCheck } from './verify-contents.ts';
import { whoseBag } from './verify-holds.ts';

/** Proves one source; false when the folder is none of ours. */
export async function verifySource(
  archive: Archive,
  person: string,
  folder: string,
  report: Report,
): Promise<boolean> {
  const path = `${person}/${folder}`;
  const names = await report.attempt(path, () => readdir(join(archive.directory, path)));
  if (names === undefined) return true;
  const bagNames = names.filter((name) => bagFolder.test(name)).toSorted();
  if (bagNames.length === 0 && !names.includes('source.json')) return false;
  for (const name of names.toSorted()) {
    if (name !== 'source.json' && !bagFolder.test(name))
      report.note(`${path}/${name}`, 'Not a part of the archive.');
  }
  if (bagNames.length === 0) report.problem(path, noBags);
  const file = `${path}/source.json`;
  const bags: Bag[] = [];
  for (const name of bagNames) {
    report.seals.set(`${path}/${name}`, undefined);
    // A bag-info.txt that cannot be read is reported with the bag's other files.
    const bag = await readBag(archive, path, name).catch(() => undefined);
    if (bag !== undefined) bags.push(bag);
  }
  const [sealed] = bags.flatMap((bag) => bag.sourceSha256 ?? []);
  const description = await report.attempt(
    file,
    () => readStored(archive, file, sourceFile),
    () => Promise.resolve(sealed === undefined ? {} : { sha256: sealed }),
  );
  const sourceText = await readStoredText(archive, file).catch(() => undefined);
  const sourceSha256 = sourceText === undefined ? undefined : sha256Of(sourceText);
  const whole = new Set<string>();
  const payload = new Map<string, string>();
  for (const name of bagNames) {
    report.bags += 1;
    const before = report.problems.length;
    const whose = whoseBag(person, folder, name, description);
    const checksums = await verifyBag(archive, `${path}/${name}`, whose, report);
    for (const [member, sha256] of checksums) payload.set(`${path}/${name}/${member}`, sha256);
    if (report.problems.length === before) whole.add(name);
    const bag = bags.find((each) => each.folder === name);
    if (bag === undefined) {
      // Whole by its manifests, and yet it does not say where it belongs.
      if (whole.delete(name))
        await report.attempt(`${path}/${name}/bag-info.txt`, () => readBag(archive, path, name));
      continue;
    }
    const problem = misplacement(bag, person, folder, sourceSha256);
    if (problem !== undefined) report.problem(bag.path, problem);
  }
  const isUnbroken = await verifyChain(archive, path, bags, bagNames, report);
  if (description === undefined) return true;
  const contents = new ContentsCheck(archive, description, payload, report);
  if (!isUnbroken) contents.doubtEarlier();
  for (const bag of inChainOrder(bags)) {
    // What a damaged bag held is not known, nor then what the bags after it build on.
    if (!whole.has(bag.folder)) contents.doubtEarlier();
    else await contents.verify(bag);
  }
  return true;
}

/** @returns whether every bag that another continues is there. */
async function verifyChain(
  archive: Archive,
  path: string,
  bags: readonly Bag[],
  present: readonly string[],
  report: Report,
): Promise<boolean> {
  const gaps = chainProblems(bags);
  for (const { bag, problem, lacks } of gaps) {
    const isUnreadable = bag.previous.some(
      (link) => present.includes(link.folder) && !bags.some((other) => other.folder === link.folder),
    );
    if (isUnreadable) continue;
    report.problem(
      bag.path,
      problem,
      lacks && { lacks: { path: `${path}/${lacks.folder}`, sha256: lacks.sha256 } },
    );
  }
  for (const bag of bags) {
    // A tag manifest that is missing was reported with the bag's other files.
    const link = await linkTo(archive, bag).catch(() => undefined);
    report.seals.set(bag.path, link?.sha256);
  }
  const sealOf = (folder: string): string | undefined => report.seals.get(`${path}/${folder}`);
  for (const bag of bags) {
    for (const { folder, sha256 } of bag.previous) {
      const found = sealOf(folder);
      if (found === undefined || found === sha256) continue;
      report.problem(
        `${path}/${folder}`,
        `It is not the bag that ${bag.folder} continues: its tag manifest is another.`,
        { lacks: { path: `${path}/${folder}`, sha256 } },
      );
    }
  }
  const heads = headsOf(bags);
  report.heads[path] = heads.map(({ folder }) => ({ folder, sha256: sealOf(folder) ?? '' }));
  // Where a bag is missing, those around it look like ends.
  if (heads.length > 1 && gaps.length === 0) {
    const names = heads.map((head) => head.folder).join(', ');
    report.note(
      path,
      `Its history has ${heads.length} ends (${names}): two computers wrote to copies of it. Both are read.`,
    );
  }
  return gaps.length === 0;
}
