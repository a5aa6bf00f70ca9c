/** The client side of a SMART on FHIR patient portal: what it is, signing in, and bringing one person's record. */
export { readBaseUrl } from './address.ts';
export { readCertificates } from './certificates.ts';
export { readDirectory, type DirectorySummary, type Spool } from './directory.ts';
export { readDirectoryRow, type DirectoryPlace, type DirectoryRow } from './directory-row.ts';
export { compareHits, directorySearch, type DirectoryHit } from './directory-search.ts';
export { discover } from './discover.ts';
export { isPulled, type OfferedType, type PortalDescription, type SignInDescription } from './description.ts';
export { createHttp, type Http, type HttpOptions, type Timeouts } from './http.ts';
export type { StreamedAnswer } from './stream.ts';
export { knownPortal, knownPortals, type KnownPortal } from './known-portals.ts';
export { readPatient } from './patient.ts';
export { planQueries, type PlannedQuery, type PlanOptions } from './plan.ts';
export { pull, type PullOptions, type PullProgress } from './pull.ts';
export { allows, defaultScopes, narrowed, refusedScopes } from './scopes.ts';
export { refresh } from './refresh.ts';
export { signIn, type SignInOptions } from './sign-in.ts';
export type { ClientProof } from './oauth.ts';
export { registrationSteps, type RegistrationSteps } from './registration-steps.ts';
export { signInCommand } from './sign-in-command.ts';
export type { TokenSet } from './token-set.ts';
export { tokenStoreOver, type SecretTexts, type TokenStore } from './token-store.ts';
export { findPatientId } from './patient-id.ts';
export { registerClient, type RegisteredClient } from './register.ts';
export { revoke, type Revocation } from './revoke.ts';
export { isLapsing } from './session.ts';
export { freeRedirectPort } from './loopback.ts';
export { updatedAt, type SearchSeen } from './updated-since.ts';
export {
  vendorById,
  vendorFor,
  vendorOf,
  vendors,
  type ClientKind,
  type Vendor,
  type VendorId,
} from './vendors.ts';
export { isUsualNotice } from './notices.ts';
