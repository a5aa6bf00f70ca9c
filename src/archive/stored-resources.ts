import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Archive } from './archive.ts';
import { sha256Of } from './digest.ts';
import type { HeldResource } from './fold.ts';
import { readLines } from './lines.ts';
import { damage } from './storage-error.ts';
import { missing } from './stored-json.ts';

interface Place {
  offset: number;
  length: number;
}

/** Finds the stored text of resources. A file is read once, when first needed; only the places of its lines are kept. */
export class StoredResources {
  readonly #archive: Archive;
  readonly #places = new Map<string, Map<string, Place>>();

  constructor(archive: Archive) {
    this.#archive = archive;
  }

  /** @throws BlueButtonError `archive-damaged` when no line of the file has the hash it should have. */
  async textOf(held: Pick<HeldResource, 'resourceType' | 'id' | 'path' | 'sha256'>): Promise<string> {
    const file = join(this.#archive.directory, held.path);
    let places = this.#places.get(held.path);
    if (places === undefined) {
      places = await placesIn(file).catch((thrown: unknown) => {
        throw missing(held.path, thrown);
      });
      this.#places.set(held.path, places);
    }
    const place = places.get(held.sha256);
    if (place === undefined)
      throw damage(held.path, `${held.resourceType}/${held.id} is not as it was stored.`);
    const handle = await open(file, 'r');
    try {
      const { buffer } = await handle.read(Buffer.alloc(place.length), 0, place.length, place.offset);
      return buffer.toString('utf8');
    } finally {
      await handle.close();
    }
  }
}

async function placesIn(file: string): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  for await (const { offset, bytes } of readLines(file)) {
    places.set(sha256Of(bytes), { offset, length: bytes.length });
  }
  return places;
}
