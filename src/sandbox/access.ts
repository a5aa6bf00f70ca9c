import type { IncomingHttpHeaders } from 'node:http';
import { FhirRefusal } from './outcome.ts';
import type { Portal } from './portal.ts';
import { allows } from './scopes.ts';

/** What a request may see: one patient's record, within scopes. */
export interface Access {
  patient: string;
  scopes: string[];
}

/**
 * The access that a request's bearer token opens (RFC 6750 §2.1).
 *
 * @throws FhirRefusal 401 without a token, or with one that is unknown, expired or revoked.
 */
export function accessOf({ authorization }: IncomingHttpHeaders, { grants }: Portal): Access {
  const challenge = 'Bearer realm="practice portal"';
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) {
    const issue = { code: 'login', text: 'This address needs an access token.' };
    throw new FhirRefusal(401, issue, { 'www-authenticate': challenge });
  }
  const access = grants.access(token);
  if (access !== undefined) return access;
  const issue = { code: 'login', text: 'The access token is unknown, expired or revoked.' };
  throw new FhirRefusal(401, issue, { 'www-authenticate': `${challenge}, error="invalid_token"` });
}

/** Whether the type may be read (`r`) or searched (`s`): not refused by the portal, and in scope. */
export function mayReach(type: string, action: 'r' | 's', { scopes }: Access, { refuse }: Portal): boolean {
  return !refuse.has(type) && allows(scopes, type, action);
}

/**
 * As `mayReach`, for a request that stands or falls with it.
 *
 * @throws FhirRefusal 404 for a type the portal does not serve, 403 for one refused or out of scope.
 */
export function requireReach(type: string, action: 'r' | 's', access: Access, portal: Portal): void {
  if (!portal.types.has(type)) {
    throw new FhirRefusal(404, { code: 'not-supported', text: 'This portal has no such resource type.' });
  }
  if (portal.refuse.has(type)) {
    throw new FhirRefusal(403, { code: 'forbidden', text: `This portal does not share ${type} resources.` });
  }
  if (!mayReach(type, action, access, portal)) {
    const verb = action === 'r' ? 'reading' : 'searching';
    throw new FhirRefusal(403, { code: 'forbidden', text: `No scope granted allows ${verb} ${type}.` });
  }
}
