import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BlueButtonError } from '../errors/index.ts';
import { openArchive, type Archive } from './archive.ts';
import { foldersAndLinks, leadsNowhere } from './people.ts';
import { Report, type Verification } from './report.ts';
import { verifySource } from './verify-source.ts';

/**
 * Reads the whole archive and proves it: every file against its manifest, every bag against the next, every line and
 * count of the lists against what is stored. Changes nothing and stops at nothing.
 *
 * Not found is what leaves no trace: the newest bag of a source removed (`heads` lets one remember it), or a whole
 * source or person.
 *
 * @throws BlueButtonError `no-archive` when there is none, `failed` when it is of another format or cannot be read.
 */
export async function verifyArchive(directory: string): Promise<Verification> {
  const report = new Report();
  const archive: Archive = { directory };
  try {
    await openArchive(directory);
  } catch (thrown) {
    if (!(thrown instanceof BlueButtonError) || thrown.code !== 'archive-damaged') throw thrown;
    report.problem('archive.json', 'It does not say which format the archive is of.');
  }
  const known = new Set(['README.md', 'archive.json', '.lock', '.staging']);
  const { folders: people, astray } = await foldersAndLinks(archive, '.');
  for (const name of (await readdir(directory)).toSorted()) {
    if (known.has(name)) continue;
    if (astray.includes(name)) report.problem(name, leadsNowhere);
    else if (people.includes(name)) await verifyPerson(archive, name, report);
    else foreign(report, name);
  }
  return report;
}

async function verifyPerson(archive: Archive, person: string, report: Report): Promise<void> {
  await report.attempt(person, async () => {
    const { folders: sources, astray } = await foldersAndLinks(archive, person);
    for (const name of await readdir(join(archive.directory, person))) {
      if (astray.includes(name)) report.problem(`${person}/${name}`, leadsNowhere);
      if (astray.includes(name)) continue;
      const isOurs = sources.includes(name) && (await verifySource(archive, person, name, report));
      if (!isOurs) foreign(report, `${person}/${name}`);
    }
  });
}

function foreign(report: Report, path: string): void {
  report.note(path, 'Not a part of the archive.');
}
