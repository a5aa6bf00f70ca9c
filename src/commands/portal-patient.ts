import { Element, identityOf, releaseOf, type PersonIdentity } from '../model/index.ts';
import { readPatient, type TokenSet } from '../portal/index.ts';
import type { PortalAccess } from './portal-access.ts';

/**
 * What a portal says of whose record a sign-in is for; empty where it does not say.
 *
 * @throws BlueButtonError as `readPatient` does.
 */
export async function identityAt(
  { http, description }: Pick<PortalAccess, 'http' | 'description'>,
  tokens: TokenSet,
  signal: AbortSignal,
): Promise<PersonIdentity> {
  const patient = await readPatient(http, tokens, description, signal);
  if (patient === undefined) return {};
  const { fhirVersion } = description;
  // Names are lists in DSTU2. The readers of other releases are loaded only where one is spoken.
  const read =
    releaseOf(fhirVersion) === 'R4'
      ? patient
      : (await import('../formats/index.ts')).inR4(patient, fhirVersion);
  return identityOf(new Element(read, () => undefined));
}
