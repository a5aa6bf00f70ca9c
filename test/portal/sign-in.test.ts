import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlueButtonError } from '../../src/errors/index.ts';
import { refresh, signIn, type SignInOptions } from '../../src/portal/index.ts';
import { describe4, now, startStub, testHttp, tokensFor, type Reply, type Stub } from './stub.ts';

let stub: Stub;
let token: Reply;
const http = testHttp();

const json = { 'content-type': 'application/json' };
const granted = {
  access_token: 'SECRET-A',
  token_type: 'Bearer',
  expires_in: 3600,
  scope: 'patient/*.rs',
  patient: '1',
  refresh_token: 'SECRET-R',
};
const tokenAnswer = (body: object, status = 200): Reply => ({
  status,
  headers: json,
  body: JSON.stringify(body),
});

beforeEach(async () => {
  token = tokenAnswer(granted);
  stub = await startStub(({ path }) => (path === '/token' ? token : undefined));
});

afterEach(() => stub.close());

/** Signs in with a browser that does as told with the redirect address and the state. */
function signInWith(
  browser: (back: URL, asked: URLSearchParams) => unknown,
  more: Partial<SignInOptions> = {},
): ReturnType<typeof signIn> {
  return signIn(http, describe4(stub.origin, {}), {
    clientId: 'app',
    scopes: ['launch/patient', 'patient/*.rs'],
    onAddress: async (address) => {
      const asked = new URL(address).searchParams;
      await browser(new URL(asked.get('redirect_uri') ?? ''), asked);
    },
    now,
    ...more,
  });
}

function comeBack(back: URL, parameters: Record<string, string>): Promise<Response> {
  const url = new URL(back);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return fetch(url);
}

const allow = (back: URL, asked: URLSearchParams) =>
  comeBack(back, { code: 'CODE-1', state: asked.get('state') ?? '' });

const failure = (promise: Promise<unknown>): Promise<BlueButtonError> =>
  promise.then(
    () => expect.fail('it should have thrown'),
    (thrown: BlueButtonError) => thrown,
  );

const deny = (back: URL, asked: URLSearchParams) =>
  comeBack(back, { error: 'access_denied', state: asked.get('state') ?? '' });

function renew(body: object, status = 200): ReturnType<typeof refresh> {
  token = tokenAnswer(body, status);
  return refresh(http, describe4(stub.origin, {}), tokensFor(stub.origin), { now });
}

describe('signing in', () => {
  it('asks with PKCE S256, audience and a fresh state, and proves itself with the verifier', async () => {
    const asked: URLSearchParams[] = [];
    const tokens = await signInWith((back, parameters) => {
      asked.push(parameters);
      return allow(back, parameters);
    });
    await signInWith((back, parameters) => {
      asked.push(parameters);
      return allow(back, parameters);
    });
    const [first, second] = asked;
    expect(first?.get('response_type')).toBe('code');
    expect(first?.get('aud')).toBe(`${stub.origin}/fhir`);
    expect(first?.get('scope')).toBe('launch/patient patient/*.rs');
    expect(first?.get('code_challenge_method')).toBe('S256');
    expect(first?.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(first?.get('state')?.length).toBeGreaterThanOrEqual(22);
    expect(first?.get('state')).not.toBe(second?.get('state'));

    const sent = new URLSearchParams(stub.seen[0]?.body);
    const verifier = sent.get('code_verifier') ?? '';
    expect(verifier.length).toBeGreaterThanOrEqual(43);
    expect(createHash('sha256').update(verifier).digest('base64url')).toBe(first?.get('code_challenge'));
    expect(Object.fromEntries(sent)).toMatchObject({
      grant_type: 'authorization_code',
      code: 'CODE-1',
      client_id: 'app',
      redirect_uri: first?.get('redirect_uri'),
    });
    expect(tokens).toEqual({
      schema: 'bluebutton/tokens/1',
      baseUrl: `${stub.origin}/fhir`,
      clientId: 'app',
      accessToken: 'SECRET-A',
      refreshToken: 'SECRET-R',
      patientId: '1',
      scopesRequested: ['launch/patient', 'patient/*.rs'],
      scopesGranted: ['patient/*.rs'],
      signedIn: '2026-11-22T12:00:00.000Z',
      obtained: '2026-11-22T12:00:00.000Z',
      expires: '2026-11-22T13:00:00.000Z',
    });
  });

  it('takes the scopes asked for as granted when the portal does not say', async () => {
    const { scope: _, expires_in: __, ...silent } = granted;
    token = tokenAnswer(silent);
    const tokens = await signInWith(allow);
    expect(tokens.scopesGranted).toEqual(['launch/patient', 'patient/*.rs']);
    expect(tokens.expires).toBeUndefined();
  });

  it('refuses an answer with a wrong, doubled or missing state, and still takes the right one', async () => {
    const statuses: number[] = [];
    await signInWith(async (back, asked) => {
      const state = asked.get('state') ?? '';
      statuses.push((await comeBack(back, { code: 'EVIL', state: 'x'.repeat(43) })).status);
      statuses.push((await comeBack(back, { code: 'EVIL' })).status);
      statuses.push((await fetch(`${back.href}?code=EVIL&state=${state}&state=${state}`)).status);
      statuses.push((await allow(back, asked)).status);
    });
    expect(statuses).toEqual([400, 400, 400, 200]);
    expect(stub.seen).toHaveLength(1);
    expect(stub.seen[0]?.body).toContain('CODE-1');
  });

  it('never sends a code that came with a wrong state', async () => {
    const thrown = await failure(
      signInWith((back) => comeBack(back, { code: 'EVIL', state: 'x'.repeat(43) }), { timeoutSeconds: 0.05 }),
    );
    expect(thrown).toMatchObject({ code: 'login-needed', why: expect.stringContaining('another sign-in') });
    expect(stub.seen).toEqual([]);
  });

  it('answers once: other paths, methods and a second answer change nothing', async () => {
    const statuses: number[] = [];
    await signInWith(async (back, asked) => {
      statuses.push((await fetch(new URL('/favicon.ico', back))).status);
      statuses.push(
        (await fetch(`${back.href}?state=${asked.get('state')}&code=HEAD`, { method: 'HEAD' })).status,
      );
      const page = await allow(back, asked);
      expect(await page.text()).toContain('You can close this page');
      expect(page.headers.get('content-security-policy')).toBe("default-src 'none'");
      statuses.push((await comeBack(back, { code: 'CODE-2', state: asked.get('state') ?? '' })).status);
    });
    expect(statuses).toEqual([404, 405, 410]);
    expect(stub.seen.map(({ body }) => new URLSearchParams(body).get('code'))).toEqual(['CODE-1']);
  });

  it('reports a denial, and asks for no token', async () => {
    expect(await failure(signInWith(deny))).toMatchObject({
      code: 'login-needed',
      message: expect.stringContaining('denied'),
      try: expect.stringContaining('bluebutton login PORTAL'),
    });
    expect(stub.seen).toEqual([]);
  });

  it('ends when nobody answers, and when it is interrupted, and closes its port', async () => {
    let redirect: URL | undefined;
    const ignore = (back: URL) => void (redirect = back);
    expect(await failure(signInWith(ignore, { timeoutSeconds: 0.05 }))).toMatchObject({
      code: 'login-needed',
    });
    await expect(fetch(redirect?.href ?? '')).rejects.toThrow('fetch failed');
    const stopping = new AbortController();
    const interrupted = signInWith(() => stopping.abort(), { signal: stopping.signal });
    expect(await failure(interrupted)).toMatchObject({ code: 'interrupted' });
  });

  it('says so when the port it must use is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const redirectPort = typeof address === 'object' ? address?.port : undefined;
    expect(await failure(signInWith(allow, { redirectPort }))).toMatchObject({
      code: 'failed',
      why: 'Another program uses it.',
    });
    other.close();
  });

  it('refuses an answer of another issuer than the portal names', async () => {
    const description = describe4(stub.origin, {});
    const issuer = 'https://issuer.example.org';
    const named = { ...description, signIn: { ...description.signIn, issuer } };
    const from = (iss: string) =>
      signIn(http, named, {
        clientId: 'app',
        scopes: [],
        now,
        onAddress: async (address) => {
          const asked = new URL(address).searchParams;
          const back = new URL(asked.get('redirect_uri') ?? '');
          await comeBack(back, { code: 'CODE-1', iss, state: asked.get('state') ?? '' });
        },
      });
    expect((await failure(from('https://evil.example.org'))).code).toBe('failed');
    expect(stub.seen).toEqual([]);
    await expect(from(issuer)).resolves.toBeDefined();
  });

  it.each([
    ['invalid_client', 400, 'failed', /does not know this client id/],
    ['invalid_client', 401, 'failed', /does not know this client id/],
    ['invalid_grant', 400, 'login-needed', /did not accept the answer of its own sign-in page/],
    ['invalid_scope', 400, 'failed', /refuses the kinds of access/],
    ['something_new', 400, 'failed', /did not work/],
  ])('puts %s with %s into words', async (error, status, code, message) => {
    token = tokenAnswer({ error }, status);
    const thrown = await failure(signInWith(allow));
    expect(thrown.code).toBe(code);
    expect(thrown.message).toMatch(message);
    expect(thrown.try).toBeTypeOf('string');
  });

  it('is temporary when the token endpoint fails, and the code is not sent again', async () => {
    token = { status: 502, body: '<html>', headers: { 'content-type': 'text/html' } };
    expect((await failure(signInWith(allow))).code).toBe('temporary');
    expect(stub.seen).toHaveLength(1);
  });

  it('shows a server’s words on one line, without terminal codes and without the secrets it repeats', async () => {
    token = tokenAnswer({ error: 'invalid_grant', error_description: 'bad\u001b[31m\ncode' }, 400);
    expect((await failure(signInWith(allow))).why.split('\n')[0]).toBe(
      'It says: invalid_grant: bad [31m code',
    );
    token = tokenAnswer({ error: 'invalid_grant', error_description: 'no such code CODE-1' }, 400);
    const thrown = await failure(signInWith(allow));
    expect(thrown.why).toMatch(/^It says: invalid_grant\n/);
    expect(thrown.why).not.toContain('CODE-1');
    expect(thrown.cause).toBeUndefined();
  });
});

describe('renewing', () => {
  it('sends the refresh token once and takes the new one', async () => {
    const tokens = await renew({
      access_token: 'A2',
      token_type: 'bearer',
      refresh_token: 'R2',
      scope: 'patient/Goal.rs',
    });
    expect(tokens).toMatchObject({
      accessToken: 'A2',
      refreshToken: 'R2',
      patientId: '1',
      scopesGranted: ['patient/Goal.rs'],
    });
    expect(Object.fromEntries(new URLSearchParams(stub.seen[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'REFRESH-1',
      client_id: 'app',
    });
  });

  it('keeps the old refresh token and scopes when none are returned', async () => {
    const tokens = await renew({ access_token: 'A2', token_type: 'bearer' });
    expect(tokens).toMatchObject({ refreshToken: 'REFRESH-1', scopesGranted: ['patient/*.rs'] });
  });

  it('refuses access to another patient than before', async () => {
    const thrown = await failure(renew({ access_token: 'A2', token_type: 'bearer', patient: '2' }));
    expect(thrown.code).toBe('other-person');
  });

  it.each([
    [400, { error: 'invalid_grant' }],
    [400, { error: 'invalid_request', error_description: 'Refresh token not found.' }],
    [403, { detail: 'no' }],
  ])('needs a new sign-in after %s %j', async (status, body) => {
    expect((await failure(renew(body, status))).code).toBe('login-needed');
    expect(stub.seen).toHaveLength(1);
  });

  it('is temporary when the portal cannot answer, and is not repeated', async () => {
    expect((await failure(renew({}, 503))).code).toBe('temporary');
    expect(stub.seen).toHaveLength(1);
  });

  it('asks nothing without a refresh token', async () => {
    const { refreshToken: _, ...without } = tokensFor(stub.origin);
    const renewal = refresh(http, describe4(stub.origin, {}), without, { now });
    expect((await failure(renewal)).code).toBe('login-needed');
    expect(stub.seen).toEqual([]);
  });
});
