import { mkdir, open, readdir, rm, rmdir, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { sha256Of } from './digest.ts';

/** An answer of a portal as it is put aside; `head` is whatever must be known of it besides its bytes. */
export interface PutAside {
  head: string;
  bytes: Uint8Array;
}

/** What a pull is about: answers put aside for another are not taken. */
export interface PullIdentity {
  baseUrl: string;
  fhirVersion: string;
  patientId: string;
  scopes: string;
}

const title = v.object({
  schema: v.literal('bluebutton/answers/1'),
  baseUrl: v.string(),
  fhirVersion: v.string(),
  patientId: v.string(),
  scopes: v.string(),
  started: v.string(),
});

const line = v.object({ key: v.string(), head: v.string(), bytes: v.number(), sha256: v.string() });

/** How long answers of a pull that was broken off are good for, in milliseconds. */
const longestLife = 24 * 60 * 60 * 1000;

/** Where answers lie in the file. */
interface Place {
  head: string;
  offset: number;
  bytes: number;
  sha256: string;
}

/**
 * The answers of a pull, put aside under `.staging` while it is under way, so that a pull that is killed or loses its
 * portal is gone on with by the next one. The file is a help: when it cannot be written or read, the pull goes on
 * without.
 */
export class BrokenOffPull {
  readonly #path: string;
  readonly #identity: PullIdentity;
  readonly #started: string;
  readonly #places: Map<string, Place>;
  /** Where the last whole answer ends. */
  #end: number;
  #file: FileHandle | undefined;
  /** Put aside before the archive was locked. */
  #waiting: [string, PutAside][] | undefined = [];
  #taken = 0;

  private constructor(
    path: string,
    identity: PullIdentity,
    started: string,
    found: { places: Map<string, Place>; end: number; file?: FileHandle },
  ) {
    this.#path = path;
    this.#identity = identity;
    this.#started = started;
    this.#places = found.places;
    this.#end = found.end;
    this.#file = found.file;
  }

  /** What is left of the last pull from a portal in an archive that may not be there yet; mostly nothing. */
  static async find(
    directory: string,
    portal: string,
    identity: PullIdentity,
    now: Date,
  ): Promise<BrokenOffPull> {
    const path = join(directory, '.staging', `${portal}.answers`);
    const none = new BrokenOffPull(path, identity, now.toISOString(), { places: new Map(), end: 0 });
    const file = await open(path, 'r').catch(() => undefined);
    if (file === undefined) return none;
    const found = await placesIn(file, identity, now).catch(() => undefined);
    if (found !== undefined && found.places.size > 0)
      return new BrokenOffPull(path, identity, found.started, { ...found, file });
    await file.close();
    return none;
  }

  /** How many answers of the earlier pull were taken in place of asking again. */
  get taken(): number {
    return this.#taken;
  }

  /** When the earlier pull began: what is taken of it is no fresher. */
  get begun(): string | undefined {
    return this.#places.size > 0 ? this.#started : undefined;
  }

  /** How many answers of an earlier pull are left to take. */
  get left(): number {
    return this.#places.size;
  }

  /** The answer the earlier pull got, handed out once: who asks twice wants to know again. */
  async take(key: string): Promise<PutAside | undefined> {
    const place = this.#places.get(key);
    if (place === undefined || this.#file === undefined) return undefined;
    this.#places.delete(key);
    const bytes = await read(this.#file, place.offset, place.bytes).catch(() => undefined);
    if (bytes === undefined || sha256Of(bytes) !== place.sha256) return undefined;
    this.#taken += 1;
    return { head: place.head, bytes };
  }

  /** Takes no more of the earlier pull: what follows from it no longer holds together. */
  forget(): void {
    this.#places.clear();
    this.#taken = 0;
  }

  async keep(key: string, answer: PutAside): Promise<void> {
    if (this.#waiting !== undefined) this.#waiting.push([key, answer]);
    else await this.#append(key, answer);
  }

  /** Begins to write, once this process alone may. */
  async begin(): Promise<void> {
    const waiting = this.#waiting ?? [];
    if (this.#waiting === undefined) return;
    this.#waiting = undefined;
    try {
      await this.#file?.close();
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      this.#file = await open(this.#path, this.#end > 0 ? 'r+' : 'w+', 0o600);
      if (this.#end > 0) await this.#file.truncate(this.#end);
      else await this.#write(`${JSON.stringify(this.#title())}\n`);
    } catch {
      await this.close();
    }
    for (const [key, answer] of waiting) await this.#append(key, answer);
  }

  /** The pull is kept: nothing is to be gone on with. */
  async end(): Promise<void> {
    await this.close();
    await rm(this.#path, { force: true }).catch(() => undefined);
    await rmdir(dirname(this.#path)).catch(() => undefined);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
  }

  #title(): v.InferOutput<typeof title> {
    return { schema: 'bluebutton/answers/1', ...this.#identity, started: this.#started };
  }

  async #append(key: string, { head, bytes }: PutAside): Promise<void> {
    if (this.#file === undefined) return;
    const about = { key, head, bytes: bytes.length, sha256: sha256Of(bytes) };
    try {
      await this.#write(Buffer.concat([Buffer.from(`${JSON.stringify(about)}\n`), bytes, Buffer.from('\n')]));
    } catch {
      await this.close();
    }
  }

  async #write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    const from = this.#end;
    this.#end += bytes.length;
    await this.#file?.write(bytes, 0, bytes.length, from);
  }
}

/** Removes the answers of all pulls that were broken off: of a record that is forgotten nothing may be left in them. */
export async function dropAnswers(directory: string): Promise<void> {
  const staging = join(directory, '.staging');
  const names = await readdir(staging).catch((): string[] => []);
  for (const name of names) if (name.endsWith('.answers')) await rm(join(staging, name), { force: true });
}

/** True for a file in `.staging` from which a pull may still be gone on. */
export async function mayBeGoneOnFrom(path: string, now: Date): Promise<boolean> {
  if (!path.endsWith('.answers')) return false;
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && now.getTime() - found.mtimeMs <= longestLife;
}

/** Finds the whole answers of a file whose writer may have been stopped anywhere. */
async function placesIn(
  file: FileHandle,
  identity: PullIdentity,
  now: Date,
): Promise<{ places: Map<string, Place>; end: number; started: string } | undefined> {
  const { size } = await file.stat();
  const first = await lineAt(file, 0, size);
  const about = v.safeParse(title, first && JSON.parse(first.text));
  if (first === undefined || !about.success) return undefined;
  const { schema: _, started, ...of } = about.output;
  const age = now.getTime() - Date.parse(started);
  if (!(age >= 0 && age <= longestLife)) return undefined;
  if (Object.entries(identity).some(([name, text]) => new Map(Object.entries(of)).get(name) !== text))
    return undefined;
  const places = new Map<string, Place>();
  let end = first.end;
  for (let next = await lineAt(file, end, size); next !== undefined; next = await lineAt(file, end, size)) {
    const { key, ...place } = v.parse(line, JSON.parse(next.text));
    if (next.end + place.bytes + 1 > size) break;
    places.set(key, { ...place, offset: next.end });
    end = next.end + place.bytes + 1;
  }
  return { places, end, started };
}

const longestLine = 64 * 1024;

/** The line that begins there, and where the next begins; undefined where none ends within `longestLine`. */
async function lineAt(
  file: FileHandle,
  offset: number,
  size: number,
): Promise<{ text: string; end: number } | undefined> {
  const bytes = await read(file, offset, Math.min(longestLine, size - offset));
  const length = bytes.indexOf(0x0a);
  if (length < 0) return undefined;
  return { text: Buffer.from(bytes.subarray(0, length)).toString('utf8'), end: offset + length + 1 };
}

async function read(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, offset);
  return bytes.subarray(0, bytesRead);
}
