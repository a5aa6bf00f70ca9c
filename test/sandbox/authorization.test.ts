import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import {
  authorizeUrl,
  codeFor,
  everything,
  exchange,
  json,
  landing,
  pkce,
  post,
  redirectUri,
} from './app.ts';
import { signIn, withToken } from './app.ts';
import { record } from './record.ts';

let portal: Sandbox;
let time = new Date('2025-01-01T00:00:00Z');
beforeAll(async () => {
  portal = await startSandbox({ data: record, now: () => time });
});
afterAll(() => portal.close());

function later(seconds: number): void {
  time = new Date(time.getTime() + seconds * 1000);
}

function revoke(fields: Record<string, string>): Promise<Response> {
  return post(new URL('/oauth/revoke', portal.baseUrl), { client_id: 'test-app', ...fields });
}

describe('the consent page', () => {
  test('is HTML without a script, says whose record and what of it, and may send its form back', async () => {
    const response = await fetch(authorizeUrl(portal));
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`default-src 'none'`);
    expect(policy).toContain(`form-action 'self' http://127.0.0.1:9;`);
    expect(page).toContain('practice portal');
    expect(page).toContain('<html lang="en">');
    expect(page).toContain('Ann &lt;Sample&gt;, born 1970-01-01');
    expect(page).toContain('Bob Sample');
    expect(page).toContain('read and search everything in the record');
    expect(page.match(/<button name="decision" value="(allow|deny)"/g)).toHaveLength(2);
    expect(page).not.toContain('<script');
  });

  test('shows only the scopes that would be granted', async () => {
    const scope = 'online_access patient/Condition.read patient/Nonsense.rs user/*.rs';
    const page = await (await fetch(authorizeUrl(portal, { scope }))).text();
    expect(page).toContain('patient/Condition.read');
    expect(page).not.toMatch(/online_access|Nonsense|user\//);
  });

  test('asks no choice of patient when the data has one', async () => {
    const alone = await startSandbox({
      data: [{ name: 'one', text: '{"resourceType":"Patient","id":"x"}' }],
    });
    try {
      const page = await (await fetch(authorizeUrl(alone))).text();
      expect(page).not.toContain('type="radio"');
      expect(page).toContain('name="patient" value="x"');
    } finally {
      await alone.close();
    }
  });
});

describe('an authorization request', () => {
  test.each([
    ['https elsewhere', 'https://example.com/callback'],
    ['http elsewhere', 'http://example.com/callback'],
    ['localhost by name', 'http://localhost:9/callback'],
    ['a loopback user name at another host', 'http://127.0.0.1:9@example.com/'],
    ['a loopback address with a user name', 'http://someone@127.0.0.1:9/'],
    ['a fragment', 'http://127.0.0.1:9/#here'],
    ['no address', 'callback'],
    ['nothing', undefined],
  ])('whose redirect_uri is %s gets a page and no redirect', async (_, address) => {
    for (const method of ['GET', 'POST']) {
      const url = authorizeUrl(portal, { redirect_uri: address });
      const body = method === 'POST' ? new URLSearchParams({ decision: 'allow' }) : null;
      const response = await fetch(url, { method, body, redirect: 'manual' });
      expect(response.status).toBe(400);
      expect(response.headers.get('location')).toBeNull();
      expect(response.headers.get('content-type')).toContain('text/html');
    }
  });

  test('without client_id, or with two, gets a page and no redirect', async () => {
    const twice = authorizeUrl(portal);
    twice.searchParams.append('client_id', 'another');
    for (const url of [authorizeUrl(portal, { client_id: undefined }), twice]) {
      const response = await fetch(url, { redirect: 'manual' });
      expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    }
  });

  test.each([
    ['response_type', 'token', 'unsupported_response_type'],
    ['response_type', undefined, 'invalid_request'],
    ['state', 'fifteen-letters', 'invalid_request'],
    ['state', undefined, 'invalid_request'],
    ['aud', 'http://127.0.0.1:1/fhir', 'invalid_request'],
    ['aud', undefined, 'invalid_request'],
    ['code_challenge', undefined, 'invalid_request'],
    ['code_challenge', 'short', 'invalid_request'],
    ['code_challenge_method', 'plain', 'invalid_request'],
    ['code_challenge_method', undefined, 'invalid_request'],
    ['scope', undefined, 'invalid_request'],
    ['scope', 'openid user/*.read launch/patient', 'invalid_scope'],
  ])('with %s %s is sent back with an error and its state', async (name, value, error) => {
    const url = authorizeUrl(portal, { [name]: value });
    const response = await fetch(url, { redirect: 'manual' });
    expect(response.status).toBe(302);
    const back = landing(response);
    expect(back.href.startsWith(`${redirectUri}?`)).toBe(true);
    expect(back.searchParams.get('state')).toBe(url.searchParams.get('state'));
    expect(back.searchParams.has('code')).toBe(false);
    expect(back.searchParams.get('error')).toBe(error);
  });

  test('may name the base URL with a slash at its end, and an IPv6 loopback of any port and path', async () => {
    const address = 'http://[::1]:4711/any/path?with=query';
    const url = authorizeUrl(portal, { aud: `${portal.baseUrl}/`, redirect_uri: address });
    expect((await fetch(url)).headers.get('content-security-policy')).toContain(`form-action 'self' http:;`);
    const back = landing(await post(url, { decision: 'allow' }));
    expect(back.href).toMatch(/^http:\/\/\[::1\]:4711\/any\/path\?with=query&code=[\w-]{43}&state=/);
  });

  test('that is denied is sent back with access_denied and its state', async () => {
    const back = landing(await post(authorizeUrl(portal), { decision: 'deny' }));
    expect([...back.searchParams]).toEqual([
      ['error', 'access_denied'],
      ['state', 'a-state-of-sixteen-or-more'],
      ['iss', new URL(portal.baseUrl).origin],
    ]);
  });

  test('is not answered by a form without a decision, or for a patient the portal does not have', async () => {
    expect((await post(authorizeUrl(portal), {})).status).toBe(400);
    expect((await post(authorizeUrl(portal), { decision: 'allow', patient: 'nobody' })).status).toBe(400);
  });
});

describe('the token endpoint', () => {
  test('gives tokens for a code and its verifier', async () => {
    const { verifier, challenge } = pkce();
    const code = await codeFor(portal, challenge, { patient: 'bob' });
    const response = await exchange(portal, { code, code_verifier: verifier });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await json(response)).toEqual({
      access_token: expect.stringMatching(/^[\w-]{43}$/),
      token_type: 'Bearer',
      expires_in: 3600,
      scope: everything,
      patient: 'bob',
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  test('grants what was asked for and is supported, and no refresh token without offline_access', async () => {
    const tokens = await signIn(portal, {
      scope: 'online_access patient/Observation.rs patient/*.write patient/Device.s',
    });
    expect(tokens['scope']).toBe('patient/Observation.rs patient/Device.s');
    expect(tokens).not.toHaveProperty('refresh_token');
  });

  test.each([
    ['another verifier', { code_verifier: pkce().verifier }],
    ['a verifier that is too short', { code_verifier: 'short' }],
    ['a verifier that is too long', { code_verifier: 'a'.repeat(129) }],
    ['another redirect_uri', { redirect_uri: 'http://127.0.0.1:9/other' }],
    ['another client_id', { client_id: 'other-app' }],
    ['another code', { code: 'made-up' }],
  ])('answers %s with 400 invalid_grant', async (_, change) => {
    const { verifier, challenge } = pkce();
    const code = await codeFor(portal, challenge);
    const response = await exchange(portal, { code, code_verifier: verifier, ...change });
    expect(response.status).toBe(400);
    expect(await json(response)).toMatchObject({ error: 'invalid_grant' });
  });

  test('answers a reused code with 400 invalid_grant and ends the tokens it gave', async () => {
    const { verifier, challenge } = pkce();
    const code = await codeFor(portal, challenge);
    const tokens = await json(await exchange(portal, { code, code_verifier: verifier }));
    const get = withToken(portal, String(tokens['access_token']));
    expect((await get('/Patient/ann')).status).toBe(200);
    const again = await exchange(portal, { code, code_verifier: verifier });
    expect([again.status, (await json(again))['error']]).toEqual([400, 'invalid_grant']);
    expect((await get('/Patient/ann')).status).toBe(401);
    const refresh_token = String(tokens['refresh_token']);
    expect((await exchange(portal, { grant_type: 'refresh_token', refresh_token })).status).toBe(400);
  });

  test('takes a code for a minute', async () => {
    const { verifier, challenge } = pkce();
    const [inTime, late] = [await codeFor(portal, challenge), await codeFor(portal, challenge)];
    later(59);
    expect((await exchange(portal, { code: inTime, code_verifier: verifier })).status).toBe(200);
    later(1);
    expect((await exchange(portal, { code: late, code_verifier: verifier })).status).toBe(400);
  });

  test('replaces a refresh token at each use and answers the old one with 400 invalid_grant', async () => {
    const first = await signIn(portal);
    const fields = { grant_type: 'refresh_token', refresh_token: String(first['refresh_token']) };
    const second = await json(await exchange(portal, fields));
    expect(second).toMatchObject({ patient: 'ann', scope: everything });
    expect(second['refresh_token']).not.toBe(first['refresh_token']);
    expect((await withToken(portal, String(second['access_token']))('/Patient/ann')).status).toBe(200);
    const again = await exchange(portal, fields);
    expect([again.status, (await json(again))['error']]).toEqual([400, 'invalid_grant']);
    const refresh_token = String(second['refresh_token']);
    expect((await exchange(portal, { ...fields, refresh_token })).status).toBe(200);
  });

  test('lets a refresh narrow the scope, not widen it', async () => {
    const fields = async (): Promise<Record<string, string>> => ({
      grant_type: 'refresh_token',
      refresh_token: String((await signIn(portal))['refresh_token']),
    });
    const narrow = await exchange(portal, { ...(await fields()), scope: 'patient/*.rs' });
    expect((await json(narrow))['scope']).toBe('patient/*.rs');
    const wide = await exchange(portal, { ...(await fields()), scope: `${everything} patient/*.read` });
    expect([wide.status, (await json(wide))['error']]).toEqual([400, 'invalid_scope']);
  });

  test.each([
    ['no grant_type', { grant_type: '' }, 'invalid_request'],
    ['another grant_type', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['no code', { code_verifier: pkce().verifier }, 'invalid_request'],
  ])('answers %s with an error of RFC 6749', async (_, fields, error) => {
    const response = await exchange(portal, fields);
    expect([response.status, (await json(response))['error']]).toEqual([400, error]);
  });

  test('answers JSON, a repeated field and a GET with an error', async () => {
    const address = new URL('/oauth/token', portal.baseUrl);
    const asJson = await fetch(address, {
      method: 'POST',
      body: '{"grant_type":"refresh_token"}',
      headers: { 'content-type': 'application/json' },
    });
    expect([asJson.status, (await json(asJson))['error']]).toEqual([400, 'invalid_request']);
    const body = new URLSearchParams('grant_type=refresh_token&grant_type=authorization_code');
    expect((await json(await fetch(address, { method: 'POST', body })))['error']).toBe('invalid_request');
    expect((await fetch(address)).status).toBe(405);
  });
});

describe('revocation', () => {
  test('of an access token ends it alone', async () => {
    const tokens = await signIn(portal);
    const get = withToken(portal, String(tokens['access_token']));
    expect((await revoke({ token: String(tokens['access_token']) })).status).toBe(200);
    expect((await get('/Patient/ann')).status).toBe(401);
    const refresh_token = String(tokens['refresh_token']);
    expect((await exchange(portal, { grant_type: 'refresh_token', refresh_token })).status).toBe(200);
  });

  test('of a refresh token ends the access token with it', async () => {
    const tokens = await signIn(portal);
    expect((await revoke({ token: String(tokens['refresh_token']) })).status).toBe(200);
    expect((await withToken(portal, String(tokens['access_token']))('/Patient/ann')).status).toBe(401);
    const refresh_token = String(tokens['refresh_token']);
    expect((await exchange(portal, { grant_type: 'refresh_token', refresh_token })).status).toBe(400);
  });

  test('of an unknown token is no error, and of another app’s is refused', async () => {
    expect((await revoke({ token: 'made-up' })).status).toBe(200);
    const token = String((await signIn(portal))['access_token']);
    expect((await revoke({ token, client_id: 'other-app' })).status).toBe(400);
    expect((await withToken(portal, token)('/Patient/ann')).status).toBe(200);
  });
});

test('an access token ends after its time', async () => {
  const get = withToken(portal, String((await signIn(portal))['access_token']));
  later(3599);
  expect((await get('/Patient/ann')).status).toBe(200);
  later(1);
  const response = await get('/Patient/ann');
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
});
