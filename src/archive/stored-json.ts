import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { systemCodeOf } from '../errors/index.ts';
import type { Archive } from './archive.ts';
import { readLines } from './lines.ts';
import { damage, readingProblem } from './storage-error.ts';

/**
 * Reads a JSON file of the archive. `path` is relative to it.
 *
 * @throws BlueButtonError `archive-damaged` when it is missing, is not JSON or is not of the schema.
 */
export async function readStored<Output>(
  archive: Archive,
  path: string,
  schema: v.GenericSchema<unknown, Output>,
): Promise<Output> {
  return parseStored(await readStoredText(archive, path), path, schema);
}

/** The text of a file of the archive that must be there. */
export async function readStoredText(archive: Archive, path: string): Promise<string> {
  try {
    return await readFile(join(archive.directory, path), 'utf8');
  } catch (thrown) {
    throw missing(path, thrown);
  }
}

/** Reads an NDJSON file of the archive record by record. */
export async function* readStoredLines<Output>(
  archive: Archive,
  path: string,
  schema: v.GenericSchema<unknown, Output>,
): AsyncGenerator<Output> {
  try {
    for await (const line of readLines(join(archive.directory, path))) {
      yield parseStored(line.bytes.toString('utf8'), `${path} line ${line.number}`, schema);
    }
  } catch (thrown) {
    throw missing(path, thrown);
  }
}

/** Reads the text of a JSON file, or of one line, of the archive; `where` names it. */
export function parseStored<Output>(
  text: string,
  where: string,
  schema: v.GenericSchema<unknown, Output>,
): Output {
  try {
    return v.parse(schema, JSON.parse(text));
  } catch (thrown) {
    const place = v.isValiError(thrown) ? v.getDotPath(thrown.issues[0]) : null;
    throw damage(
      where,
      place === null ? 'It is not JSON of the form expected.' : `"${place}" is not as expected.`,
    );
  }
}

/** The damage that a file is which is missing or cannot be read; what is thrown for any other reason as it is. */
export function missing(path: string, thrown: unknown): unknown {
  if (systemCodeOf(thrown) === 'ENOENT') return damage(path, 'The file is missing.', thrown);
  const problem = readingProblem(thrown);
  return problem === undefined ? thrown : damage(path, problem, thrown);
}
