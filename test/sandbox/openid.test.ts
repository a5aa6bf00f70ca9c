import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { json, landing } from './app.ts';
import { record } from './record.ts';
import { configurationOf, decided, refreshed, tokensFrom } from './discovering-app.ts';

let portal: Sandbox;
beforeAll(async () => {
  portal = await startSandbox({ data: record });
});
afterAll(() => portal.close());

const scope = 'openid fhirUser launch/patient offline_access patient/Condition.rs';

test('where openid is granted, an id_token comes that the published key, issuer, audience and nonce prove', async () => {
  const tokens = await tokensFrom(portal, { scope });
  const configuration = await configurationOf(portal);
  const keys = createRemoteJWKSet(new URL(String(configuration['jwks_uri'])));
  const { payload } = await jwtVerify(String(tokens['id_token']), keys, {
    issuer: String(configuration['issuer']),
    audience: 'test-app',
    algorithms: ['RS256'],
    requiredClaims: ['exp', 'iat', 'sub'],
  });
  expect(payload).toMatchObject({ nonce: 'a-nonce', fhirUser: `${portal.baseUrl}/Patient/ann` });
});

test('without openid none comes, and a refresh brings none', async () => {
  expect(await tokensFrom(portal)).not.toHaveProperty('id_token');
  const tokens = await tokensFrom(portal, { scope });
  expect(await json(await refreshed(portal, tokens))).not.toHaveProperty('id_token');
});

test('without fhirUser or profile the id_token does not say who it is in the record, and without nonce it has none', async () => {
  const way = { scope: 'openid patient/Condition.rs', parameters: { nonce: undefined } };
  const claims = decodeJwt(String((await tokensFrom(portal, way))['id_token']));
  expect(claims).not.toHaveProperty('fhirUser');
  expect(claims).not.toHaveProperty('nonce');
});

test('the published key holds nothing private', async () => {
  const { keys } = await json(await fetch(String((await configurationOf(portal))['jwks_uri'])));
  expect(keys).toEqual([
    { kty: 'RSA', n: expect.any(String), e: 'AQAB', kid: 'practice', alg: 'RS256', use: 'sig' },
  ]);
});

test('openid-configuration agrees with smart-configuration', async () => {
  const smart = await configurationOf(portal);
  const openid = await json(await fetch(new URL('/.well-known/openid-configuration', portal.baseUrl)));
  for (const name of ['issuer', 'jwks_uri', 'token_endpoint', 'authorization_endpoint']) {
    expect(openid[name]).toBe(smart[name]);
  }
  expect(openid['id_token_signing_alg_values_supported']).toEqual(['RS256']);
});

test('the answer to the app names the issuer (RFC 9207)', async () => {
  const back = landing(await decided(portal, { scope }));
  expect(back.searchParams.get('iss')).toBe((await configurationOf(portal))['issuer']);
});
