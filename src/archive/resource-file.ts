import { releaseOf } from '../model/index.ts';

/** The folders a bag may keep resources in, relative to `data/`; a bag has one of them. */
export const resourceFolders = ['fhir', 'fhir-stu3', 'fhir-dstu2'] as const;

/** Where a bag keeps the resources of a type, relative to `data/`, by the FHIR version its ledger states. */
export function resourceFile(resourceType: string, fhirVersion: string): string {
  return `${resourceFolder(fhirVersion)}/${resourceType}.ndjson`;
}

/** True for two versions whose resources lie in the same folder: what a text says does not differ between them. */
export function isSameRelease(one: string, other: string): boolean {
  return resourceFolder(one) === resourceFolder(other);
}

function resourceFolder(fhirVersion: string): (typeof resourceFolders)[number] {
  const release = releaseOf(fhirVersion);
  if (release === 'DSTU2') return 'fhir-dstu2';
  return release === 'STU3' ? 'fhir-stu3' : 'fhir';
}
