import type { Asked } from './asked.ts';
import { FhirRefusal } from './outcome.ts';
import type { Portal } from './portal.ts';

/** How many requests an access token is good for that dies early. */
const fewRequests = 10;

/**
 * The faults of access tokens, struck at the path of a FHIR request.
 *
 * @throws FhirRefusal 401 where every token is refused.
 */
export function strikeAccess({ path, headers }: Asked, { faults, grants }: Portal): void {
  const [, token] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (token === undefined) return;
  if (faults.strikes('always-401', path)) {
    throw new FhirRefusal(
      401,
      { code: 'login', text: 'The access token is not accepted.' },
      { 'www-authenticate': 'Bearer realm="practice portal", error="invalid_token"' },
    );
  }
  if (faults.strikes('expire-now', path)) grants.expire(token);
  if (faults.strikes('access-token-dies-early', path) && grants.countUse(token) > fewRequests) {
    grants.expire(token);
  }
}
