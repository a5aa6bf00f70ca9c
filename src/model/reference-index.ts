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
    const base = baseOf(top.fullUrl);
    const { source } = from.origin;
    const then = top.era === undefined ? undefined : this.#entries.get(`${source} ${plain} of ${top.era}`);
    if (then) return then;
    const found =
      (base === undefined ? undefined : this.#entries.get(`${source} ${base}${plain}`)) ??
      this.#entries.get(`${source} ${plain}`);
    return found && areApart(base, baseOf(found.fullUrl)) && isRelative(plain) ? undefined : found;
  }

  #add(entry: Entry): void {
    const { resource, origin, container, fullUrl, superseded, era } = entry;
    const id = resource['id'];
    if (superseded === true && era !== undefined) {
      const names = [...(typeof id === 'string' ? [`${resource.resourceType}/${id}`] : []), fullUrl ?? ''];
      for (const name of names) this.#entries.set(`${origin.source} ${name} of ${era}`, entry);
      return;
    }
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

/** The base URL of an absolute `[base]/Type/id`; undefined for any other address (`urn:uuid:…`). */
export function baseOf(address: string | undefined): string | undefined {
  return /^(https?:\/\/.*\/)[A-Za-z]+\/[A-Za-z0-9.-]+(\/_history\/[^/]*)?$/.exec(address ?? '')?.[1];
}

/** True for two servers: each may use the same `Type/id` for something else. */
export function areApart(base: string | undefined, other: string | undefined): boolean {
  if (base === undefined || other === undefined) return false;
  return base.replace(/^https?:/, '') !== other.replace(/^https?:/, '');
}

function isRelative(reference: string): boolean {
  return /^[A-Za-z]+\/[A-Za-z0-9.-]+$/.test(reference);
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
