import { BlueButtonError } from '../errors/index.ts';
import { releaseOf, type FhirRelease } from '../model/index.ts';

/** What a portal says about itself: plain data, fit for keeping as JSON. */
export interface PortalDescription {
  /** FHIR endpoint without a slash at the end. */
  baseUrl: string;
  /** E.g. `4.0.1`. */
  fhirVersion: string;
  /** The server's own name for its software, if it tells. */
  software?: string;
  signIn: SignInDescription;
  /** Address of the User-access Brands bundle that describes who runs it (SMART App Launch 2.2). */
  brandBundle?: string;
  /** By resource type. */
  types: Record<string, OfferedType>;
}

/** How one signs in (SMART App Launch 2.2, `.well-known/smart-configuration`). */
export interface SignInDescription {
  issuer?: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  revocationEndpoint?: string;
  registrationEndpoint?: string;
  /** Where the keys lie that id_tokens are signed with. */
  jwksUri?: string;
  capabilities: string[];
  /** How a client may prove itself (`none`, `client_secret_basic`, …); absent when the portal does not say. */
  authMethods?: string[];
  /** Methods of PKCE; absent when the portal does not say. */
  codeChallengeMethods?: string[];
  /** Absent when the portal does not say; never exhaustive. */
  scopesSupported?: string[];
}

/** What can be asked of one resource type (`CapabilityStatement.rest.resource`). */
export interface OfferedType {
  /** E.g. `read`, `search-type`; empty when the portal does not say. */
  interactions: string[];
  /** Names of search parameters; empty when the portal does not say. */
  searchParams: string[];
  includes: string[];
  revIncludes: string[];
  /** Names of operations, without `$`: as listed, and as their definitions are called; absent when none is listed. */
  operations?: string[];
}

/** True when the portal offers the interaction, or says nothing about interactions of this type. */
export function offers(type: OfferedType | undefined, interaction: 'read' | 'search-type'): boolean {
  return type !== undefined && (type.interactions.length === 0 || type.interactions.includes(interaction));
}

/**
 * Refuses a portal whose release of FHIR cannot be read.
 *
 * @throws BlueButtonError `failed`
 */
export function requirePulled({ baseUrl, fhirVersion }: PortalDescription): void {
  if (isPulled(releaseOf(fhirVersion))) return;
  throw new BlueButtonError(
    'failed',
    `${new URL(baseUrl).host} speaks FHIR ${fhirVersion}: not supported yet.`,
    {
      why: 'Pulling reads FHIR R4 (4.x), STU3 (3.0) and DSTU2 (1.0).',
      try: 'ask the portal for its R4 address; many keep one beside others',
    },
  );
}

/** A release of FHIR that records are pulled in. */
export type PulledRelease = Exclude<FhirRelease, 'R5'>;

/** True for a release that records are pulled in. */
export function isPulled(release: FhirRelease | undefined): release is PulledRelease {
  return release !== undefined && release !== 'R5';
}
