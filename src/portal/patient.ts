import { BlueButtonError } from '../errors/index.ts';
import { decodeJson, parseJson } from '../json/index.ts';
import { isResource, type Resource } from '../model/index.ts';
import type { PortalDescription } from './description.ts';
import { fhirJsonOf } from './fhir-answer.ts';
import type { Http } from './http.ts';
import { signInAgain } from './sign-in-command.ts';
import type { TokenSet } from './token-set.ts';

/**
 * Reads whose record a sign-in is for, in the portal's own release of FHIR. Undefined when the portal does not say: demographics can be withheld (Medicare
 * lets a person decline to share them), and the record itself is still there to pull.
 *
 * @throws BlueButtonError `login-needed` when the portal no longer accepts the access token, `temporary` when it gives
 *   another answer than the Patient or a refusal.
 */
export async function readPatient(
  http: Http,
  tokens: TokenSet,
  { fhirVersion }: Pick<PortalDescription, 'fhirVersion'>,
  signal?: AbortSignal,
): Promise<Resource | undefined> {
  const { baseUrl, patientId, accessToken } = tokens;
  if (patientId === undefined) return undefined;
  const answer = await http.get(new URL(`${baseUrl}/Patient/${encodeURIComponent(patientId)}`), {
    accept: fhirJsonOf(fhirVersion),
    bearer: { token: accessToken, origin: new URL(baseUrl).origin },
    signal,
  });
  if (answer.status === 401) {
    throw new BlueButtonError('login-needed', `${new URL(baseUrl).host} no longer accepts the sign-in.`, {
      why: 'It answered 401 (not signed in).',
      try: signInAgain,
    });
  }
  // 410: the portal has merged the patient into another or removed it.
  if ([403, 404, 410].includes(answer.status)) return undefined;
  if (answer.status !== 200) {
    throw new BlueButtonError(
      'temporary',
      `${new URL(baseUrl).host} did not say whose record it is (${answer.status}).`,
      {
        why: 'Without that nothing is kept: two people’s records must never mix.',
        try: 'try again later',
      },
    );
  }
  try {
    const resource = parseJson(decodeJson(answer.bytes));
    const isTheirs =
      isResource(resource) && resource.resourceType === 'Patient' && resource['id'] === patientId;
    return isTheirs ? resource : undefined;
  } catch {
    return undefined;
  }
}
