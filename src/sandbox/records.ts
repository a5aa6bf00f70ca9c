import { binariesOf, ownersNamed, patientsMentioned, targetsOf } from './ownership.ts';
import { keyOf, type Resource } from './resource.ts';

/** What the portal holds, and who may see it. */
export class Records {
  readonly #byKey = new Map<string, Resource>();
  readonly #owners = new Map<string, Set<string> | undefined>();
  readonly #provenance = new Map<string, Resource[]>();

  constructor(resources: Resource[]) {
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
    return [...this.#byKey.values()].filter(({ resourceType }) => resourceType === 'Patient');
  }

  /** The resource at a place, `Type/id`. */
  at(key: string | undefined): Resource | undefined {
    return key === undefined ? undefined : this.#byKey.get(key);
  }

  /** The resources of a type that belong to the patient, in the order of the data. */
  ofPatient(type: string, patient: string): Resource[] {
    return [...this.#byKey.values()].filter(
      (resource) =>
        resource.resourceType === type && this.#owners.get(keyOf(resource))?.has(patient) === true,
    );
  }

  /**
   * Whether the patient may read a resource: their own, or one that belongs to nobody. What belongs to nobody but
   * names another patient, as a Group of patients does, is kept back.
   */
  mayRead(resource: Resource, patient: string): boolean {
    const owners = this.#owners.get(keyOf(resource));
    if (owners !== undefined) return owners.has(patient);
    return [...patientsMentioned(resource)].every((mentioned) => mentioned === patient);
  }

  /** The Provenance resources whose target is the resource. */
  provenanceOf(resource: Resource): Resource[] {
    return this.#provenance.get(keyOf(resource)) ?? [];
  }
}
