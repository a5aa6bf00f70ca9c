import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import {
  defaultScopes,
  discover,
  freeRedirectPort,
  refresh,
  registerClient,
  revoke,
  signIn,
  vendorById,
  type ClientProof,
  type TokenSet,
} from '../../src/portal/index.ts';
import {
  startIndependentServer,
  type IndependentOptions,
  type IndependentServer,
} from './independent-server.ts';
import { testHttp } from './stub.ts';

const open: IndependentServer[] = [];
const now = () => new Date();
const http = testHttp();

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function start(options: IndependentOptions = {}): Promise<IndependentServer> {
  const server = await startIndependentServer(options);
  open.push(server);
  return server;
}

/** Signs in with `openid`, so that the id_token is checked too. */
async function login(
  server: IndependentServer,
  {
    clientId = 'public-app',
    proof,
    redirectPort,
  }: { clientId?: string; proof?: ClientProof; redirectPort?: number } = {},
): Promise<TokenSet> {
  const description = await discover(http, `${server.origin}/fhir`);
  return signIn(http, description, {
    clientId,
    proof,
    redirectPort,
    scopes: defaultScopes(description, { ...vendorById('practice'), signIn: vendorById('oracle').signIn }),
    now,
    onAddress: async (address) => void (await server.browse(address)),
  });
}

async function renewed(server: IndependentServer, tokens: TokenSet, proof?: ClientProof): Promise<TokenSet> {
  const description = await discover(http, `${server.origin}/fhir`);
  return refresh(http, description, tokens, { now, proof });
}

const secret = 'a-secret-of-the-test:with%signs';

describe('against an OAuth server nobody here wrote', () => {
  it('a public client signs in, checks the id_token and renews; the rotated token replaces the old', async () => {
    const server = await start();
    const tokens = await login(server);
    expect(tokens).toMatchObject({ patientId: 'p1', fhirUser: 'Patient/p1', clientId: 'public-app' });
    const next = await renewed(server, tokens);
    expect(next.refreshToken).not.toBe(tokens.refreshToken);
    expect(next.previousRefreshToken).toBe(tokens.refreshToken);
    expect(next).toMatchObject({ patientId: 'p1', fhirUser: 'Patient/p1' });
    const last = await renewed(server, next);
    expect(last.previousRefreshToken).toBe(next.refreshToken);
  });

  it.each(['basic', 'post'] as const)('a client with a secret proves itself by %s', async (method) => {
    const server = await start({
      clients: [
        {
          client_id: 'secret-app',
          client_secret: secret,
          token_endpoint_auth_method: `client_secret_${method}`,
        },
      ],
    });
    const proof: ClientProof = { kind: 'secret', secret, method };
    const tokens = await login(server, { clientId: 'secret-app', proof });
    expect(tokens.clientSecret).toBe(secret);
    expect((await renewed(server, tokens, proof)).accessToken).not.toBe(tokens.accessToken);
  });

  it('a client with a wrong secret is told what may be wrong, without the secret', async () => {
    const server = await start({
      clients: [
        { client_id: 'secret-app', client_secret: secret, token_endpoint_auth_method: 'client_secret_basic' },
      ],
    });
    const attempt = login(server, {
      clientId: 'secret-app',
      proof: { kind: 'secret', secret: 'another-one', method: 'basic' },
    });
    await expect(attempt).rejects.toMatchObject({
      code: 'failed',
      why: expect.stringContaining('The secret is wrong'),
    });
    await expect(attempt).rejects.toMatchObject({ why: expect.not.stringContaining('another-one') });
  });

  it.each(['ES384', 'RS384'] as const)('a client with a private key proves itself by %s', async (alg) => {
    const pair = await generateKeyPair(alg, { extractable: true });
    const publicKey = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg, use: 'sig' };
    const server = await start({
      clients: [
        { client_id: 'key-app', token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicKey] } },
      ],
    });
    const proof: ClientProof = { kind: 'key', kid: 'k1', alg, privateKey: await exportJWK(pair.privateKey) };
    const tokens = await login(server, { clientId: 'key-app', proof });
    expect((await renewed(server, tokens, proof)).accessToken).not.toBe(tokens.accessToken);
  });

  it('registers itself and signs in with what it was given', async () => {
    const server = await start();
    const description = await discover(http, `${server.origin}/fhir`);
    const redirectPort = await freeRedirectPort();
    const client = await registerClient(http, description, {
      redirectUri: `http://127.0.0.1:${redirectPort}/callback`,
      scopes: ['openid', 'fhirUser', 'launch/patient', 'offline_access'],
    });
    expect(client.clientSecret).toBeUndefined();
    const tokens = await login(server, { clientId: client.clientId, redirectPort });
    expect(tokens).toMatchObject({ clientId: client.clientId, patientId: 'p1' });
  });

  it('a refresh token used twice ends the sign-in, and that is said', async () => {
    const server = await start();
    const tokens = await login(server);
    await renewed(server, tokens);
    await expect(renewed(server, tokens)).rejects.toMatchObject({ code: 'login-needed' });
  });

  it('signing out ends the refresh token', async () => {
    const server = await start();
    const tokens = await login(server);
    const description = await discover(http, `${server.origin}/fhir`);
    await expect(revoke(http, description, tokens, {})).resolves.toBe('revoked');
    await expect(renewed(server, tokens)).rejects.toMatchObject({ code: 'login-needed' });
  });
});
