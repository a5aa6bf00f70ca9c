import { objectsOf, stringsUnder } from './json.ts';
import { keyInReference, referenceIn, type Resource } from './resource.ts';

/** The elements that say whose a resource is (FHIR R4 compartmentdefinition-patient, in one list for every type). */
const ownerElements = [
  'subject',
  'patient',
  'beneficiary',
  'for',
  'individual',
  'source',
  'sender',
  'recipient',
];

/**
 * The ids of the patients a resource belongs to by itself: empty when it belongs to somebody who is no patient here (a
 * Group, an unresolved reference), undefined when it names no owner at all, as a Practitioner or an Organization.
 */
export function ownersNamed(resource: Resource): Set<string> | undefined {
  if (resource.resourceType === 'Patient') return new Set([resource.id]);
  const owners = [
    ...ownerElements.flatMap((element) => objectsOf(resource[element])),
    ...objectsOf(resource['participant']).flatMap((participant) => objectsOf(participant['actor'])),
  ].flatMap((value) => referenceIn(value) ?? []);
  return owners.length === 0 ? undefined : new Set(owners.flatMap((owner) => patientIn(owner) ?? []));
}

/** The ids of all patients that a resource names anywhere. */
export function patientsMentioned(resource: Resource): Set<string> {
  return new Set([...stringsUnder(resource, 'reference')].flatMap((text) => patientIn(text) ?? []));
}

/** The places of what a Provenance is about. */
export function targetsOf(provenance: Resource): string[] {
  return objectsOf(provenance['target']).flatMap((target) => {
    const reference = referenceIn(target);
    return (reference === undefined ? undefined : keyInReference(reference)) ?? [];
  });
}

/** The ids of the Binaries that a document points at with the `url` of an attachment. */
export function binariesOf(resource: Resource): string[] {
  if (resource.resourceType !== 'DocumentReference' && resource.resourceType !== 'DiagnosticReport')
    return [];
  return [...stringsUnder(resource, 'url')].flatMap((url) => {
    const key = keyInReference(url);
    return key?.startsWith('Binary/') === true ? key.slice('Binary/'.length) : [];
  });
}

function patientIn(reference: string): string | undefined {
  const key = keyInReference(reference);
  return key?.startsWith('Patient/') === true ? key.slice('Patient/'.length) : undefined;
}
