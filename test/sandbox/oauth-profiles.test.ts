import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { profileNames, type ProfileName, type Sandbox } from '../../src/sandbox/index.ts';
import { json, landing, post } from './app.ts';
import {
  authorizationRequest,
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

test.each<[ProfileName, string]>([
  ['open', 'bluebutton practice portal'],
  ['strict', 'bluebutton practice portal'],
  ['medicare', 'Blue Button 2.0 practice portal'],
  ['va', 'VA Patient Health API practice portal'],
  ['epic', 'Epic'],
  ['oracle', 'Oracle Health Millennium (practice)'],
  ['athena', 'athenahealth (practice)'],
])('the profile %s names its software %s', async (profile, name) => {
  await withPortal({ profile }, async (portal) => {
    const statement = await json(
      await fetch(`${portal.baseUrl}/metadata`, { headers: { accept: 'application/fhir+json' } }),
    );
    expect(statement['software']).toEqual({ name });
  });
});

test.each(profileNames.filter((profile) => profile !== 'medicare'))(
  'under the profile %s a public app that asks for what is listed signs in and refreshes, where it may',
  async (profile) => {
    await withPortal({ profile }, async (portal) => {
      const scope = 'openid launch/patient offline_access patient/Patient.read patient/Condition.read';
      const tokens = await tokensFrom(portal, { scope });
      expect(tokens).toMatchObject({ token_type: 'Bearer', id_token: expect.any(String) });
      expect(await statusOf(portal, tokens, '/Condition?patient=ann')).toBe(200);
      if (profile === 'epic') return;
      const answer = await refreshed(portal, tokens, {}, { scope });
      expect(await statusOf(portal, await json(answer), '/Condition?patient=ann')).toBe(200);
    });
  },
);

describe('Medicare', () => {
  const clientId = 'secret-client';
  const scope = 'openid profile launch/patient patient/Patient.read patient/Coverage.read';
  const way: Way = { clientId, scope, headers: basic(clientId, 'practice-secret') };
  const profile = 'medicare';

  test('has its FHIR base and its endpoints under /v2, and its discovery says little', async () => {
    await withPortal({ profile }, async (portal) => {
      const origin = `http://127.0.0.1:${portal.port}`;
      expect(portal.baseUrl).toBe(`${origin}/v2/fhir`);
      const configuration = await configurationOf(portal);
      expect(configuration).toEqual({
        authorization_endpoint: `${origin}/v2/o/authorize`,
        token_endpoint: `${origin}/v2/o/token/`,
        revocation_endpoint: `${origin}/v2/o/revoke_token`,
        grant_types_supported: ['authorization_code'],
        response_types_supported: ['code', 'token'],
        scopes_supported: expect.not.arrayContaining(['offline_access']),
        code_challenge_methods_supported: ['S256'],
        capabilities: expect.arrayContaining(['client-confidential-symmetric', 'authorize-post']),
      });
      const openid = await json(await fetch(`${origin}/v2/connect/.well-known/openid-configuration`));
      expect(openid).toMatchObject({ issuer: origin, userinfo_endpoint: `${origin}/v2/connect/userinfo` });
      expect(openid).not.toHaveProperty('jwks_uri');
    });
  });

  test('signs a confidential app in: a refresh token unasked, the end of the grant, no id_token', async () => {
    await withPortal({ profile, now: () => new Date('2025-01-31T12:00:00Z') }, async (portal) => {
      const tokens = await tokensFrom(portal, way);
      expect(tokens).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3600,
        scope,
        patient: 'ann',
        refresh_token: expect.any(String),
        access_grant_expiration: '2026-02-28T12:00:00Z',
      });
      expect(await statusOf(portal, tokens, '/Coverage?patient=ann')).toBe(200);
    });
  });

  test('knows no public app: a page at the authorization, invalid_client for its tokens', async () => {
    await withPortal({ profile }, async (portal) => {
      const answer = await decided(portal, { scope });
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
      expect(await refusalOf(await refreshed(portal, { refresh_token: 'x' }))).toEqual([
        400,
        'invalid_client',
      ]);
      const headers = basic('test-app', 'secret');
      expect(await refusalOf(await refreshed(portal, {}, { headers }))).toEqual([401, 'invalid_client']);
    });
  });

  test.each([
    ['state', undefined, { status_code: 400, message: 'Missing Required Parameter(s): state' }],
    [
      'state',
      'short',
      { status_code: 400, message: 'State parameter should have a minimum of 16 characters' },
    ],
    ['code_challenge_method', 'plain', { status_code: 400, error: 'invalid_request' }],
    ['client_secret', 'x', { status_code: 400, error: 'invalid_request' }],
    [
      'scope',
      'patient/Patient.read offline_access',
      { error: 'invalid_scope', error_description: 'Invalid scopes.' },
    ],
  ])('answers an authorization request with %s %s in JSON, without a redirect', async (name, value, body) => {
    await withPortal({ profile }, async (portal) => {
      const answer = await decided(portal, { ...way, parameters: { [name]: value } });
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
      expect(await json(answer)).toMatchObject(body);
    });
  });

  test('redirects the authorization page to its address with a slash, query and all', async () => {
    await withPortal({ profile }, async (portal) => {
      const url = await authorizationRequest(portal, way, 'a'.repeat(43));
      const moved = await fetch(url, { redirect: 'manual' });
      expect(moved.status).toBe(301);
      const slashed = landing(moved);
      expect([slashed.pathname, slashed.search]).toEqual(['/v2/o/authorize/', url.search]);
      expect(await (await fetch(slashed)).text()).toContain('share_demographic_scopes');
    });
  });

  test.each(['revoke_token', 'revoke'])(
    'answers a post to %s with 301 to the slash, where alone it revokes',
    async (name) => {
      await withPortal({ profile }, async (portal) => {
        const tokens = await tokensFrom(portal, way);
        const address = new URL(`/v2/o/${name}`, portal.baseUrl);
        const fields = {
          token: String(tokens['access_token']),
          client_id: clientId,
          client_secret: 'practice-secret',
        };
        const moved = await post(address, fields);
        expect([moved.status, moved.headers.get('location')]).toEqual([301, `${address.href}/`]);
        expect(await statusOf(portal, tokens, '/Coverage?patient=ann')).toBe(200);
        expect((await post(`${address.href}/`, fields)).status).toBe(200);
        expect(await statusOf(portal, tokens, '/Coverage?patient=ann')).toBe(401);
        expect((await refreshed(portal, tokens, way)).status).toBe(name === 'revoke' ? 400 : 200);
      });
    },
  );

  test('takes tokens at the token endpoint with and without its slash', async () => {
    await withPortal({ profile }, async (portal) => {
      for (const path of ['/v2/o/token', '/v2/o/token/']) {
        const answer = await post(new URL(path, portal.baseUrl), { grant_type: 'password' });
        expect(await json(answer)).toMatchObject({ status_code: 400, error: 'unsupported_grant_type' });
      }
    });
  });

  test('withholds demographics on request: their scopes vanish, Patient and userinfo are 403', async () => {
    await withPortal({ profile }, async (portal) => {
      const whole = await tokensFrom(portal, way);
      const userinfo = new URL('/v2/connect/userinfo', portal.baseUrl);
      const ask = (tokens: Record<string, unknown>): Promise<Response> =>
        fetch(userinfo, { headers: { authorization: `Bearer ${String(tokens['access_token'])}` } });
      expect(await json(await ask(whole))).toMatchObject({ sub: 'ann', patient: 'ann', given_name: 'Ann' });
      const tokens = await tokensFrom(portal, { ...way, decision: { share_demographic_scopes: 'off' } });
      expect(tokens['scope']).toBe('openid launch/patient patient/Coverage.read');
      expect(await statusOf(portal, tokens, '/Patient/ann')).toBe(403);
      expect((await ask(tokens)).status).toBe(403);
    });
  });

  test('ends what an app had of a person with the next consent, before its code is exchanged', async () => {
    await withPortal({ profile }, async (portal) => {
      const first = await tokensFrom(portal, way);
      const bobs = await tokensFrom(portal, { ...way, decision: { patient: 'bob' } });
      await decided(portal, way);
      expect(await statusOf(portal, first, '/Coverage?patient=ann')).toBe(401);
      const answer = await refreshed(portal, first, way);
      expect(answer.status).toBe(400);
      expect(await json(answer)).toEqual({
        status_code: 400,
        error: 'invalid_request',
        error_description: 'Refresh token not found.',
      });
      expect((await refreshed(portal, bobs, way)).status).toBe(200);
    });
  });

  test('takes a refresh token once and answers it bare afterwards; after 13 months the grant is over', async () => {
    let now = new Date('2025-01-01T00:00:00Z');
    await withPortal({ profile, now: () => now }, async (portal) => {
      const first = await tokensFrom(portal, way);
      const second = await json(await refreshed(portal, first, way));
      expect(second['access_grant_expiration']).toBe('2026-02-01T00:00:00Z');
      const again = await refreshed(portal, first, way);
      expect([again.status, await json(again)]).toEqual([400, { error: 'invalid_grant' }]);
      now = new Date('2026-02-01T00:00:00Z');
      const late = await refreshed(portal, second, way);
      expect([late.status, await json(late)]).toEqual([
        401,
        expect.objectContaining({ status_code: 401, error: 'invalid_grant' }),
      ]);
    });
  });

  test('registers nobody', async () => {
    await withPortal({ profile }, async (portal) => {
      expect((await post(new URL('/oauth/register', portal.baseUrl), {})).status).toBe(404);
    });
  });
});

describe('VA', () => {
  test('grants v1 scopes of its own types; others fall away, and a wildcard is refused', async () => {
    await withPortal({ profile: 'va' }, async (portal) => {
      const { scopes_supported, capabilities } = await configurationOf(portal);
      expect(scopes_supported).not.toContain('patient/Condition.rs');
      expect(capabilities).not.toContain('permission-v2');
      const scope =
        'launch/patient offline_access patient/Condition.read patient/Condition.rs patient/Coverage.read';
      const tokens = await tokensFrom(portal, { scope });
      expect(tokens).toMatchObject({
        scope: 'launch/patient offline_access patient/Condition.read',
        patient: 'ann',
        refresh_token: expect.any(String),
      });
      expect(await errorSentBack(portal, { scope: 'launch/patient patient/*.read' })).toBe('invalid_scope');
    });
  });
});

describe('Epic', () => {
  test('grants what the app is registered for, whatever is asked', async () => {
    const registered = 'openid fhirUser launch/patient patient/Condition.read';
    const clients = [{ clientId: 'narrow', scope: registered }];
    await withPortal({ profile: 'epic', clients }, async (portal) => {
      const scope = 'patient/*.rs';
      const tokens = await tokensFrom(portal, { clientId: 'narrow', scope });
      expect(tokens['scope']).toBe(registered);
      expect(decodeJwt(String(tokens['id_token']))['fhirUser']).toBe(`${portal.baseUrl}/Patient/ann`);
      const wide = await tokensFrom(portal, { scope: 'patient/Condition.rs' });
      expect(wide['scope']).toContain('patient/Observation.read');
    });
  });

  test('gives a refresh token to confidential apps that ask, to no public one', async () => {
    await withPortal({ profile: 'epic' }, async (portal) => {
      const clientId = 'secret-client';
      const headers = basic(clientId, 'practice-secret');
      expect(await tokensFrom(portal, { clientId, headers })).toHaveProperty('refresh_token');
      expect(await tokensFrom(portal)).not.toHaveProperty('refresh_token');
      const unasked = { clientId, headers, scope: 'patient/Condition.rs' };
      expect(await tokensFrom(portal, unasked)).not.toHaveProperty('refresh_token');
    });
  });
});

describe('Oracle Health', () => {
  const profile = 'oracle';
  const scope = 'openid fhirUser launch/patient offline_access patient/Condition.read';

  test('gives tokens of 570 seconds and names the patient in the id_token alone', async () => {
    await withPortal({ profile }, async (portal) => {
      const tokens = await tokensFrom(portal, { scope });
      expect(tokens['expires_in']).toBe(570);
      expect(tokens).not.toHaveProperty('patient');
      expect(decodeJwt(String(tokens['id_token']))['fhirUser']).toBe(`${portal.baseUrl}/Patient/ann`);
    });
    await withPortal({ profile, accessTokenSeconds: 2 }, async (portal) => {
      expect((await tokensFrom(portal, { scope }))['expires_in']).toBe(2);
    });
  });

  test('keeps a refresh token good, and sends no new one', async () => {
    await withPortal({ profile }, async (portal) => {
      const tokens = await tokensFrom(portal, { scope });
      for (const _ of [1, 2]) {
        const answer = await json(await refreshed(portal, tokens));
        expect(answer).not.toHaveProperty('refresh_token');
        expect(await statusOf(portal, answer, '/Condition?patient=ann')).toBe(200);
      }
    });
  });

  test('refuses a wildcard', async () => {
    await withPortal({ profile }, async (portal) => {
      expect(await errorSentBack(portal, { scope: 'patient/*.read' })).toBe('invalid_scope');
    });
  });
});

describe('athenahealth', () => {
  test('wants a nonce and an aud with the request, and the scope with every refresh', async () => {
    await withPortal({ profile: 'athena' }, async (portal) => {
      for (const name of ['nonce', 'aud']) {
        expect(await errorSentBack(portal, { parameters: { [name]: undefined } })).toBe('invalid_request');
      }
      const tokens = await tokensFrom(portal);
      expect(await refusalOf(await refreshed(portal, tokens))).toEqual([400, 'invalid_request']);
      const scope = String(tokens['scope']);
      expect((await refreshed(portal, tokens, {}, { scope })).status).toBe(200);
    });
  });
});

describe('strict', () => {
  test('ends the whole grant when a refresh token comes a second time', async () => {
    await withPortal({ profile: 'strict' }, async (portal) => {
      const first = await tokensFrom(portal);
      const second = await json(await refreshed(portal, first));
      expect(await refusalOf(await refreshed(portal, first))).toEqual([400, 'invalid_grant']);
      expect(await statusOf(portal, second, '/Condition?patient=ann')).toBe(401);
      expect(await refusalOf(await refreshed(portal, second))).toEqual([400, 'invalid_grant']);
    });
  });

  test('takes the aud to the letter, and no wildcard', async () => {
    await withPortal({ profile: 'strict' }, async (portal) => {
      const parameters = { aud: `${portal.baseUrl}/` };
      expect(await errorSentBack(portal, { parameters })).toBe('invalid_request');
      expect(await errorSentBack(portal, { scope: 'patient/*.rs' })).toBe('invalid_scope');
      expect((await exchanged(portal)).status).toBe(200);
    });
  });
});

async function errorSentBack(portal: Sandbox, way: Way): Promise<string | null> {
  return landing(await decided(portal, way)).searchParams.get('error');
}
