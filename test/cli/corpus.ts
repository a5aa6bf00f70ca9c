import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './bluebutton.ts';

/** Records written by others (`$CORPUS`, else beside the repository); they are not part of it. */
const corpus = process.env['CORPUS'] ?? join(repository, '..', 'shared', 'corpus');

/**
 * How tests that need the corpus are run or counted: `present` holds the folder where there is one, for
 * `describe.each`; else `absent` holds how many tests are not run, for the one test that says so.
 */
export function corpusCases(tests: number): { present: string[]; absent: number[] } {
  return existsSync(corpus) ? { present: [corpus], absent: [] } : { present: [], absent: [tests] };
}

/** Says that tests are not run; false when `$CORPUS` names a folder that is not there, which is a mistake. */
export function noteAbsence(tests: number): boolean {
  process.stdout.write(`corpus absent: ${tests} tests not run\n`);
  return process.env['CORPUS'] === undefined;
}

/** Every file under a folder with one of these endings, in the order of their names. */
export function filesUnder(folder: string, endings: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .toSorted()
    .map((path) => join(folder, path));
}
