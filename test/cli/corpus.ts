import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from './bluebutton.ts';

/** Records written by others (`$CORPUS`, else beside the repository); they are not part of it. */
const corpus = process.env['CORPUS'] ?? join(repository, '..', 'shared', 'corpus');

/** A test about the corpus, by its name. */
export type CorpusTests = Readonly<Record<string, () => Promise<void>>>;

/**
 * Runs tests that read the corpus. Where it is absent one test says how many were not run; a `$CORPUS` that is set and
 * not there is a mistake and fails.
 */
export function corpusTests(tests: CorpusTests): void {
  if (existsSync(corpus)) {
    for (const [name, run] of Object.entries(tests)) test(name, run, 180_000);
    return;
  }
  const notice = `corpus absent: ${Object.keys(tests).length} tests not run`;
  test(notice, () => {
    process.stdout.write(`${notice}\n`);
    expect(process.env['CORPUS'], 'no folder is there').toBeUndefined();
  });
}

/** A file of the corpus. */
export function corpusFile(...path: string[]): string {
  return join(corpus, ...path);
}

/** Every file under a folder of the corpus with one of these endings, in the order of their names. */
export function corpusFiles(folder: string, endings: readonly string[]): string[] {
  return readdirSync(join(corpus, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .toSorted()
    .map((path) => join(corpus, folder, path));
}
