import type { ArchivedResource, ArchiveState } from '../archive/index.ts';
import { nameInR4, sentJson, SentResources } from '../formats/index.ts';
import { parseJson } from '../json/index.ts';
import { isResource, releaseOf, type Entry, type Finding } from '../model/index.ts';

/** A pulled resource's text and where it lies. */
type PulledText = Omit<ArchivedResource, 'line' | 'vanished'> & { line?: number };

/**
 * What was pulled from portals, in R4: what a portal gave in another release of FHIR is lifted by the rules files are
 * lifted by, and findings tell of it.
 *
 * A portal that has moved to another release knows some kinds of resources by new names. An older resource that has in
 * R4 the name of one the portal gives now is that one as it was: it is no part of the record.
 */
export async function pulledEntries(state: ArchiveState): Promise<{ entries: Entry[]; findings: Finding[] }> {
  const held: ArchivedResource[] = [];
  for await (const resource of state.resources()) held.push(resource);
  const releases = new Map(
    state.sources.map(({ folder, ledger }) => [folder, releaseOf(ledger?.fhirVersion)] as const),
  );
  const isPresent = ({ source, fhirVersion }: PulledText): boolean =>
    releaseOf(fhirVersion) === releases.get(source);
  const present = new Set(held.filter(isPresent).map(nameOf));
  const readers = new Readers(state);
  const entries: Entry[] = [];
  for (const resource of held) {
    const { vanished, goneIn, asOf, fhirVersion } = resource;
    const isReplaced = !isPresent(resource) && present.has(nameOf(resource));
    entries.push(
      ...readers.entriesOf(resource, {
        ...(vanished && { withdrawn: true }),
        ...(goneIn !== undefined && { era: String(goneIn) }),
        ...(asOf !== undefined && { asOf }),
        ...(isReplaced && { superseded: true, era: fhirVersion }),
      }),
    );
  }
  for await (const version of state.referred()) {
    const { before } = version;
    const era = before !== undefined && { era: String(before) };
    entries.push(...readers.entriesOf(version, { superseded: true, ...era }));
  }
  return { entries, findings: readers.findings() };
}

/** A resource's source and the name it has in R4. */
function nameOf({ source, resourceType, id }: PulledText): string {
  return `${source} ${nameInR4(`${resourceType}/${id}`)}`;
}

/** Reads the resources of each source and release together. */
class Readers {
  readonly #baseUrls: ReadonlyMap<string, string>;
  readonly #readers = new Map<string, { source: string; resources: SentResources }>();

  constructor({ sources }: ArchiveState) {
    this.#baseUrls = new Map(
      sources.flatMap(({ folder, description }) =>
        description.kind === 'portal' ? [[folder, description.baseUrl] as const] : [],
      ),
    );
  }

  entriesOf(
    { source, resourceType, id, sha256, path, line, fhirVersion, text }: PulledText,
    standing: Pick<Entry, 'withdrawn' | 'asOf' | 'superseded' | 'era'>,
  ): Entry[] {
    const resource = parseJson(text);
    if (!isResource(resource)) return [];
    const fullUrl = `${this.#baseUrls.get(source) ?? ''}/${resourceType}/${id}`;
    const origin = { source, sha256, path, ...(line !== undefined && { line }), pointer: '' };
    return this.#reader(source, fhirVersion).entriesOf([
      sentJson(resource, { origin, fullUrl, text, standing }),
    ]);
  }

  findings(): Finding[] {
    return [...this.#readers.values()].flatMap(({ source, resources }) => resources.findings(source));
  }

  #reader(source: string, fhirVersion: string): SentResources {
    const key = `${source} ${fhirVersion}`;
    const known = this.#readers.get(key) ?? { source, resources: new SentResources({ fhirVersion }) };
    this.#readers.set(key, known);
    return known.resources;
  }
}
