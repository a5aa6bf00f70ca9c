import { shellWord } from '../errors/index.ts';
import { releaseOf } from '../model/index.ts';
import {
  defaultScopes,
  isPulled,
  vendorById,
  vendorOf,
  vendors,
  type ClientKind,
  type PortalDescription,
  type Vendor,
} from '../portal/index.ts';
import type { NamedPortal, PortalFacts } from '../settings/index.ts';
import { versionWord } from './found-portals.ts';

/** The vendor whose manners are expected: the person's word, else as detected. */
export function vendorFor(
  portal: Pick<NamedPortal, 'baseUrl' | 'vendor'>,
  software: string | undefined,
): Vendor {
  const stated = vendors.find(({ id }) => id === portal.vendor);
  return stated ?? vendorOf({ baseUrl: portal.baseUrl, ...(software !== undefined && { software }) });
}

/** What a portal's description means, in the terms a person needs. */
export function factsOf(
  description: PortalDescription,
  portal: Pick<NamedPortal, 'baseUrl' | 'vendor' | 'scopes'>,
  asked: Date,
): PortalFacts {
  const { baseUrl, fhirVersion, software, types, brandBundle } = description;
  const vendor = vendorFor(portal, software);
  const scopes = portal.scopes ?? defaultScopes(description);
  return {
    schema: 'bluebutton/portal-facts/1',
    baseUrl,
    asked: asked.toISOString(),
    fhirVersion,
    ...(software !== undefined && { software }),
    vendor: vendor.id,
    types: Object.keys(types),
    clients: clientsOffered(description),
    renewal: renewalOf(description, vendor),
    scopeStyle: scopes.some((scope) => /^patient\/.*\.c?ru?d?s?(\?|$)/.test(scope)) ? 'v2' : 'v1',
    scopes,
    ...(brandBundle !== undefined && { brandBundle }),
    warnings: warningsOf(description),
  };
}

/** How a client may prove itself, as the portal declares it; empty when it does not say. */
function clientsOffered({ signIn }: PortalDescription): ClientKind[] {
  const { capabilities, authMethods = [], registrationEndpoint } = signIn;
  const says = (...words: string[]): boolean =>
    words.some((word) => capabilities.includes(word) || authMethods.includes(word));
  return [
    ...(says('client-public', 'none') ? ['public' as const] : []),
    ...(says('client-confidential-symmetric', 'client_secret_basic', 'client_secret_post')
      ? ['secret' as const]
      : []),
    ...(says('client-confidential-asymmetric', 'private_key_jwt') ? ['key' as const] : []),
    ...(registrationEndpoint === undefined ? [] : ['dynamic' as const]),
  ];
}

function renewalOf({ signIn }: PortalDescription, vendor: Vendor): PortalFacts['renewal'] {
  if (!vendor.signIn.offlineAccess) return 'by-registration';
  const { capabilities, scopesSupported } = signIn;
  if (capabilities.includes('permission-offline') || scopesSupported?.includes('offline_access') === true)
    return 'offered';
  return scopesSupported === undefined ? 'not-said' : 'not-offered';
}

function warningsOf({ fhirVersion, signIn, types }: PortalDescription): string[] {
  const { capabilities, codeChallengeMethods, scopesSupported } = signIn;
  return [
    ...releaseWarning(fhirVersion),
    ...(codeChallengeMethods === undefined
      ? ['It does not say that it protects the sign-in with PKCE (S256); PKCE is used all the same.']
      : []),
    ...(scopesSupported !== undefined && !scopesSupported.some((scope) => scope.startsWith('patient/'))
      ? ['It lists no scope for a patient’s own record: it may be made for clinicians or systems only.']
      : []),
    ...(capabilities.length > 0 && !capabilities.includes('launch-standalone')
      ? ['It does not say that apps can sign patients in by themselves (launch-standalone).']
      : []),
    ...(Object.keys(types).length > 0 && !Object.hasOwn(types, 'Patient')
      ? ['It offers no Patient resource: this may not be the address for patients.']
      : []),
  ];
}

function releaseWarning(fhirVersion: string): string[] {
  const release = releaseOf(fhirVersion);
  if (release === 'R4') return [];
  const beside = 'many portals keep an R4 address beside it.';
  return [
    isPulled(release)
      ? `It speaks FHIR ${release}, which is older than R4 and says less; ${beside}`
      : `It speaks FHIR ${versionWord(fhirVersion)}, which cannot be pulled; ${beside}`,
  ];
}

const clientWords: Readonly<Record<string, string>> = {
  public: 'with a client id alone (public)',
  secret: 'with a client secret',
  key: 'with a key of your own',
  dynamic: 'registering itself (dynamic registration)',
};

const renewalWords: Readonly<Record<PortalFacts['renewal'], string>> = {
  offered: 'yes, without another sign-in',
  'not-offered': 'no: each pull needs a sign-in',
  'by-registration': 'decided when the client is registered',
  'not-said': 'it does not say; it is asked for',
};

/** A portal in a few lines. */
export function factLines(facts: PortalFacts): string[] {
  const { software, vendor, fhirVersion, types, clients, renewal, scopeStyle, brandBundle } = facts;
  const { name } = vendorById(vendors.find(({ id }) => id === vendor)?.id ?? 'other');
  return [
    `Vendor: ${name}${software === undefined ? '' : ` (software: ${software})`}`,
    `FHIR: ${versionWord(fhirVersion)} (${fhirVersion}), ${types.length} kinds of resource: ${typesText(types)}`,
    `Sign-in: ${clients.length === 0 ? 'it does not say how a client proves itself' : clients.map((kind) => clientWords[kind] ?? kind).join('; or ')}`,
    `Renewal: ${renewalWords[renewal]}`,
    `Scopes: SMART ${scopeStyle} (${scopeStyle === 'v2' ? '.rs' : '.read'})`,
    ...(brandBundle === undefined
      ? []
      : [`Its own directory: bluebutton portals add-directory ${shellWord(brandBundle)}`]),
    ...facts.warnings.map((warning) => `Warning: ${warning}`),
  ];
}

function typesText(types: readonly string[]): string {
  return types.length <= 12
    ? types.join(', ')
    : `${types.slice(0, 12).join(', ')} and ${types.length - 12} more`;
}
