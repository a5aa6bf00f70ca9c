import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { faultTable, startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { json, landing, post } from './app.ts';
import { record } from './record.ts';
import {
  configurationOf,
  decided,
  exchanged,
  refreshed,
  refusalOf,
  statusOf,
  tokensFrom,
  withPortal,
} from './discovering-app.ts';

const source = fileURLToPath(new URL('../../src/sandbox', import.meta.url));

test('every fault is struck somewhere: no switch is dead', () => {
  const files = readdirSync(source).filter((file) => !['oauth-faults.ts', 'search-faults.ts'].includes(file));
  const text = files.map((file) => readFileSync(join(source, file), 'utf8')).join('\n');
  // Those that differ in a status are struck by a name that is put together.
  const families = ['discovery-redirect-', 'docref-'].filter((name) =>
    text.includes(`\`${name}\${status}\``),
  );
  const isOfFamily = (name: string) => families.some((family) => new RegExp(`^${family}\\d{3}$`).test(name));
  const dead = faultTable.filter(({ name }) => !text.includes(`'${name}'`) && !isOfFamily(name));
  expect(dead.map(({ name }) => name)).toEqual([]);
});

test('every fault has a name of its own and says what it does in one line', () => {
  const names = faultTable.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { what } of faultTable) expect(what).toMatch(/^[^\n]{10,}$/);
});

function asked(portal: Sandbox): Promise<Response> {
  return fetch(`${portal.baseUrl}/.well-known/smart-configuration`, { redirect: 'manual' });
}

describe('discovery', () => {
  test('discovery-404 leaves metadata to say where to sign in', async () => {
    await withPortal({ faults: ['discovery-404'] }, async (portal) => {
      expect((await asked(portal)).status).toBe(404);
      expect(await (await fetch(`${portal.baseUrl}/metadata`)).text()).toContain('/oauth/token');
    });
  });

  test('discovery-html sends a web page with status 200', async () => {
    await withPortal({ faults: ['discovery-html'] }, async (portal) => {
      const answer = await asked(portal);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    });
  });

  test.each([301, 302, 307, 308])(
    'discovery-redirect-%s leads to the document on this host',
    async (status) => {
      await withPortal({ faults: [`discovery-redirect-${status}`] }, async (portal, log) => {
        const answer = await asked(portal);
        expect(answer.status).toBe(status);
        expect(landing(answer).origin).toBe(new URL(portal.baseUrl).origin);
        expect(await configurationOf(portal)).toHaveProperty('token_endpoint');
        expect(log.at(-1)?.query).toEqual({ redirected: '' });
      });
    },
  );

  test('discovery-redirect-http-other-origin leads to another host', async () => {
    await withPortal({ faults: ['discovery-redirect-http-other-origin'] }, async (portal) => {
      expect(landing(await asked(portal)).origin).toBe(`http://localhost:${portal.port}`);
    });
  });

  test.each<[string, string, (portal: Sandbox) => unknown]>([
    ['discovery-no-s256', 'code_challenge_methods_supported', () => ['plain']],
    ['discovery-no-methods', 'code_challenge_methods_supported', () => undefined],
    ['discovery-missing-token-endpoint', 'token_endpoint', () => undefined],
    ['discovery-relative-endpoints', 'token_endpoint', () => '/oauth/token'],
    ['discovery-foreign-endpoint', 'token_endpoint', ({ port }) => `http://localhost:${port}/oauth/token`],
    ['discovery-issuer-mismatch', 'issuer', () => 'https://elsewhere.invalid'],
    ['discovery-bare', 'code_challenge_methods_supported', () => undefined],
  ])('%s changes %s', async (fault, name, expected) => {
    await withPortal({ faults: [fault] }, async (portal) => {
      const found = await configurationOf(portal);
      expect(found[name]).toEqual(expected(portal));
      expect(name in found).toBe(expected(portal) !== undefined);
      expect(Object.keys(found).length === 4).toBe(fault === 'discovery-bare');
    });
  });
});

describe('the answer to the app', () => {
  const state = 'a-state-of-sixteen-or-more';
  test.each<[string, string[], boolean]>([
    ['authorize-wrong-state', ['not-the-state-asked'], true],
    ['authorize-no-state', [], true],
    ['authorize-duplicate-state', [state, 'a-second-state-of-another'], true],
    ['authorize-denied', [state], false],
    ['authorize-huge', [state], true],
  ])('under %s holds the states %s', async (fault, states, hasCode) => {
    await withPortal({ faults: [fault] }, async (portal) => {
      const back = landing(await decided(portal));
      expect(back.searchParams.getAll('state')).toEqual(states);
      expect(back.searchParams.has('code')).toBe(hasCode);
      expect(back.searchParams.get('error')).toBe(hasCode ? null : 'access_denied');
      expect(back.href.length > 10_000).toBe(fault === 'authorize-huge');
    });
  });

  test('under authorize-wrong-iss names another issuer', async () => {
    await withPortal({ faults: ['authorize-wrong-iss'] }, async (portal) => {
      expect(landing(await decided(portal)).searchParams.getAll('iss')).toEqual([
        'https://elsewhere.invalid',
      ]);
    });
  });

  test('under authorize-fragment stands in the fragment', async () => {
    await withPortal({ faults: ['authorize-fragment'] }, async (portal) => {
      const back = landing(await decided(portal));
      expect([back.search, new URLSearchParams(back.hash.slice(1)).has('code')]).toEqual(['', true]);
    });
  });

  test('under authorize-no-redirect does not come', async () => {
    await withPortal({ faults: ['authorize-no-redirect'] }, async (portal) => {
      const answer = await decided(portal);
      expect([answer.status, answer.headers.get('location')]).toEqual([200, null]);
    });
  });
});

describe('the token endpoint', () => {
  test.each<[string, number, string]>([
    ['token-429', 429, 'application/json'],
    ['token-500', 500, 'application/json'],
    ['token-html-error', 502, 'text/html; charset=utf-8'],
    ['token-200-error', 200, 'application/json'],
    ['token-error-text', 400, 'text/plain; charset=utf-8'],
    ['token-error-escapes', 400, 'application/json'],
  ])('under %s answers %s with %s', async (fault, status, type) => {
    await withPortal({ faults: [fault] }, async (portal) => {
      const answer = await exchanged(portal);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([status, type]);
      expect(answer.headers.get('retry-after')).toBe(fault === 'token-429' ? '1' : null);
      const text = await answer.text();
      expect(text.includes(String.raw`\r\n`) && text.includes(String.raw`\u001b`)).toBe(
        fault === 'token-error-escapes',
      );
      expect(text).not.toContain('access_token');
    });
  });

  test('strikes refreshes alone where the fault says so, and as often as it says', async () => {
    await withPortal({ faults: ['token-500@refresh_token*2'] }, async (portal) => {
      const tokens = await tokensFrom(portal);
      const statuses = [];
      for (const _ of [1, 2, 3]) statuses.push((await refreshed(portal, tokens)).status);
      expect(statuses).toEqual([500, 500, 200]);
    });
  });

  test('under token-redirect-301 is at the path with a slash', async () => {
    await withPortal({ faults: ['token-redirect-301'] }, async (portal) => {
      const moved = await refreshed(portal, {});
      expect([moved.status, landing(moved).pathname]).toEqual([301, '/oauth/token/']);
      expect((await post(landing(moved), { grant_type: 'x' })).status).toBe(400);
    });
  });

  test.each<[string, string, unknown]>([
    ['token-no-expires', 'expires_in', undefined],
    ['token-expires-string', 'expires_in', '3600'],
    ['token-expires-zero', 'expires_in', 0],
    ['token-expires-negative', 'expires_in', -60],
    ['token-expires-huge', 'expires_in', 1e15],
    ['token-type-missing', 'token_type', undefined],
    ['token-type-lowercase', 'token_type', 'bearer'],
    ['token-type-mac', 'token_type', 'mac'],
    ['token-no-patient', 'patient', undefined],
    ['token-no-scope', 'scope', undefined],
    ['token-no-refresh', 'refresh_token', undefined],
  ])('under %s answers %s %s', async (fault, name, value) => {
    await withPortal({ faults: [fault] }, async (portal) => {
      const tokens = await tokensFrom(portal);
      expect(tokens[name]).toBe(value);
      expect(name in tokens).toBe(value !== undefined);
      expect(await statusOf(portal, tokens, '/Condition?patient=ann')).toBe(200);
    });
  });
});

describe('a refresh', () => {
  test.each<[string, string, unknown]>([
    ['token-other-patient', 'patient', 'bob'],
    ['token-narrow-scope', 'scope', 'launch/patient offline_access'],
    ['refresh-no-new-token', 'refresh_token', undefined],
  ])('under %s answers %s %s, a sign-in as ever', async (fault, name, value) => {
    await withPortal({ faults: [fault] }, async (portal) => {
      const tokens = await tokensFrom(portal);
      expect(tokens).toMatchObject({ patient: 'ann', refresh_token: expect.any(String) });
      expect((await json(await refreshed(portal, tokens)))[name]).toBe(value);
    });
  });

  test('under refresh-no-new-token keeps the old token good', async () => {
    await withPortal({ faults: ['refresh-no-new-token'] }, async (portal) => {
      const tokens = await tokensFrom(portal);
      for (const _ of [1, 2]) expect((await refreshed(portal, tokens)).status).toBe(200);
    });
  });

  test('under refresh-response-lost rotates, then the connection breaks without an answer', async () => {
    await withPortal({ faults: ['refresh-response-lost'] }, async (portal, log) => {
      const tokens = await tokensFrom(portal);
      await expect(refreshed(portal, tokens)).rejects.toThrow('fetch failed');
      expect(log.at(-1)).toMatchObject({ path: '/oauth/token', form: { grant_type: 'refresh_token' } });
      expect(await refusalOf(await refreshed(portal, tokens))).toEqual([400, 'invalid_grant']);
    });
  });

  test('under refresh-502-after-rotation rotates, then answers 502', async () => {
    await withPortal({ faults: ['refresh-502-after-rotation'] }, async (portal) => {
      const tokens = await tokensFrom(portal);
      expect((await refreshed(portal, tokens)).status).toBe(502);
      expect(await refusalOf(await refreshed(portal, tokens))).toEqual([400, 'invalid_grant']);
    });
  });

  test.each([
    ['refresh-invalid-request', { error: 'invalid_request', error_description: 'Refresh token not found.' }],
    ['refresh-invalid-grant-bare', { error: 'invalid_grant' }],
  ])('under %s is refused so', async (fault, body) => {
    await withPortal({ faults: [fault] }, async (portal) => {
      const answer = await refreshed(portal, await tokensFrom(portal));
      expect([answer.status, await json(answer)]).toEqual([400, body]);
    });
  });

  test('under refresh-reuse-revokes ends the grant when a token comes a second time', async () => {
    await withPortal({ faults: ['refresh-reuse-revokes'] }, async (portal) => {
      const first = await tokensFrom(portal);
      const second = await json(await refreshed(portal, first));
      expect((await refreshed(portal, first)).status).toBe(400);
      expect((await refreshed(portal, second)).status).toBe(400);
    });
  });
});

describe('an access token', () => {
  const path = '/Condition?patient=ann';

  test('under access-token-short lives three seconds and says so', async () => {
    let now = new Date('2025-01-01T00:00:00Z');
    await withPortal({ faults: ['access-token-short'], now: () => now }, async (portal) => {
      const tokens = await tokensFrom(portal);
      expect(tokens['expires_in']).toBe(3);
      expect(await statusOf(portal, tokens, path)).toBe(200);
      now = new Date('2025-01-01T00:00:03Z');
      expect(await statusOf(portal, tokens, path)).toBe(401);
    });
  });

  test('under access-token-dies-early is good for ten requests, and so is the next', async () => {
    await withPortal({ faults: ['access-token-dies-early'] }, async (portal) => {
      const first = await tokensFrom(portal);
      for (const tokens of [first, await json(await refreshed(portal, first))]) {
        const statuses = [];
        for (let count = 0; count < 11; count += 1) statuses.push(await statusOf(portal, tokens, path));
        expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 401]);
      }
    });
  });

  test('under expire-now ends at the first request of the place named', async () => {
    await withPortal({ faults: ['expire-now@Condition'] }, async (portal) => {
      const tokens = await tokensFrom(portal, { scope: 'patient/*.rs offline_access' });
      expect(await statusOf(portal, tokens, '/Patient/ann')).toBe(200);
      expect(await statusOf(portal, tokens, path)).toBe(401);
      expect(await statusOf(portal, tokens, '/Patient/ann')).toBe(401);
      const next = await json(await refreshed(portal, tokens));
      expect(await statusOf(portal, next, path)).toBe(200);
    });
  });

  test('under always-401 is refused, however fresh', async () => {
    await withPortal({ faults: ['always-401'] }, async (portal) => {
      const tokens = await tokensFrom(portal);
      expect(await statusOf(portal, tokens, path)).toBe(401);
      expect(await statusOf(portal, await json(await refreshed(portal, tokens)), path)).toBe(401);
    });
  });
});

describe('an id_token', () => {
  const scope = 'openid fhirUser patient/Condition.rs';

  test.each<[string, string, unknown]>([
    ['id-token-wrong-aud', 'aud', 'another-app'],
    ['id-token-wrong-iss', 'iss', 'https://elsewhere.invalid'],
    ['id-token-wrong-nonce', 'nonce', 'another-nonce'],
    ['id-token-expired', 'exp', Date.parse('2024-12-31T23:00:00Z') / 1000],
    ['id-token-relative-user', 'fhirUser', 'Patient/ann'],
  ])('under %s claims %s %s, rightly signed', async (fault, name, value) => {
    const now = new Date('2025-01-01T00:00:00Z');
    await withPortal({ faults: [fault], now: () => now }, async (portal) => {
      const token = String((await tokensFrom(portal, { scope }))['id_token']);
      const keys = createRemoteJWKSet(new URL('/oauth/jwks', portal.baseUrl));
      const { payload } = await jwtVerify(token, keys, { currentDate: new Date(0) });
      expect(payload[name]).toBe(value);
    });
  });

  test('under id-token-bad-signature does not verify', async () => {
    await withPortal({ faults: ['id-token-bad-signature'] }, async (portal) => {
      const token = String((await tokensFrom(portal, { scope }))['id_token']);
      const keys = createRemoteJWKSet(new URL('/oauth/jwks', portal.baseUrl));
      await expect(jwtVerify(token, keys)).rejects.toThrow('signature verification failed');
    });
  });

  test('under id-token-alg-none is not signed', async () => {
    await withPortal({ faults: ['id-token-alg-none'] }, async (portal) => {
      const token = String((await tokensFrom(portal, { scope }))['id_token']);
      expect(decodeProtectedHeader(token)).toEqual({ alg: 'none' });
      expect(decodeJwt(token)['aud']).toBe('test-app');
    });
  });

  test('under id-token-missing does not come', async () => {
    await withPortal({ faults: ['id-token-missing'] }, async (portal) => {
      expect(await tokensFrom(portal, { scope })).not.toHaveProperty('id_token');
    });
  });
});

async function revoked(fault: string): Promise<[Response, number]> {
  const portal = await startSandbox({ data: record, faults: [fault] });
  try {
    const tokens = await tokensFrom(portal);
    const fields = { token: String(tokens['access_token']), client_id: 'test-app' };
    const answer = await post(new URL('/oauth/revoke', portal.baseUrl), fields);
    return [answer, await statusOf(portal, tokens, '/Condition?patient=ann')];
  } finally {
    await portal.close();
  }
}

describe('revocation', () => {
  test('under revoke-redirect-301 is at the path with a slash, and did nothing yet', async () => {
    const [moved, still] = await revoked('revoke-redirect-301');
    expect([moved.status, landing(moved).pathname, still]).toEqual([301, '/oauth/revoke/', 200]);
  });

  test('under revoke-500-after has taken place', async () => {
    const [answer, still] = await revoked('revoke-500-after');
    expect([answer.status, still]).toEqual([500, 401]);
  });
});

test('dcr-refused answers a registration 401', async () => {
  await withPortal({ faults: ['dcr-refused'] }, async (portal) => {
    const answer = await fetch(new URL('/oauth/register', portal.baseUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: ['http://127.0.0.1/callback'] }),
    });
    expect(await refusalOf(answer)).toEqual([401, 'invalid_token']);
  });
});
