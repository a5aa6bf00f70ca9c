import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import type { Asked } from './asked.ts';
import { isConfidential, type AuthMethod, type Client } from './clients.ts';
import { OAuthRefusal, optional, required } from './oauth-refusal.ts';
import type { Portal } from './portal.ts';
import { endpointsOf } from './smart-configuration.ts';

/** SMART App Launch 2.2 §5 (client-confidential-asymmetric): an assertion lives five minutes at most. */
const longestAssertionSeconds = 300;
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

interface Proof {
  clientId: string;
  method: AuthMethod;
  /** The secret or the assertion. */
  word: string;
}

/**
 * Which app sends a request to the token or the revocation endpoint. Known apps prove themselves as they are registered:
 * by a secret in the Authorization header or in the form (RFC 6749 §2.3.1), or by a signed assertion (RFC 7523,
 * private_key_jwt) with RS384 or ES384, for the token endpoint, of five minutes at most, each good once. Others are public.
 *
 * @returns the client id.
 * @throws OAuthRefusal `invalid_client`, with 401 and a challenge where the header was used, else 400.
 */
export async function authenticated(asked: Asked, form: URLSearchParams, portal: Portal): Promise<string> {
  const { clientId, method, word } = proofOf(asked, form);
  const client = portal.clients.at(clientId);
  if (client === undefined && portal.manners.clients === 'confidential') {
    throw refused(method, 'Application does not exist');
  }
  if (client?.method !== undefined && client.method !== method) {
    throw refused(method, `This app is registered to prove itself by ${client.method}.`);
  }
  if (method === 'none') {
    if (isConfidential(client)) throw refused(method, 'This app must prove itself.');
  } else if (method === 'private_key_jwt') {
    await requireAssertion(word, clientId, client, portal);
  } else if (client?.secret !== word) {
    throw refused(method, 'The client secret is wrong.');
  }
  return clientId;
}

function proofOf({ headers }: Asked, form: URLSearchParams): Proof {
  const [, encoded] = /^Basic +(.*)$/i.exec(headers.authorization ?? '') ?? [];
  const secret = optional(form, 'client_secret');
  const assertion = optional(form, 'client_assertion');
  if ([encoded, secret, assertion].filter((word) => word !== undefined).length > 1) {
    throw new OAuthRefusal('invalid_request', 'An app proves itself in one way only.');
  }
  if (encoded !== undefined) {
    const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    const proof = { clientId: formDecoded(id), word: formDecoded(rest.join(':')) };
    return { ...proof, method: 'client_secret_basic' };
  }
  if (assertion !== undefined) {
    if (required(form, 'client_assertion_type') !== assertionType) {
      throw new OAuthRefusal('invalid_request', `The client_assertion_type must be ${assertionType}.`);
    }
    const clientId = optional(form, 'client_id') ?? subjectOf(assertion);
    return { clientId, method: 'private_key_jwt', word: assertion };
  }
  const clientId = required(form, 'client_id');
  return { clientId, method: secret === undefined ? 'none' : 'client_secret_post', word: secret ?? '' };
}

/** RFC 6749 §2.3.1: both halves are form-encoded before they are joined. */
function formDecoded(text: string): string {
  return new URLSearchParams(`word=${text}`).get('word') ?? '';
}

/** The `sub` that an assertion claims, not yet proven. */
function subjectOf(assertion: string): string {
  try {
    const [, payload = ''] = assertion.split('.');
    const { sub }: { sub?: unknown } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof sub === 'string') return sub;
  } catch {
    // Not a JWT.
  }
  throw refused('private_key_jwt', 'The client assertion is no JWT.');
}

async function requireAssertion(
  assertion: string,
  clientId: string,
  client: Client | undefined,
  portal: Portal,
): Promise<void> {
  if (client?.jwks === undefined) throw refused('private_key_jwt', 'No key of this app is known.');
  if (portal.faults.strikes('jwt-kid-unknown')) throw refused('private_key_jwt', 'The kid is unknown.');
  const now = portal.now();
  const { payload } = await jwtVerify(assertion, createLocalJWKSet(client.jwks), {
    issuer: clientId,
    subject: clientId,
    audience: endpointsOf(portal).token,
    algorithms: ['RS384', 'ES384'],
    requiredClaims: ['exp', 'jti'],
    currentDate: now,
  }).catch((thrown: unknown) => {
    const why = thrown instanceof errors.JOSEError ? thrown.message : 'its keys cannot be used';
    throw refused('private_key_jwt', `The client assertion is refused: ${why}.`);
  });
  if ((payload.exp ?? 0) > now.getTime() / 1000 + longestAssertionSeconds) {
    throw refused('private_key_jwt', 'The client assertion lives longer than five minutes.');
  }
  if (!portal.clients.isFresh(clientId, payload.jti ?? '')) {
    throw refused('private_key_jwt', 'The client assertion was used before (jti).');
  }
}

function refused(method: AuthMethod, description: string): OAuthRefusal {
  return method === 'client_secret_basic'
    ? new OAuthRefusal('invalid_client', description, 401, {
        'www-authenticate': 'Basic realm="practice portal"',
      })
    : new OAuthRefusal('invalid_client', description);
}
