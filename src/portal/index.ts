/** The client side of a SMART on FHIR patient portal: what it is, signing in, and bringing one person's record. */
export { readBaseUrl } from './address.ts';
export { discover } from './discover.ts';
export type { OfferedType, PortalDescription, SignInDescription } from './description.ts';
export { createHttp, type Http, type HttpOptions, type Timeouts } from './http.ts';
export { readPatient } from './patient.ts';
export { planQueries, type PlannedQuery } from './plan.ts';
export { pull, type PullOptions, type PullProgress } from './pull.ts';
export { allows, defaultScopes, narrowed, refusedScopes } from './scopes.ts';
export { refresh } from './refresh.ts';
export { signIn, type SignInOptions } from './sign-in.ts';
export type { ClientProof } from './oauth.ts';
export { signInCommand } from './sign-in-command.ts';
export type { TokenSet } from './token-set.ts';
export { fileTokenStore, memoryTokenStore, type TokenStore } from './token-store.ts';
export { vendorById, vendorOf, vendors, type ClientKind, type Vendor, type VendorId } from './vendors.ts';
