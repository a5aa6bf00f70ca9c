import { rangeOf, type DateRange } from './date-range.ts';
import { isObject, writeJson } from './json.ts';
import { binariesOf, ownersNamed, patientsMentioned, targetsOf } from './ownership.ts';
import { keyOf, type Resource } from './resource.ts';

/** What the portal holds, and who may see it. */
export class Records {
  readonly #byKey = new Map<string, Resource>();
  readonly #owners = new Map<string, Set<string> | undefined>();
  readonly #provenance = new Map<string, Resource[]>();
  /** When each resource that changed or came while the portal ran did so. */
  readonly #changed = new Map<string, number>();
  /** What the portal itself made for a patient: read by id, never found by a search. */
  readonly #made: Map<string, { resource: Resource; patient: string }>;
  readonly #intake: number;

  /** @param time when the resources are taken in, in milliseconds; `before` is what was held until then. */
  constructor(resources: Resource[], time: number, before?: Records) {
    this.#intake = before === undefined ? time : before.#intake;
    this.#made = before === undefined ? new Map() : before.#made;
    for (const resource of resources) {
      this.#byKey.set(keyOf(resource), resource);
      this.#owners.set(keyOf(resource), ownersNamed(resource));
    }
    for (const resource of resources) {
      if (resource.resourceType === 'Provenance') this.#ownByTargets(resource);
      if (resource.resourceType === 'Binary') this.#owners.set(keyOf(resource), new Set());
    }
    for (const resource of resources) {
      for (const id of binariesOf(resource)) {
        for (const owner of this.#owners.get(keyOf(resource)) ?? []) {
          this.#owners.get(`Binary/${id}`)?.add(owner);
        }
      }
    }
    if (before !== undefined) this.#noteChanges(before, time);
  }

  /** A Provenance belongs to whom its targets belong to. */
  #ownByTargets(provenance: Resource): void {
    const owners = new Set<string>();
    let owned = false;
    for (const target of targetsOf(provenance)) {
      const targetOwners = this.#owners.get(target);
      owned ||= targetOwners !== undefined;
      for (const owner of targetOwners ?? []) owners.add(owner);
      this.#provenance.set(target, [...(this.#provenance.get(target) ?? []), provenance]);
    }
    this.#owners.set(keyOf(provenance), owned ? owners : undefined);
  }

  #noteChanges(before: Records, time: number): void {
    for (const [key, resource] of this.#byKey) {
      const old = before.#byKey.get(key);
      const same = old !== undefined && writeJson(old) === writeJson(resource);
      const changed = same ? before.#changed.get(key) : time;
      if (changed !== undefined) this.#changed.set(key, changed);
    }
  }

  /** The types held that belong to a patient, and those that belong to none. */
  types(): { owned: Set<string>; shared: Set<string> } {
    const owned = new Set<string>();
    const shared = new Set<string>();
    for (const [key, { resourceType }] of this.#byKey) {
      (this.#owners.get(key) === undefined ? shared : owned).add(resourceType);
    }
    return { owned, shared };
  }

  patients(): Resource[] {
    return this.all('Patient');
  }

  /** The resources of a type, whoever's they are. */
  all(type: string): Resource[] {
    return [...this.#byKey.values()].filter(({ resourceType }) => resourceType === type);
  }

  /** The resource at a place, `Type/id`. */
  at(key: string | undefined): Resource | undefined {
    return key === undefined ? undefined : (this.#byKey.get(key) ?? this.#made.get(key)?.resource);
  }

  /** The resources of a type that belong to the patient, in the order of the data. */
  ofPatient(type: string, patient: string): Resource[] {
    return this.everythingOf(patient).filter(({ resourceType }) => resourceType === type);
  }

  /** All resources that belong to the patient, in the order of the data. */
  everythingOf(patient: string): Resource[] {
    return [...this.#byKey.values()].filter(
      (resource) => this.#owners.get(keyOf(resource))?.has(patient) === true,
    );
  }

  /**
   * Whether the patient may read a resource: their own, or one that belongs to nobody. What belongs to nobody but
   * names another patient, as a Group of patients does, is kept back.
   */
  mayRead(resource: Resource, patient: string): boolean {
    const made = this.#made.get(keyOf(resource));
    if (made !== undefined) return made.patient === patient;
    const owners = this.#owners.get(keyOf(resource));
    if (owners !== undefined) return owners.has(patient);
    return [...patientsMentioned(resource)].every((mentioned) => mentioned === patient);
  }

  /** The Provenance resources whose target is the resource. */
  provenanceOf(resource: Resource): Resource[] {
    return this.#provenance.get(keyOf(resource)) ?? [];
  }

  /** Keeps what the portal made for a patient, so that it can be read by id. */
  keep(resource: Resource, patient: string): void {
    this.#made.set(keyOf(resource), { resource, patient });
  }

  /** When a resource changed or came while the portal ran, in milliseconds; undefined when it did not. */
  changedAt(resource: Resource): number | undefined {
    return this.#changed.get(keyOf(resource));
  }

  /** When a resource was last updated: as it says, unless it changed since; at the portal's start when it does not say. */
  updated(resource: Resource): DateRange {
    const changed = this.changedAt(resource);
    return changed === undefined ? this.statedUpdate(resource) : { from: changed, to: changed + 1 };
  }

  /** As `updated`, blind to what changed while the portal ran. */
  statedUpdate({ meta }: Resource): DateRange {
    const stated =
      isObject(meta) && typeof meta['lastUpdated'] === 'string' ? rangeOf(meta['lastUpdated']) : undefined;
    return stated ?? { from: this.#intake, to: this.#intake + 1 };
  }
}
