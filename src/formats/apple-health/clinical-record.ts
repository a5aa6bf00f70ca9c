import type { ByteSource } from '../byte-source.ts';
import { detached, readElements, type AppleElement } from './element.ts';

/** What an export says of a FHIR file beside it that came from a provider; the file alone does not name the provider. */
export interface ClinicalRecordStub {
  sourceName?: string;
  sourceURL?: string;
  receivedDate?: string;
  /** Number of the FHIR release the file is in: `1.0.2`, `4.0.1`. */
  fhirVersion?: string;
}

/** The providers' FHIR files that an export names (`ClinicalRecord`), by their path inside the export's folder. */
export async function clinicalRecordStubs(document: ByteSource): Promise<Map<string, ClinicalRecordStub>> {
  const stubs = new Map<string, ClinicalRecordStub>();
  await readElements(document, (element) => {
    const path = element.attributes['resourceFilePath'];
    if (element.name !== 'ClinicalRecord' || path === undefined) return;
    stubs.set(detached(path.replace(/^\//, '')), stubOf(element));
  });
  return stubs;
}

function stubOf({ attributes }: AppleElement): ClinicalRecordStub {
  const { sourceName, sourceURL, receivedDate, fhirVersion } = attributes;
  return {
    ...(sourceName !== undefined && { sourceName: detached(sourceName) }),
    ...(sourceURL !== undefined && { sourceURL: detached(sourceURL) }),
    ...(receivedDate !== undefined && { receivedDate: detached(receivedDate) }),
    ...(fhirVersion !== undefined && { fhirVersion: detached(fhirVersion) }),
  };
}
