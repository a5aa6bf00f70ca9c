import { BlueButtonError } from '../errors/index.ts';
import { decodeJson, parseJson, type JsonValue } from '../json/index.ts';
import { readBaseUrl } from './address.ts';
import { readCapabilityStatement, type Capabilities } from './capability-statement.ts';
import type { PortalDescription, SignInDescription } from './description.ts';
import { fhirJson, fhirJsonOfDstu2 } from './fhir-answer.ts';
import type { Answer, Http } from './http.ts';
import { endpoint, readSmartConfiguration } from './smart-configuration.ts';

/**
 * Asks a portal what it is: `.well-known/smart-configuration` and `metadata` below the base URL. A portal without the
 * first is read by the `oauth-uris` extension of its CapabilityStatement.
 *
 * @throws BlueButtonError `usage` for an unsafe address, `temporary` when the portal does not answer, `failed` when
 *   what answers is no FHIR portal one can sign in to.
 */
export async function discover(
  http: Http,
  address: string,
  signal?: AbortSignal,
): Promise<PortalDescription> {
  const baseUrl = readBaseUrl(address);
  const configuration = await http.get(new URL(`${baseUrl}/.well-known/smart-configuration`), {
    accept: 'application/json',
    signal,
  });
  const metadata = await metadataOf(http, baseUrl, signal);
  const capabilities = readCapabilityStatement(json(metadata, baseUrl, 'its CapabilityStatement (metadata)'));
  if (capabilities === undefined) {
    throw notFhir(baseUrl, 'What came for metadata is no CapabilityStatement.');
  }
  const { fhirVersion, software, types } = capabilities;
  return {
    baseUrl,
    fhirVersion,
    ...(software === undefined ? {} : { software }),
    ...signInDescription(configuration, capabilities, baseUrl),
    types,
  };
}

/** A server of DSTU2 may not know the media type that came after it: it is asked for its own where it refuses. */
async function metadataOf(http: Http, baseUrl: string, signal: AbortSignal | undefined): Promise<Answer> {
  const url = new URL(`${baseUrl}/metadata`);
  const answer = await http.get(url, { accept: fhirJson, signal });
  return [400, 406, 415].includes(answer.status)
    ? http.get(url, { accept: fhirJsonOfDstu2, signal })
    : answer;
}

function signInDescription(
  configuration: Answer,
  { oauthUris }: Capabilities,
  baseUrl: string,
): { signIn: SignInDescription; brandBundle?: string } {
  const { authorize, token, revoke } = oauthUris;
  const absent = configuration.status >= 400 && configuration.status < 500 && configuration.status !== 429;
  if (!absent || authorize === undefined || token === undefined) {
    return readSmartConfiguration(json(configuration, baseUrl, 'its smart-configuration'), baseUrl);
  }
  return {
    signIn: {
      authorizationEndpoint: endpoint(authorize, baseUrl),
      tokenEndpoint: endpoint(token, baseUrl),
      ...(revoke === undefined ? {} : { revocationEndpoint: endpoint(revoke, baseUrl) }),
      capabilities: [],
    },
  };
}

function json(answer: Answer, baseUrl: string, what: string): JsonValue {
  if (answer.status >= 500 || answer.status === 429) {
    throw new BlueButtonError(
      'temporary',
      `${new URL(baseUrl).host} cannot answer just now (${answer.status}).`,
      {
        why: 'It says so itself; the trouble is on its side, or it is asked too often.',
        try: 'try again later',
      },
    );
  }
  if (answer.status !== 200) throw notFhir(baseUrl, `Asked for ${what}, it answered ${answer.status}.`);
  try {
    return parseJson(decodeJson(answer.bytes));
  } catch {
    throw notFhir(baseUrl, `Asked for ${what}, it sent something that is not JSON.`);
  }
}

function notFhir(baseUrl: string, why: string): BlueButtonError {
  return new BlueButtonError('failed', `${baseUrl} does not answer as a SMART on FHIR portal.`, {
    why,
    try: 'check the address: it is the FHIR endpoint, not the web page of the portal',
  });
}
