import { BlueButtonError } from '../errors/index.ts';
import { decodeJson, isObject, parseJson, type JsonValue } from '../json/index.ts';
import { isResource, type Resource } from '../model/index.ts';
import type { PortalDescription } from './description.ts';
import { fhirJsonOf } from './fhir-answer.ts';
import type { Http } from './http.ts';
import { referenceTarget } from './references.ts';
import { signInAgain } from './sign-in-command.ts';
import type { TokenSet } from './token-set.ts';
import type { Vendor } from './vendors.ts';

/** What is asked, in this order, and where the answer names the patient. */
const places: readonly { query: string; patient: (resource: Resource) => JsonValue | undefined }[] = [
  {
    query: 'Patient',
    patient: ({ id }) => (typeof id === 'string' ? { reference: `Patient/${id}` } : undefined),
  },
  { query: 'Coverage', patient: ({ beneficiary }) => beneficiary },
  { query: 'ExplanationOfBenefit', patient: ({ patient }) => patient },
];

/**
 * Whose record a sign-in is for, where the token answer does not say: the id_token's `fhirUser` when it is a Patient, else the
 * one patient that the portal shows to this sign-in (Medicare's first token answer can lack it, and its Patient is
 * withheld where the person did not share demographics; coverage and claims still name it). The order is the vendor's.
 * Undefined when nothing tells.
 *
 * @throws BlueButtonError `several-patients` when the portal shows records of more than one.
 */
export async function findPatientId(
  http: Http,
  tokens: TokenSet,
  vendor: Vendor,
  { fhirVersion }: Pick<PortalDescription, 'fhirVersion'>,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const accept = fhirJsonOf(fhirVersion);
  for (const place of vendor.patientId) {
    const found = await foundBy(place, { http, tokens, accept, signal });
    if (found !== undefined) return found;
  }
  return undefined;
}

async function foundBy(
  place: Vendor['patientId'][number],
  {
    http,
    tokens,
    accept,
    signal,
  }: { http: Http; tokens: TokenSet; accept: string; signal?: AbortSignal | undefined },
): Promise<string | undefined> {
  if (place === 'token') return tokens.patientId;
  if (place === 'fhirUser') return /^Patient\/(.+)$/.exec(tokens.fhirUser ?? '')?.[1];
  const { baseUrl, accessToken: token } = tokens;
  const bearer = { token, origin: new URL(baseUrl).origin };
  for (const { query, patient } of places) {
    const answer = await http.get(new URL(`${baseUrl}/${query}`), { accept, bearer, signal });
    if (answer.status !== 200) continue;
    const references = resourcesIn(answer.bytes)
      .filter(({ resourceType }) => resourceType === query)
      .map(patient)
      .flatMap((value) =>
        isObject(value) && typeof value['reference'] === 'string' ? value['reference'] : [],
      );
    const ids = new Set(
      references
        .map((reference) => referenceTarget(reference, baseUrl))
        .flatMap((target) => (target?.resourceType === 'Patient' ? target.id : [])),
    );
    if (ids.size > 1) throw several(new URL(baseUrl).host);
    const [only] = ids;
    if (only !== undefined) return only;
  }
  return undefined;
}

function resourcesIn(bytes: Uint8Array): Resource[] {
  try {
    const bundle = parseJson(decodeJson(bytes));
    const entries =
      isObject(bundle) && Array.isArray(bundle['entry']) ? bundle['entry'].filter(isObject) : [];
    return entries.map(({ resource }) => resource).filter(isResource);
  } catch {
    return [];
  }
}

function several(host: string): BlueButtonError {
  return new BlueButtonError(
    'several-patients',
    `${host} shows this sign-in the records of several patients.`,
    {
      why: 'It does not say whose is meant, and two people’s records must never mix.',
      try: `${signInAgain}, and choose one person on the page of the portal`,
    },
  );
}
