import * as v from 'valibot';
import type { Asked } from './asked.ts';
import { authMethods, type Client } from './clients.ts';
import { randomBytes } from 'node:crypto';
import { OAuthRefusal } from './oauth-refusal.ts';
import type { Portal } from './portal.ts';
import { jsonReply, type Reply } from './reply.ts';
import { readKeys } from './keys.ts';

const schema = v.object({
  client_name: v.optional(v.string()),
  redirect_uris: v.pipe(v.array(v.string()), v.minLength(1)),
  token_endpoint_auth_method: v.optional(v.picklist(authMethods), 'client_secret_basic'),
  jwks: v.optional(v.unknown()),
  grant_types: v.optional(v.array(v.string()), ['authorization_code']),
  scope: v.optional(v.string()),
});

/** The registration endpoint (RFC 7591): JSON in, 201 and the app's client id out, with a secret where it asked for one. */
export function answerRegister({ json }: Asked, portal: Portal): Reply {
  if (portal.faults.strikes('dcr-refused')) {
    return jsonReply(401, {
      error: 'invalid_token',
      error_description: 'Registration needs an initial token.',
    });
  }
  try {
    return registered(json, portal);
  } catch (thrown) {
    if (!(thrown instanceof OAuthRefusal)) throw thrown;
    return jsonReply(400, { error: thrown.error, error_description: thrown.message });
  }
}

function registered(json: string | undefined, portal: Portal): Reply {
  const asked = metadataOf(json);
  const method = asked.token_endpoint_auth_method;
  const wrong = asked.redirect_uris.find((uri) => !isSafe(uri));
  if (wrong !== undefined) {
    throw new OAuthRefusal('invalid_redirect_uri', 'A redirect_uri is https, or http on a loopback address.');
  }
  const jwks = method === 'private_key_jwt' ? readKeys(asked.jwks) : undefined;
  if (method === 'private_key_jwt' && jwks === undefined) throw badMetadata('private_key_jwt needs jwks.');
  const secret = method.startsWith('client_secret') ? randomBytes(24).toString('base64url') : undefined;
  const client: Client = portal.clients.register({
    redirectUris: asked.redirect_uris,
    method,
    refreshes: asked.grant_types.includes('refresh_token'),
    ...(asked.scope !== undefined && { scope: asked.scope }),
    ...(secret !== undefined && { secret }),
    ...(jwks !== undefined && { jwks }),
  });
  return jsonReply(201, {
    client_id: client.clientId,
    client_id_issued_at: Math.floor(portal.now().getTime() / 1000),
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    ...(asked.client_name !== undefined && { client_name: asked.client_name }),
    ...(asked.scope !== undefined && { scope: asked.scope }),
    redirect_uris: asked.redirect_uris,
    grant_types: asked.grant_types,
    response_types: ['code'],
    token_endpoint_auth_method: method,
  });
}

function metadataOf(json: string | undefined): v.InferOutput<typeof schema> {
  if (json === undefined) throw badMetadata('The body is not application/json.');
  try {
    return v.parse(schema, JSON.parse(json));
  } catch (thrown) {
    throw badMetadata(thrown instanceof v.ValiError ? thrown.message : 'The body is not JSON.');
  }
}

function badMetadata(description: string): OAuthRefusal {
  return new OAuthRefusal('invalid_client_metadata', description);
}

function isSafe(uri: string): boolean {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url?.hostname ?? '');
  return (
    url !== undefined &&
    !uri.includes('#') &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && loopback))
  );
}
