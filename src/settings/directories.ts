import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Places } from './places.ts';
import { portalName } from './portals.ts';
import { readPrivateFile, refusedBySystem, writePrivateFile } from './private-file.ts';
import { linesOf } from './text-lines.ts';

const descriptionSchema = v.object({
  schema: v.literal('bluebutton/directory/1'),
  name: v.pipe(v.string(), v.regex(portalName)),
  /** The address or file it came from. */
  source: v.string(),
  /** When it was last fetched or found unchanged: ISO 8601 in UTC. */
  checked: v.string(),
  /** What its server said, to be sent back the next time. */
  etag: v.optional(v.string()),
  lastModified: v.optional(v.string()),
  /** When its publisher says it was made. */
  timestamp: v.optional(v.string()),
  organizations: v.number(),
  endpoints: v.number(),
  dangling: v.number(),
  withoutAddress: v.number(),
  /** File of the rows, beside this one. */
  rows: v.pipe(v.string(), v.regex(/^[\w.-]+\.ndjson$/)),
});

/** A directory of portals that was added: what is known of it. Its rows are lines beside it. */
export type CachedDirectory = v.InferOutput<typeof descriptionSchema>;

/** What of a directory its draft does not know. */
export type DirectoryFacts = Omit<CachedDirectory, 'schema' | 'name' | 'rows'>;

/** A directory being read: nothing of it is found before `keep`. */
export interface DirectoryDraft {
  /** Lines put aside, to be read again. */
  spool: { write(line: string): Promise<void>; lines(): AsyncIterable<string> };
  addRow(line: string): Promise<void>;
  /** Puts it in the place of what was kept under the name. */
  keep(facts: DirectoryFacts): Promise<CachedDirectory>;
  discard(): Promise<void>;
}

/** The directories added, by name. One whose description cannot be understood counts as none: it can be fetched anew. */
export async function readDirectories(places: Places): Promise<CachedDirectory[]> {
  const names = await readdir(folderIn(places)).catch(() => []);
  const found: CachedDirectory[] = [];
  for (const name of names.filter((each) => each.endsWith('.json')).toSorted()) {
    const text = await readPrivateFile(join(folderIn(places), name));
    const parsed = v.safeParse(descriptionSchema, text === undefined ? undefined : asJson(text));
    if (parsed.success && `${parsed.output.name}.json` === name) found.push(parsed.output);
  }
  return found;
}

/** @throws BlueButtonError `failed` when the system refuses to read them. */
export async function* directoryLines(places: Places, { rows }: CachedDirectory): AsyncGenerator<string> {
  yield* linesOf(join(folderIn(places), rows));
}

/** @throws BlueButtonError `failed` when the system refuses to write. */
export async function draftDirectory(places: Places, name: string): Promise<DirectoryDraft> {
  const folder = folderIn(places);
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((thrown: unknown) => {
    throw refusedBySystem(folder, 'written', thrown);
  });
  const rows = `${name}.${randomUUID().slice(0, 8)}.ndjson`;
  const part = join(folder, `${rows}.part`);
  const aside = join(folder, `${rows}.aside`);
  const rowsFile = await LineFile.create(part);
  const asideFile = await LineFile.create(aside);
  const discard = async (): Promise<void> => {
    await Promise.all([rowsFile.close(), asideFile.close()]);
    await Promise.all([part, aside].map((file) => rm(file, { force: true })));
  };
  return {
    spool: {
      write: (line) => asideFile.write(line),
      async *lines() {
        await asideFile.flush();
        yield* linesOf(aside);
      },
    },
    addRow: (line) => rowsFile.write(line),
    async keep(facts) {
      await rowsFile.flush();
      await rowsFile.sync();
      await rename(part, join(folder, rows));
      await discard();
      const directory: CachedDirectory = { schema: 'bluebutton/directory/1', name, rows, ...facts };
      await writeDescription(places, directory);
      await removeRows(places, name, rows);
      return directory;
    },
    discard,
  };
}

/** Writes down that a directory is as it was. */
export async function confirmDirectory(
  places: Places,
  directory: CachedDirectory,
  checked: string,
): Promise<void> {
  await writeDescription(places, { ...directory, checked });
}

/** Forgets a directory. */
export async function removeDirectory(places: Places, name: string): Promise<void> {
  await rm(join(folderIn(places), `${name}.json`), { force: true });
  await removeRows(places, name, undefined);
}

async function writeDescription(places: Places, directory: CachedDirectory): Promise<void> {
  const file = join(folderIn(places), `${directory.name}.json`);
  await writePrivateFile(file, `${JSON.stringify(directory, null, 2)}\n`);
}

/** Removes the rows of a name, also those a run that was killed left behind, but for those that count. */
async function removeRows(places: Places, name: string, keep: string | undefined): Promise<void> {
  for (const file of await readdir(folderIn(places)).catch(() => [])) {
    const isOld = file.startsWith(`${name}.`) && file.includes('.ndjson') && file !== keep;
    if (isOld) await rm(join(folderIn(places), file), { force: true });
  }
}

function folderIn({ cache }: Places): string {
  return join(cache, 'directories');
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A new file, written line by line through a buffer. */
class LineFile {
  readonly #path: string;
  readonly #file: FileHandle;
  #pending = '';

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<LineFile> {
    try {
      return new LineFile(path, await open(path, 'wx', 0o600));
    } catch (thrown) {
      throw refusedBySystem(path, 'written', thrown);
    }
  }

  async write(line: string): Promise<void> {
    this.#pending += `${line}\n`;
    if (this.#pending.length > 65_536) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    try {
      await this.#file.appendFile(text);
    } catch (thrown) {
      throw refusedBySystem(this.#path, 'written', thrown);
    }
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
