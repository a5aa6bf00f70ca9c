import type { Archive } from './archive.ts';
import type { Fold, HeldResource, StoredVersion } from './fold.ts';
import { StoredResources } from './stored-resources.ts';

/** A version that is no part of the present record, and that something kept still refers to. */
export interface ReferredVersion {
  resourceType: string;
  id: string;
  sha256: string;
  path: string;
  /** Number of the FHIR release it was given in. */
  fhirVersion: string;
  text: string;
  /** The bag before which it stood for its name, for those that were gone by then; for all when absent. */
  before?: number;
}

/**
 * What kept resources refer to and the present record no longer says: resources that were renumbered, under their old
 * names; and for each resource that vanished, what it referred to when it was last given, where that has changed since.
 * An order that is gone is read with the medicine it was for, whatever its id means now.
 */
export async function* referredVersions(
  archive: Archive,
  fold: Fold,
  baseUrl: string,
): AsyncGenerator<ReferredVersion> {
  const stored = new StoredResources(archive);
  const told = new Set<string>();
  for (const held of fold.resources.values()) {
    if (held.standing === 'renumbered') yield { ...versionOf(held, held), text: await stored.textOf(held) };
    if (held.standing !== 'vanished' || held.goneIn === undefined) continue;
    for (const name of namesIn(await stored.textOf(held), baseUrl)) {
      const target = fold.resources.get(name);
      const before = held.goneIn;
      const version = target && target.bag >= before ? earlierThan(target, before) : undefined;
      if (target === undefined || version === undefined || told.has(`${before} ${name}`)) continue;
      told.add(`${before} ${name}`);
      const earlier = versionOf(target, version);
      yield { ...earlier, before, text: await stored.textOf(earlier) };
    }
  }
}

function earlierThan({ earlier }: HeldResource, bag: number): StoredVersion | undefined {
  return earlier.findLast((version) => version.bag < bag);
}

function versionOf(
  { resourceType, id }: HeldResource,
  { sha256, path, fhirVersion }: Pick<StoredVersion, 'sha256' | 'path' | 'fhirVersion'>,
) {
  return { resourceType, id, sha256, path, fhirVersion };
}

/** The `Type/id` that a resource's text refers to. */
function namesIn(text: string, baseUrl: string): string[] {
  const references = [...text.matchAll(/"reference"\s*:\s*"([^"]+)"/g)].map(([, found = '']) =>
    found.replaceAll(String.raw`\/`, '/'),
  );
  return references.map((reference) =>
    reference.startsWith(`${baseUrl}/`) ? reference.slice(baseUrl.length + 1) : reference,
  );
}
