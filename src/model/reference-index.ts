import type { Entry } from './entry.ts';

/**
 * Finds the entry a Reference points to, inside the same source only: another source may use the same `Type/id` for
 * something else. Follows R4 §2.3 "References" and §3.1.3 "Resolving references in Bundles".
 */
export class ReferenceIndex {
  readonly #entries = new Map<string, Entry>();

  constructor(entries: Iterable<Entry>) {
    for (const entry of entries) this.#add(entry);
  }

  /** The entry that `reference`, written in `from`, names; undefined when the source does not hold it. */
  resolve(reference: string, from: Entry): Entry | undefined {
    const top = from.container ?? from;
    if (reference.startsWith('#')) {
      return reference === '#' ? top : this.#entries.get(containedKey(top, reference.slice(1)));
    }
    const plain = reference.replace(/\/_history\/[^/]*$/, '');
    const base = /^(.*\/)[A-Za-z]+\/[A-Za-z0-9.-]+$/.exec(top.fullUrl ?? '')?.[1];
    const { source } = from.origin;
    return (
      (base === undefined ? undefined : this.#entries.get(`${source} ${base}${plain}`)) ??
      this.#entries.get(`${source} ${plain}`)
    );
  }

  #add(entry: Entry): void {
    const { resource, origin, container, fullUrl } = entry;
    const id = resource['id'];
    if (container) {
      if (typeof id === 'string') this.#entries.set(containedKey(container, id), entry);
      return;
    }
    if (fullUrl !== undefined) this.#entries.set(`${origin.source} ${fullUrl}`, entry);
    if (typeof id !== 'string') return;
    const relative = `${origin.source} ${resource.resourceType}/${id}`;
    if (!this.#entries.has(relative)) this.#entries.set(relative, entry);
  }
}

function containedKey(container: Entry, id: string): string {
  const { source, sha256, line, pointer } = container.origin;
  return `${source} ${sha256} ${line ?? ''} ${pointer}#${id}`;
}

/** The text of a Reference's `reference` member, whatever shape the element has. */
export function referenceTextOf(value: unknown): string | undefined {
  const reference =
    value !== null && typeof value === 'object' && 'reference' in value ? value.reference : undefined;
  return typeof reference === 'string' && reference !== '' ? reference : undefined;
}
