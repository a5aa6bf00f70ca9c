import * as v from 'valibot';
import { BlueButtonError } from '../errors/index.ts';
import type { JsonValue } from '../json/index.ts';
import { requireSafe, resolveAddress } from './address.ts';
import type { SignInDescription } from './description.ts';

const strings = v.array(v.string());

const schema = v.object({
  issuer: v.fallback(v.optional(v.string()), undefined),
  authorization_endpoint: v.string(),
  token_endpoint: v.string(),
  revocation_endpoint: v.fallback(v.optional(v.string()), undefined),
  registration_endpoint: v.fallback(v.optional(v.string()), undefined),
  jwks_uri: v.fallback(v.optional(v.string()), undefined),
  capabilities: v.fallback(strings, []),
  scopes_supported: v.fallback(v.optional(strings), undefined),
  token_endpoint_auth_methods_supported: v.fallback(v.optional(strings), undefined),
  user_access_brand_bundle: v.fallback(v.optional(v.string()), undefined),
  code_challenge_methods_supported: v.fallback(v.optional(strings), undefined),
});

/** The next step for what only the portal can mend. */
const wrongAtPortal = 'check the address of the portal, or tell its support: bluebutton cannot mend this';

/**
 * Reads a smart-configuration document (SMART App Launch 2.2 §2.4). Addresses may be relative to the base, as older
 * servers write them.
 *
 * @throws BlueButtonError `failed` when an endpoint is missing or unsafe, or methods of PKCE are listed without S256.
 */
export function readSmartConfiguration(
  value: JsonValue,
  baseUrl: string,
): { signIn: SignInDescription; brandBundle?: string } {
  const host = new URL(baseUrl).host;
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) {
    const missing = [...new Set(parsed.issues.map((issue) => v.getDotPath(issue) ?? 'object'))].join(', ');
    throw new BlueButtonError('failed', `The sign-in description of ${host} cannot be used.`, {
      why: `Missing or not text: ${missing}.`,
      try: wrongAtPortal,
    });
  }
  const found = parsed.output;
  const methods = found.code_challenge_methods_supported;
  if (methods !== undefined && !methods.includes('S256')) {
    throw new BlueButtonError('failed', `${host} does not offer a safe sign-in.`, {
      why: 'It lists the methods of PKCE it knows, and S256 is not among them.',
      try: wrongAtPortal,
    });
  }
  const bundle = resolveAddress(found.user_access_brand_bundle ?? '', `${baseUrl}/`)?.href;
  const signIn = {
    ...(found.issuer === undefined ? {} : { issuer: found.issuer }),
    authorizationEndpoint: endpoint(found.authorization_endpoint, baseUrl),
    tokenEndpoint: endpoint(found.token_endpoint, baseUrl),
    ...(found.revocation_endpoint === undefined
      ? {}
      : { revocationEndpoint: endpoint(found.revocation_endpoint, baseUrl) }),
    ...(found.registration_endpoint === undefined
      ? {}
      : { registrationEndpoint: endpoint(found.registration_endpoint, baseUrl) }),
    ...(found.jwks_uri === undefined ? {} : { jwksUri: endpoint(found.jwks_uri, baseUrl) }),
    capabilities: found.capabilities,
    ...(found.token_endpoint_auth_methods_supported === undefined
      ? {}
      : { authMethods: found.token_endpoint_auth_methods_supported }),
    ...(methods === undefined ? {} : { codeChallengeMethods: methods }),
    ...(found.scopes_supported === undefined ? {} : { scopesSupported: found.scopes_supported }),
  };
  return found.user_access_brand_bundle === undefined || bundle === undefined
    ? { signIn }
    : { signIn, brandBundle: bundle };
}

/** Resolves an endpoint against the base; an https portal may not send the sign-in to plain http. */
export function endpoint(text: string, baseUrl: string): string {
  const url = resolveAddress(text, `${baseUrl}/`);
  const host = new URL(baseUrl).host;
  if (url === undefined) {
    throw new BlueButtonError('failed', `${host} names a sign-in address that is none.`, {
      why: 'Its sign-in description holds something else where an address belongs.',
      try: wrongAtPortal,
    });
  }
  try {
    requireSafe(url);
  } catch (thrown) {
    if (!(thrown instanceof BlueButtonError)) throw thrown;
    throw new BlueButtonError('failed', `${host} names a sign-in address that is not safe.`, {
      why: `${thrown.message} ${thrown.why}`,
      try: wrongAtPortal,
    });
  }
  if (baseUrl.startsWith('https:') && url.protocol !== 'https:') {
    throw new BlueButtonError('failed', `${host} names a sign-in address that is not https.`, {
      why: 'A password typed there could be read on the way.',
      try: wrongAtPortal,
    });
  }
  return url.href;
}
