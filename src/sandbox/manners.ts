import type { ProfileName } from './profiles.ts';

/** What may be asked for in `scope`, and what becomes of it. */
export interface ScopeManners {
  /** The words for reading a type: `read` of SMART v1; `rs`, `r` and `s` of v2. */
  words: readonly ('read' | 'rs' | 'r' | 's')[];
  /** Scopes that name no type. */
  plain: readonly string[];
  /** The types scopes may name; absent: every type served. */
  types?: readonly string[];
  /** `granted` as it is, or `refused`: the whole request is answered `invalid_scope`. */
  wildcard: 'granted' | 'refused';
  /** What happens to a scope the portal does not know: it falls away, or the whole request is refused. */
  unknown: 'falls away' | 'refused';
  /** True where the scopes granted are those the app is registered with, whatever is asked for. */
  asRegistered?: boolean;
}

/** How the portal signs people in under one profile. */
export interface Manners {
  /** `CapabilityStatement.software.name`. */
  software: string;
  fhirPath: string;
  /** Without the slash at the end, which every route may have. */
  paths: { authorize: string; token: string; revoke: string };
  /** `confidential`: an app that is not registered with a secret or a key is unknown. */
  clients: 'any' | 'confidential';
  /** How a registered redirect_uri is compared: as it is, or a loopback address on any port (RFC 8252 §7.3). */
  redirects: 'exact' | 'any port';
  /** Parameters that an authorization request may not lack, in the order they are looked at. */
  authorizeNeeds: readonly string[];
  scopes: ScopeManners;
  /** OpenID Connect: an issuer in discovery, `iss` with the code (RFC 9207), an id_token where `openid` is granted. */
  openid: boolean;
  /** Dynamic registration (RFC 7591). */
  registration: boolean;
  /** Who gets a refresh token: who is granted `offline_access`, of these only confidential apps, or everybody. */
  refreshToken: 'offline_access' | 'offline_access of confidential apps' | 'always';
  /** What using a refresh token does to it; after `reuse revokes`, using it again ends the grant (RFC 9700 §4.14.2). */
  rotation: 'rotates' | 'kept' | 'reuse revokes';
  /** Whether the token answer names the `patient`. */
  patientInToken: boolean;
  accessTokenSeconds: number;
  /** True where a refresh without `scope` is refused. */
  scopeOnRefresh?: boolean;
  /**
   * The peculiarities of Medicare's Blue Button server, all in `medicare.ts`: errors as JSON in the browser, routes with a
   * slash that discovery leaves out, demographics to withhold, grants that end, one grant for each app and person.
   */
  medicare?: boolean;
}

const open: Manners = {
  software: 'bluebutton practice portal',
  fhirPath: '/fhir',
  paths: { authorize: '/oauth/authorize', token: '/oauth/token', revoke: '/oauth/revoke' },
  clients: 'any',
  redirects: 'any port',
  authorizeNeeds: ['response_type', 'state', 'aud', 'code_challenge', 'code_challenge_method', 'scope'],
  scopes: {
    words: ['read', 'rs', 'r', 's'],
    plain: ['openid', 'fhirUser', 'profile', 'launch/patient', 'offline_access'],
    wildcard: 'granted',
    unknown: 'falls away',
  },
  openid: true,
  registration: true,
  refreshToken: 'offline_access',
  rotation: 'rotates',
  patientInToken: true,
  accessTokenSeconds: 3600,
};

/** The types of VA's Patient Health API, listed scope by scope in its description (`vahealth.yaml`). */
export const vaTypes = [
  'Appointment',
  'AllergyIntolerance',
  'Binary',
  'Condition',
  'Device',
  'DeviceRequest',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'Immunization',
  'Location',
  'Medication',
  'MedicationRequest',
  'Observation',
  'Organization',
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Procedure',
];

/** The profiles, as the vendors document their portals; no live portal was asked. */
const table: Record<ProfileName, Manners> = {
  open,
  strict: {
    ...open,
    redirects: 'exact',
    scopes: { ...open.scopes, wildcard: 'refused' },
    rotation: 'reuse revokes',
  },
  // CMS Blue Button 2.0, as the source of its server reads (bluebutton-web-server).
  medicare: {
    ...open,
    software: 'Blue Button 2.0 practice portal',
    fhirPath: '/v2/fhir',
    paths: { authorize: '/v2/o/authorize', token: '/v2/o/token', revoke: '/v2/o/revoke_token' },
    clients: 'confidential',
    redirects: 'exact',
    authorizeNeeds: ['response_type', 'state', 'code_challenge', 'code_challenge_method'],
    scopes: {
      words: ['read', 'rs', 'r', 's'],
      plain: ['openid', 'profile', 'launch/patient'],
      types: ['Patient', 'ExplanationOfBenefit', 'Coverage'],
      wildcard: 'refused',
      unknown: 'refused',
    },
    openid: false,
    registration: false,
    refreshToken: 'always',
    medicare: true,
  },
  va: {
    ...open,
    software: 'VA Patient Health API practice portal',
    scopes: {
      words: ['read'],
      plain: ['launch/patient', 'openid', 'profile', 'offline_access'],
      types: vaTypes,
      wildcard: 'refused',
      unknown: 'falls away',
    },
    registration: false,
  },
  // Epic grants what the app is registered for; without a confidential client it gives no refresh token.
  epic: {
    ...open,
    software: 'Epic',
    scopes: {
      ...open.scopes,
      plain: ['openid', 'fhirUser', 'launch/patient', 'offline_access'],
      asRegistered: true,
    },
    refreshToken: 'offline_access of confidential apps',
  },
  // Oracle Health (Cerner): tokens of 570 s, refresh tokens that stay, the patient in the id_token's fhirUser alone.
  oracle: {
    ...open,
    software: 'Oracle Health Millennium (practice)',
    scopes: {
      ...open.scopes,
      plain: ['openid', 'fhirUser', 'launch/patient', 'offline_access'],
      wildcard: 'refused',
    },
    registration: false,
    rotation: 'kept',
    patientInToken: false,
    accessTokenSeconds: 570,
  },
  athena: {
    ...open,
    software: 'athenahealth (practice)',
    authorizeNeeds: [...open.authorizeNeeds, 'nonce'],
    registration: false,
    scopeOnRefresh: true,
  },
};

/** How a profile signs people in. */
export function mannersOf(profile: ProfileName): Manners {
  return table[profile];
}
