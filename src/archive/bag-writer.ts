import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bagDeclaration, writeManifest, writeTags, type Checksum, type Tag } from './bagit.ts';
import { sha256Of } from './digest.ts';
import { makeDirectory, syncDirectory, writeDurably, writeStreamDurably } from '../disk/index.ts';

/** Bytes gathered before they are written to a file that grows line by line. */
const pieceSize = 64 * 1024;

/** Writes one bag: payload first, `seal` last. Paths are relative to the bag and begin with `data/`. */
export class BagWriter {
  readonly #directory: string;
  readonly #folders = new Set<string>();
  readonly #growing = new Map<string, GrowingFile>();
  readonly #checksums: Checksum[] = [];
  #bytes = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Adds text to the end of a payload file; an empty text makes the file. */
  async append(path: string, text: string): Promise<void> {
    let file = this.#growing.get(path);
    if (file === undefined) {
      await this.#makeFolder(path);
      file = new GrowingFile(await open(join(this.#directory, path), 'wx', 0o600));
      this.#growing.set(path, file);
    }
    await file.append(text);
  }

  /** Adds a whole payload file. */
  async add(path: string, bytes: Uint8Array): Promise<void> {
    await this.#makeFolder(path);
    await writeDurably(join(this.#directory, path), bytes);
    this.#note(path, sha256Of(bytes), bytes.length);
  }

  /** Adds a whole payload file piece by piece, and returns the SHA-256 of what was written. */
  async copy(path: string, pieces: AsyncIterable<Uint8Array>): Promise<string> {
    await this.#makeFolder(path);
    const hash = createHash('sha256');
    let length = 0;
    const noted = async function* noted(): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces) {
        hash.update(piece);
        length += piece.length;
        yield piece;
      }
    };
    await writeStreamDurably(join(this.#directory, path), noted());
    const sha256 = hash.digest('hex');
    this.#note(path, sha256, length);
    return sha256;
  }

  /**
   * Finishes the bag and returns when every file and name of it is on the disk. `tags` go to `bag-info.txt`, followed
   * by Payload-Oxum.
   */
  async seal(tags: readonly Tag[]): Promise<void> {
    for (const [path, file] of this.#growing) {
      await file.finish();
      this.#note(path, file.sha256(), file.bytes);
    }
    this.#growing.clear();
    const payload = this.#checksums.toSorted((one, other) => (one.path < other.path ? -1 : 1));
    const oxum: Tag = ['Payload-Oxum', `${this.#bytes}.${payload.length}`];
    const tagFiles = [
      { path: 'bag-info.txt', text: writeTags([...tags, oxum]) },
      { path: 'bagit.txt', text: bagDeclaration },
      { path: 'manifest-sha256.txt', text: writeManifest(payload) },
    ];
    const tagManifest = tagFiles.map(({ path, text }) => ({ path, sha256: sha256Of(text) }));
    for (const { path, text } of tagFiles) await writeDurably(join(this.#directory, path), text);
    await writeDurably(join(this.#directory, 'tagmanifest-sha256.txt'), writeManifest(tagManifest));
    for (const folder of this.#folders) await syncDirectory(folder);
    await syncDirectory(join(this.#directory, 'data'));
    await syncDirectory(this.#directory);
  }

  /** Writes what was gathered, so that the files can be read as they are so far. */
  async flush(): Promise<void> {
    for (const file of this.#growing.values()) await file.flush();
  }

  /** Closes what is open, for a bag that is given up. */
  async close(): Promise<void> {
    for (const file of this.#growing.values()) await file.close();
    this.#growing.clear();
  }

  async #makeFolder(path: string): Promise<void> {
    const folder = dirname(join(this.#directory, path));
    if (this.#folders.has(folder)) return;
    await makeDirectory(folder);
    this.#folders.add(folder);
  }

  #note(path: string, sha256: string, bytes: number): void {
    this.#checksums.push({ path, sha256 });
    this.#bytes += bytes;
  }
}

class GrowingFile {
  readonly #handle: FileHandle;
  readonly #hash: Hash = createHash('sha256');
  #waiting: string[] = [];
  #waitingLength = 0;
  bytes = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async append(text: string): Promise<void> {
    this.#waiting.push(text);
    this.#waitingLength += text.length;
    if (this.#waitingLength >= pieceSize) await this.flush();
  }

  async finish(): Promise<void> {
    await this.flush();
    await this.#handle.sync();
    await this.#handle.close();
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async flush(): Promise<void> {
    const piece = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    this.#waitingLength = 0;
    await this.#handle.writeFile(piece);
    this.#hash.update(piece);
    this.bytes += piece.length;
  }
}
