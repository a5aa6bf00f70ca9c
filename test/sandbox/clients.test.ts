import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { json } from './app.ts';
import { record } from './record.ts';
import {
  basic,
  configurationOf,
  decided,
  exchanged,
  refreshed,
  refusalOf,
  statusOf,
  tokensFrom,
  withPortal,
  type Way,
} from './discovering-app.ts';

let portal: Sandbox;
let keys: { privateKey: CryptoKey; publicKey: CryptoKey };
let rsaKeys: { privateKey: CryptoKey; publicKey: CryptoKey };
beforeAll(async () => {
  keys = await generateKeyPair('ES384');
  rsaKeys = await generateKeyPair('RS384');
  const jwks = {
    keys: [
      { ...(await exportJWK(keys.publicKey)), kid: 'mine' },
      { ...(await exportJWK(rsaKeys.publicKey)), kid: 'mine-too' },
    ],
  };
  portal = await startSandbox({ data: record, clients: [{ clientId: 'key-client', jwks }] });
});
afterAll(() => portal.close());

interface Assertion {
  alg?: string;
  kid?: string;
  key?: CryptoKey;
  audience?: string;
  seconds?: number;
  jti?: string;
  subject?: string;
  issuer?: string;
}

async function assertion(changes: Assertion = {}): Promise<Record<string, string>> {
  const audience = String((await configurationOf(portal))['token_endpoint']);
  const now = Math.floor(Date.now() / 1000);
  const word = await new SignJWT({ jti: changes.jti ?? crypto.randomUUID() })
    .setProtectedHeader({ alg: changes.alg ?? 'ES384', kid: changes.kid ?? 'mine' })
    .setIssuer(changes.issuer ?? 'key-client')
    .setSubject(changes.subject ?? 'key-client')
    .setAudience(changes.audience ?? audience)
    .setExpirationTime(now + (changes.seconds ?? 240))
    .sign(changes.key ?? keys.privateKey);
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: word,
  };
}

describe('an app with a secret', () => {
  const clientId = 'secret-client';
  test.each<[string, Way]>([
    ['in the Authorization header', { clientId, headers: basic(clientId, 'practice-secret') }],
    ['in the form', { clientId, proof: { client_secret: 'practice-secret' } }],
  ])('signs in and refreshes with it %s', async (_, way) => {
    const tokens = await tokensFrom(portal, way);
    expect(await statusOf(portal, tokens, '/Condition?patient=ann')).toBe(200);
    expect((await refreshed(portal, tokens, way)).status).toBe(200);
  });

  test('that is wrong is answered 401 with a challenge in the header, 400 in the form', async () => {
    const inHeader = await exchanged(portal, { clientId, headers: basic(clientId, 'wrong') });
    expect(inHeader.headers.get('www-authenticate')).toContain('Basic');
    expect(await refusalOf(inHeader)).toEqual([401, 'invalid_client']);
    const inForm = await exchanged(portal, { clientId, proof: { client_secret: 'wrong' } });
    expect(await refusalOf(inForm)).toEqual([400, 'invalid_client']);
  });

  test('does not get tokens without it, nor with two proofs, nor does a stranger with any', async () => {
    expect(await refusalOf(await exchanged(portal, { clientId }))).toEqual([400, 'invalid_client']);
    const headers = basic(clientId, 'practice-secret');
    const twice = { clientId, headers, proof: { client_secret: 'practice-secret' } };
    expect(await refusalOf(await exchanged(portal, twice))).toEqual([400, 'invalid_request']);
    const stranger = await exchanged(portal, { proof: { client_secret: 'practice-secret' } });
    expect(await refusalOf(stranger)).toEqual([400, 'invalid_client']);
  });

  test('may hold letters that the header has to encode', async () => {
    const clients = [{ clientId: 'a:b', secret: 'c d%' }];
    await withPortal({ clients }, async (other) => {
      const headers = basic('a%3Ab', 'c+d%25');
      expect((await exchanged(other, { clientId: 'a:b', headers })).status).toBe(200);
    });
  });
});

describe('an app with keys', () => {
  test.each<[string, () => Assertion]>([
    ['ES384', () => ({})],
    ['RS384', () => ({ alg: 'RS384', kid: 'mine-too', key: rsaKeys.privateKey })],
  ])('signs in with an assertion signed by %s', async (_, changes) => {
    const way = { clientId: 'key-client', proof: await assertion(changes()) };
    expect((await exchanged(portal, way)).status).toBe(200);
  });

  test.each<[string, Assertion]>([
    ['is for another address', { audience: 'https://elsewhere.invalid/token' }],
    ['lives longer than five minutes', { seconds: 400 }],
    ['has expired', { seconds: -10 }],
    ['names a key that is not known', { kid: 'another' }],
    ['is about another app', { subject: 'another-app' }],
  ])('is refused when the assertion %s', async (_, changes) => {
    const way = { clientId: 'key-client', proof: await assertion(changes) };
    expect(await refusalOf(await exchanged(portal, way))).toEqual([400, 'invalid_client']);
  });

  test('is refused when another key signed, or another algorithm', async () => {
    const { privateKey } = await generateKeyPair('ES384');
    const forged = { clientId: 'key-client', proof: await assertion({ key: privateKey }) };
    expect(await refusalOf(await exchanged(portal, forged))).toEqual([400, 'invalid_client']);
    const { privateKey: weaker } = await generateKeyPair('ES256');
    const other = { clientId: 'key-client', proof: await assertion({ key: weaker, alg: 'ES256' }) };
    expect(await refusalOf(await exchanged(portal, other))).toEqual([400, 'invalid_client']);
  });

  test('is refused when an assertion comes a second time', async () => {
    const way = { clientId: 'key-client', proof: await assertion() };
    const tokens = await tokensFrom(portal, way);
    expect(await refusalOf(await refreshed(portal, tokens, way))).toEqual([400, 'invalid_client']);
    const again = { ...way, proof: await assertion() };
    expect((await refreshed(portal, tokens, again)).status).toBe(200);
  });

  test('is refused under jwt-kid-unknown, and under jwt-replay-refused-on-retry unless it signs again', async () => {
    const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'mine' }] };
    const clients = [{ clientId: 'key-client', jwks }];
    await withPortal({ clients, faults: ['jwt-kid-unknown'] }, async (other) => {
      const audience = String((await configurationOf(other))['token_endpoint']);
      const way = { clientId: 'key-client', proof: await assertion({ audience }) };
      expect(await refusalOf(await exchanged(other, way))).toEqual([400, 'invalid_client']);
    });
    const faults = ['jwt-replay-refused-on-retry@refresh_token'];
    await withPortal({ clients, faults }, async (other) => {
      const audience = String((await configurationOf(other))['token_endpoint']);
      const way = async (): Promise<Way> => ({
        clientId: 'key-client',
        proof: await assertion({ audience }),
      });
      const tokens = await tokensFrom(other, await way());
      const same = await way();
      expect((await refreshed(other, tokens, same)).status).toBe(503);
      expect(await refusalOf(await refreshed(other, tokens, same))).toEqual([400, 'invalid_client']);
      expect((await refreshed(other, tokens, await way())).status).toBe(200);
    });
  });

  test('does not get tokens by its name alone', async () => {
    expect(await refusalOf(await exchanged(portal, { clientId: 'key-client' }))).toEqual([
      400,
      'invalid_client',
    ]);
  });
});

describe('registration', () => {
  const redirectUri = 'http://127.0.0.1:4711/callback';
  const metadata = {
    client_name: 'An app',
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token'],
  };

  async function register(changes: object, at = portal): Promise<Response> {
    return fetch(String((await configurationOf(at))['registration_endpoint']), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...metadata, ...changes }),
    });
  }

  test('gives a client id and a secret, which then must be used as registered', async () => {
    const response = await register({});
    expect(response.status).toBe(201);
    const client = await json(response);
    expect(client).toMatchObject({ ...metadata, client_secret_expires_at: 0 });
    const clientId = String(client['client_id']);
    const secret = String(client['client_secret']);
    const way = { clientId, redirectUri, headers: basic(clientId, secret) };
    expect(await tokensFrom(portal, way)).toHaveProperty('refresh_token');
    const inForm = { clientId, redirectUri, proof: { client_secret: secret } };
    expect(await refusalOf(await exchanged(portal, inForm))).toEqual([400, 'invalid_client']);
  });

  test('of a public app gives no secret, and no refresh token without that grant type', async () => {
    const client = await json(
      await register({ token_endpoint_auth_method: 'none', grant_types: ['authorization_code'] }),
    );
    expect(client).not.toHaveProperty('client_secret');
    const tokens = await tokensFrom(portal, { clientId: String(client['client_id']), redirectUri });
    expect(tokens).not.toHaveProperty('refresh_token');
  });

  test('of an app with keys takes its assertions, and nothing else', async () => {
    const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'mine' }] };
    const client = await json(await register({ token_endpoint_auth_method: 'private_key_jwt', jwks }));
    expect(client).not.toHaveProperty('client_secret');
    const clientId = String(client['client_id']);
    const proof = await assertion({ issuer: clientId, subject: clientId });
    expect((await exchanged(portal, { clientId, redirectUri, proof })).status).toBe(200);
    const bare = await exchanged(portal, { clientId, redirectUri });
    expect(await refusalOf(bare)).toEqual([400, 'invalid_client']);
  });

  test.each([
    [
      'a redirect address on plain http elsewhere',
      { redirect_uris: ['http://example.com/'] },
      'invalid_redirect_uri',
    ],
    ['no redirect address', { redirect_uris: [] }, 'invalid_client_metadata'],
    [
      'keys promised and not given',
      { token_endpoint_auth_method: 'private_key_jwt' },
      'invalid_client_metadata',
    ],
    ['an unknown method', { token_endpoint_auth_method: 'tls' }, 'invalid_client_metadata'],
  ])('is refused with %s', async (_, changes, error) => {
    expect(await refusalOf(await register(changes))).toEqual([400, error]);
  });

  test('binds the redirect address: any loopback port in general, to the letter under the profile strict', async () => {
    const another = 'http://127.0.0.1:4712/callback';
    const { client_id } = await json(await register({ token_endpoint_auth_method: 'none' }));
    const clientId = String(client_id);
    expect((await decided(portal, { clientId, redirectUri: another })).status).toBe(302);
    const elsewhere = await decided(portal, { clientId, redirectUri: 'http://127.0.0.1:4711/other' });
    expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([400, null]);
    await withPortal({ profile: 'strict' }, async (strict) => {
      const app = await json(await register({ token_endpoint_auth_method: 'none' }, strict));
      const way = { clientId: String(app['client_id']), redirectUri };
      expect((await decided(strict, way)).status).toBe(302);
      expect((await decided(strict, { ...way, redirectUri: another })).status).toBe(400);
    });
  });

  test('lets an https address be redirected to, for an app that pastes its answer', async () => {
    const https = 'https://app.example/callback';
    const app = await json(await register({ token_endpoint_auth_method: 'none', redirect_uris: [https] }));
    const answer = await decided(portal, { clientId: String(app['client_id']), redirectUri: https });
    expect(answer.headers.get('location')).toMatch(/^https:\/\/app\.example\/callback\?code=/);
  });
});
