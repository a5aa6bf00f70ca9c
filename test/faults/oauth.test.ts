import { exportJWK, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import { discover, registerClient, revoke, type ClientProof } from '../../src/portal/index.ts';
import { oauthFaults } from '../../src/sandbox/oauth-faults.ts';
import {
  allow,
  endOf,
  expectNothingTwice,
  http,
  outcomeOf,
  scene,
  saidAt,
  scopes,
  signedIn,
  tokenRequests,
  type Scene,
} from './practice.ts';
import { answerRows, keyRows, signInRows, testedFaults } from './rows.ts';
import { expectTokens } from './tokens.ts';

test('every fault of OAuth and discovery is in a table', () => {
  expect(oauthFaults.map(({ name }) => name).filter((name) => !testedFaults.includes(name))).toEqual([]);
  expect(testedFaults.filter((name) => !oauthFaults.some((fault) => fault.name === name))).toEqual([]);
});

describe('the answer of the browser', () => {
  test.each(answerRows)('$fault: $ends', async ({ fault, ends, says, asks }) => {
    const portal = await scene([fault]);
    const timeoutSeconds = ends === 'login-needed' ? 1 : 60;
    const end = await endOf(signedIn(portal, { timeoutSeconds }), portal);
    expect(outcomeOf(end)).toBe(ends);
    expect(saidAt(end)).toMatch(says ?? /^/);
    expect(tokenRequests(portal.log)).toEqual(asks);
    expectNothingTwice(portal.log);
  });

  test('that stands in the fragment can be pasted', async () => {
    const portal = await scene(['authorize-fragment']);
    let landing = '';
    const tokens = await signedIn(portal, {
      onAddress: async (address) => {
        landing = await allow(address);
      },
      paste: async () => landing,
    });
    expect(landing).toContain('#code=');
    expect(tokens.patientId).toBe('ann');
    expect(tokenRequests(portal.log)).toEqual(['authorization_code 200']);
  });

  test('that comes twice is taken once', async () => {
    const portal = await scene([]);
    await signedIn(portal, {
      onAddress: async (address) => {
        const body = new URLSearchParams({ decision: 'allow' });
        const answer = await fetch(address, { method: 'POST', body, redirect: 'manual' });
        const location = answer.headers.get('location') ?? '';
        const statuses = (await Promise.all([fetch(location), fetch(location)])).map(({ status }) => status);
        expect(new Set(statuses)).toEqual(new Set([200, 410]));
      },
    });
    expect(tokenRequests(portal.log)).toEqual(['authorization_code 200']);
  });
});

describe('the exchange of the code', () => {
  test.each(signInRows)('$fault: $ends', async (row) => {
    const portal = await scene([row.fault]);
    const end = await endOf(signedIn(portal), portal);
    expect(outcomeOf(end)).toBe(row.ends);
    expect(saidAt(end)).toMatch(row.says ?? /^/);
    expectTokens(end, row.tokens);
    expect(tokenRequests(portal.log)).toEqual(row.asks);
    expectNothingTwice(portal.log);
    expect(portal.log.filter(({ path }) => path.startsWith('/fhir/Patient'))).toEqual([]);
  });

  test.each(keyRows)('$fault: $ends', async ({ fault, ends, says, asks }) => {
    const pair = await generateKeyPair('ES384', { extractable: true });
    const publicKey = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES384', use: 'sig' };
    const privateKey = await exportJWK(pair.privateKey);
    const portal = await scene([fault], { clients: [{ clientId: 'test-app', jwks: { keys: [publicKey] } }] });
    const proof: ClientProof = { kind: 'key', kid: 'k1', alg: 'ES384', privateKey };
    const end = await endOf(signedIn(portal, { proof }), portal);
    expect(outcomeOf(end)).toBe(ends);
    expect(saidAt(end)).toMatch(says ?? /^/);
    expect(saidAt(end)).not.toContain(privateKey.d);
    expect(tokenRequests(portal.log)).toEqual(asks);
    expectNothingTwice(portal.log);
  });

  test('with a wrong secret, which is not in what is said', async () => {
    const portal = await scene([]);
    const proof: ClientProof = { kind: 'secret', secret: 'a-wrong-secret', method: 'post' };
    const end = await endOf(signedIn(portal, { clientId: 'secret-client', proof }), portal);
    expect(outcomeOf(end)).toBe('failed');
    expect(tokenRequests(portal.log)).toEqual(['authorization_code 400']);
  });

  test('openid that is not granted brings no id_token, and none is missed', async () => {
    const portal = await scene([], {
      profile: 'epic',
      clients: [{ clientId: 'test-app', scope: 'launch/patient patient/*.rs' }],
    });
    const tokens = await signedIn(portal);
    expect(tokens.scopesGranted).not.toContain('openid');
    expect(tokens.patientId).toBe('ann');
  });
});

test('dcr-refused: says that the portal registers nobody by itself, and asks once', async () => {
  const portal = await scene(['dcr-refused']);
  const description = await discover(http, portal.sandbox.baseUrl);
  const redirectUri = 'http://127.0.0.1:9/callback';
  const end = await endOf(registerClient(http, description, { redirectUri, scopes }), portal);
  expect(end).toMatchObject({ error: { code: 'failed', why: expect.stringContaining('initial token') } });
  expect(portal.log.filter(({ path }) => path.endsWith('/register'))).toHaveLength(1);
});

function revocations({ log }: Scene): string[] {
  return log.filter(({ path }) => path.includes('/revoke')).map(({ path, status }) => `${path} ${status}`);
}

describe('signing out', () => {
  test('revoke-redirect-301: follows to the same address with a slash, no further', async () => {
    const portal = await scene(['revoke-redirect-301']);
    const tokens = await signedIn(portal);
    const description = await discover(http, portal.sandbox.baseUrl);
    expect(await revoke(http, description, tokens, {})).toBe('revoked');
    const each = ['/oauth/revoke 301', '/oauth/revoke/ 200'];
    expect(revocations(portal)).toEqual([...each, ...each]);
    expect(portal.log.at(-1)?.form).toMatchObject({ token: tokens.accessToken });
  });

  test('revoke-500-after: is not done, is not repeated, and can be done again', async () => {
    const portal = await scene(['revoke-500-after*1']);
    const tokens = await signedIn(portal);
    const description = await discover(http, portal.sandbox.baseUrl);
    const end = await endOf(revoke(http, description, tokens, {}), portal, [tokens]);
    expect(outcomeOf(end)).toBe('temporary');
    expect(revocations(portal)).toEqual(['/oauth/revoke 500']);
    expect(await revoke(http, description, tokens, {})).toBe('revoked');
  });
});
