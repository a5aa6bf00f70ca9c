/** A release of FHIR that resources are read from; R4B has R4's shapes wherever a patient's record goes. */
export type FhirRelease = 'R4' | 'STU3' | 'DSTU2' | 'R5';

/** The release of a version number of FHIR (`1.0.2`); undefined for one this tool does not know. */
export function releaseOf(number: string | undefined): FhirRelease | undefined {
  const [major = '', minor = ''] = (number ?? '').split('.');
  if (major === '4') return 'R4';
  // Beside the releases there were ballots (1.4, 3.3), whose shapes are nobody's.
  if (minor !== '0') return undefined;
  if (major === '1') return 'DSTU2';
  if (major === '3') return 'STU3';
  return major === '5' ? 'R5' : undefined;
}
