import { writeJson } from '../../json/index.ts';
import {
  containedEntries,
  releaseOf,
  type Entry,
  type Finding,
  type Origin,
  type Resource,
} from '../../model/index.ts';
import type { ReadingHelp } from '../format.ts';
import { liftResource, renamedReference } from './lift/lift.ts';
import { fhirVersions, misfitOf, VersionChoice, type FhirVersion, type Misfit } from './version.ts';

/** A resource as it was sent, before anybody knows in which release of FHIR. */
export interface SentResource {
  origin: Origin;
  fullUrl?: string;
  misfit: Misfit;
  /** The resource read as of a release: XML needs the types to become JSON. */
  as: (version: FhirVersion) => Resource;
  /** Its JSON as sent, on one line; absent for XML. */
  text?: string;
  /** What is known beside the resource of whether it still stands. */
  standing?: Pick<Entry, 'withdrawn' | 'asOf' | 'superseded' | 'era'>;
}

/** A resource that was sent as JSON. */
export function sentJson(
  resource: Resource,
  about: Pick<SentResource, 'origin' | 'fullUrl' | 'text' | 'standing'>,
): SentResource {
  return { ...about, misfit: (version) => misfitOf(resource, version), as: () => resource };
}

/** One resource in R4, however it was sent. `fhirVersion` is the number of the release it is said to be in. */
export function inR4(resource: Resource, fhirVersion: string): Resource {
  const [version = 'R4'] = new VersionChoice(releaseOf(fhirVersion)).of([(one) => misfitOf(resource, one)]);
  return liftResource(resource, version).resource;
}

/** The name, `Type/id`, that a resource of another release has in R4. */
export const nameInR4 = renamedReference;

/**
 * Turns the resources of one source into entries in R4, lifted where they were sent in another release, contained ones
 * after the resource that contains them; and tells what was lifted.
 */
export class SentResources {
  readonly #choice: VersionChoice;
  readonly #counts = new Map<FhirVersion, number>();
  readonly #others: { type: string; origin: Origin }[] = [];
  #kept = 0;

  /** @param fhirVersion Number of the release they are said to be in, where anything says so. */
  constructor({ fhirVersion }: Pick<ReadingHelp, 'fhirVersion'> = {}) {
    this.#choice = new VersionChoice(releaseOf(fhirVersion));
  }

  entriesOf(sent: readonly SentResource[]): Entry[] {
    const versions = this.#choice.of(sent.map(({ misfit }) => misfit));
    return sent.flatMap((one, index) => this.#entriesOf(one, versions[index] ?? 'R4'));
  }

  #entriesOf({ origin, fullUrl, as, text, standing }: SentResource, version: FhirVersion): Entry[] {
    this.#counts.set(version, (this.#counts.get(version) ?? 0) + 1);
    const sent = as(version);
    const { resource, kept, others } = liftResource(sent, version);
    this.#kept += kept;
    this.#others.push(...others.map((type) => ({ type, origin })));
    const entry: Entry = {
      resource,
      origin,
      text: version === 'R4' && text !== undefined ? text : writeJson(resource),
      ...(fullUrl !== undefined && { fullUrl: version === 'R4' ? fullUrl : renamedReference(fullUrl) }),
      ...(version !== 'R4' && { lifted: true }),
      ...standing,
    };
    return [entry, ...containedEntries(entry)];
  }

  /** What a person calls the format: `FHIR STU3 JSON`; of several releases, each. */
  formatName(syntax: string): string {
    const met = fhirVersions.filter((version) => this.#counts.has(version));
    return `FHIR ${met.length === 0 ? 'R4' : met.join(' and ')} ${syntax}`;
  }

  /** What a person should know of the lifting. */
  findings(source: string): Finding[] {
    const found: Finding[] = [];
    const all = [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
    for (const [version, count] of this.#counts) {
      if (version === 'R4') continue;
      const message = `${count} of ${all} resources are written as FHIR ${version}; they were read into R4 by documented rules`;
      found.push({ severity: 'note', code: 'lifted', message, source });
    }
    if (this.#kept > 0) {
      const message = `${this.#kept} statements in them have no place in R4; they are kept with their resources`;
      found.push({ severity: 'note', code: 'kept-beside-r4', message, source });
    }
    const [first] = this.#others;
    if (first) {
      const types = [...new Set(this.#others.map(({ type }) => type))].join(', ');
      const message = `R4 has nothing for ${this.#others.length} resources (${types}); they are shown as sent`;
      found.push({ severity: 'warning', code: 'not-in-r4', message, ...placeOf(first.origin) });
    }
    return found;
  }
}

function placeOf({ source, line, pointer }: Origin): Pick<Finding, 'source' | 'line' | 'pointer'> {
  return { source, ...(line !== undefined && { line }), pointer };
}
