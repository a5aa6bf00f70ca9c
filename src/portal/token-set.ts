import * as v from 'valibot';
import type { TokenEndpointResponse } from 'oauth4webapi';

/** What a sign-in gained: the right to pull one person's record from one portal. Secret. */
export interface TokenSet {
  schema: 'bluebutton/tokens/1';
  /** The portal it is for. */
  baseUrl: string;
  /** The client id it was given to. */
  clientId: string;
  accessToken: string;
  refreshToken?: string;
  /** The refresh token before the present one, until the present one has worked. */
  previousRefreshToken?: string;
  /** Of a confidential client. */
  clientSecret?: string;
  /** The resource that stands for the person signed in (`fhirUser` of the id_token), e.g. `Patient/123`. */
  fhirUser?: string;
  /** Instant, ISO 8601 in UTC, after which access cannot be renewed any more, if the portal says (Medicare). */
  grantExpires?: string;
  /** Whose record; absent when the portal does not say at sign-in. */
  patientId?: string;
  scopesRequested: string[];
  scopesGranted: string[];
  /** Of what was granted at sign-in, what a renewal no longer grants. */
  scopesLost?: string[];
  /** The vendor recognised at sign-in (`vendors.ts`): it tells how long a sign-in lasts. */
  vendor?: string;
  /** Instant, ISO 8601 in UTC, of the sign-in itself; absent in sign-ins kept by earlier versions. */
  signedIn?: string;
  /** Instants, ISO 8601 in UTC: when it was given, and until when the access token lives if the portal says. */
  obtained: string;
  expires?: string;
}

const schema = v.object({
  schema: v.literal('bluebutton/tokens/1'),
  baseUrl: v.string(),
  clientId: v.string(),
  accessToken: v.string(),
  refreshToken: v.exactOptional(v.string()),
  previousRefreshToken: v.exactOptional(v.string()),
  clientSecret: v.exactOptional(v.string()),
  fhirUser: v.exactOptional(v.string()),
  grantExpires: v.exactOptional(v.string()),
  patientId: v.exactOptional(v.string()),
  scopesRequested: v.array(v.string()),
  scopesGranted: v.array(v.string()),
  scopesLost: v.exactOptional(v.array(v.string())),
  vendor: v.exactOptional(v.string()),
  signedIn: v.exactOptional(v.string()),
  obtained: v.string(),
  expires: v.exactOptional(v.string()),
}) satisfies v.GenericSchema<unknown, TokenSet>;

/** Reads kept tokens; undefined when the value is none. */
export function readTokenSet(value: unknown): TokenSet | undefined {
  const parsed = v.safeParse(schema, value);
  return parsed.success ? parsed.output : undefined;
}

/** What a token response leaves unsaid (RFC 6749 §5.1, §6): it stays as asked, or as it was. */
export type Unsaid = Pick<TokenSet, 'baseUrl' | 'clientId' | 'scopesRequested' | 'scopesGranted'> & {
  [
    Name in
      'refreshToken' | 'patientId' | 'clientSecret' | 'fhirUser' | 'grantExpires' | 'signedIn' | 'vendor'
  ]?: string | undefined;
};

/** Makes tokens of a token response (SMART App Launch 2.2 §2.1.10). */
export function tokenSetOf(response: TokenEndpointResponse, unsaid: Unsaid, now: Date): TokenSet {
  const seconds = response.expires_in;
  const { access_grant_expiration: grantEnd } = response;
  const optional = {
    refreshToken: response.refresh_token ?? unsaid.refreshToken,
    clientSecret: unsaid.clientSecret,
    fhirUser: unsaid.fhirUser,
    patientId: patientOf(response) ?? unsaid.patientId,
    // Medicare's own member.
    grantExpires: typeof grantEnd === 'string' ? instantOf(grantEnd) : unsaid.grantExpires,
    signedIn: unsaid.signedIn,
    vendor: unsaid.vendor,
    expires: seconds === undefined ? undefined : instantAfter(now, seconds),
  };
  return {
    schema: 'bluebutton/tokens/1',
    baseUrl: unsaid.baseUrl,
    clientId: unsaid.clientId,
    accessToken: response.access_token,
    scopesRequested: unsaid.scopesRequested,
    scopesGranted:
      response.scope === undefined ? unsaid.scopesGranted : response.scope.split(' ').filter(Boolean),
    obtained: now.toISOString(),
    ...stated(optional),
  };
}

/** The members that are there. */
function stated<Members extends Record<string, string | undefined>>(
  members: Members,
): { [Name in keyof Members]?: string } {
  const kept: { [Name in keyof Members]?: string } = {};
  for (const name in members) {
    const value = members[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

function instantOf(text: string): string | undefined {
  const instant = new Date(text);
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

/** The launch context's patient id; some servers write it as a reference. */
export function patientOf(response: TokenEndpointResponse): string | undefined {
  const { patient } = response;
  if (typeof patient !== 'string' || patient === '') return undefined;
  return patient.replace(/^Patient\//, '');
}

/** Undefined for a lifetime beyond what a date can say. */
function instantAfter(now: Date, seconds: number): string | undefined {
  const instant = new Date(now.getTime() + seconds * 1000);
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}
