import { createHash } from 'node:crypto';
import { isObject, writeJson, type JsonValue } from '../../json/index.ts';
import type { Entry } from '../../model/index.ts';

/** What a FHIR file of a container says that others could say otherwise. */
export interface SharedFile {
  path: string;
  /** Who it came from, where several are in one container. */
  provider: string | undefined;
}

interface Said {
  path: string;
  hash: string;
  /** True when its file holds nothing else. */
  isAlone: boolean;
}

/** Which source a FHIR file belongs to: all that share a name are one, and `file` is a source of its own. */
export type Sharing = { kind: 'container' | 'provider' | 'folder'; name: string } | { kind: 'file' };

/**
 * Decides which FHIR files of a container are one whole. As a rule all of them are: references lead from one file to the
 * next. But where two files say different things under one id (two people's downloads, two providers that count from 1),
 * the files of each folder are a whole, and where that happens inside a folder each file is. A person would otherwise get
 * somebody else's facts.
 */
export class SharedSources {
  /** The first file and content of each `Type/id`, by provider. */
  readonly #said = new Map<string, Said>();
  /** Providers whose files contradict each other, and whether they do so inside a folder. */
  readonly #torn = new Map<string, 'folder' | 'file'>();

  /** Takes note of what a file says. */
  note({ path, provider = '' }: SharedFile, entries: readonly Entry[]): void {
    const resources = entries.flatMap(({ resource, container }) =>
      container === undefined ? [resource] : [],
    );
    const isAlone = resources.length === 1;
    for (const { resourceType, id, meta: _meta, text: _text, ...content } of resources) {
      if (typeof id !== 'string') continue;
      const key = `${provider} ${resourceType}/${id}`;
      const hash = createHash('sha256')
        .update(writeJson(sorted(content)))
        .digest('base64');
      const before = this.#said.get(key);
      if (before === undefined) this.#said.set(key, { path, hash, isAlone });
      else if (before.hash !== hash && before.path !== path) {
        const isInside = folderOf(path) === folderOf(before.path);
        // Two files of one resource each, side by side, are two versions of it; of a Patient that is not sure enough.
        if (isInside && isAlone && before.isAlone && resourceType !== 'Patient') continue;
        this.#tear(provider, isInside);
      }
    }
  }

  of({ path, provider }: SharedFile): Sharing {
    const torn = this.#torn.get(provider ?? '');
    if (torn === 'file') return { kind: 'file' };
    const folder = folderOf(path);
    if (torn === 'folder')
      return { kind: 'folder', name: provider === undefined ? folder : `${provider} ${folder}` };
    return provider === undefined ? { kind: 'container', name: '' } : { kind: 'provider', name: provider };
  }

  #tear(provider: string, isInside: boolean): void {
    if (isInside || !this.#torn.has(provider)) this.#torn.set(provider, isInside ? 'file' : 'folder');
  }
}

function folderOf(path: string): string {
  return path.replace(/[^/]*$/, '');
}

/** The same with the members of every object in the order of their names. */
function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const names = Object.keys(value).toSorted((one, other) => (one < other ? -1 : 1));
  return Object.fromEntries(names.map((name) => [name, sorted(value[name] ?? null)]));
}
