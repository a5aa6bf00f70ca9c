import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttp, readBaseUrl, type Http } from '../../src/portal/index.ts';
import { retryAfterMs } from '../../src/portal/retry.ts';
import { now, startStub, testHttp, type Reply, type Stub } from './stub.ts';

let stub: Stub;
let http: Http;
let waits: number[];
let lines: string[];
let answer: (path: string, count: number) => Reply | undefined;

beforeEach(async () => {
  waits = [];
  lines = [];
  answer = () => ({ json: {} });
  stub = await startStub(({ path }) => answer(path, stub.seen.length));
  http = testHttp(waits, (line) => lines.push(line));
});

afterEach(async () => {
  await http.close();
  await stub.close();
});

const accept = 'application/fhir+json';
const bearer = () => ({ token: 'SECRET', origin: stub.origin });

describe('what may be asked', () => {
  it.each([
    'http://example.org/fhir',
    'http://localhost:1/fhir',
    'ftp://127.0.0.1/fhir',
    'https://me:pw@example.org/',
  ])('refuses %s as a base', (address) =>
    expect(() => readBaseUrl(address)).toThrow(expect.objectContaining({ code: 'usage' })),
  );

  it('takes https anywhere and http for this computer by number, without the slash at the end', () => {
    expect(readBaseUrl('https://example.org/r4/')).toBe('https://example.org/r4');
    expect(readBaseUrl('http://[::1]:8/fhir')).toBe('http://[::1]:8/fhir');
  });

  it('sends no token to an origin it is not bound to', async () => {
    const elsewhere = { token: 'SECRET', origin: 'https://example.org' };
    await expect(http.get(new URL(stub.origin), { accept, bearer: elsewhere })).rejects.toThrow(TypeError);
    expect(stub.seen).toEqual([]);
  });
});

describe('retries', () => {
  it('tries 503 again and waits as long as Retry-After says', async () => {
    answer = (_, count) =>
      count < 3 ? { status: 503, headers: { 'retry-after': '7' }, body: '' } : { json: { ok: 1 } };
    expect((await http.get(new URL(stub.origin), { accept })).status).toBe(200);
    expect(waits).toEqual([7000, 7000]);
  });

  it('gives up after four attempts and hands over the last answer', async () => {
    answer = () => ({ status: 502, body: '' });
    expect((await http.get(new URL(stub.origin), { accept })).status).toBe(502);
    expect(stub.seen).toHaveLength(4);
  });

  it('does not ask again when the portal wants a longer wait than a minute', async () => {
    answer = () => ({ status: 429, headers: { 'retry-after': '900' }, body: '' });
    expect((await http.get(new URL(stub.origin), { accept })).status).toBe(429);
    expect(stub.seen).toHaveLength(1);
  });

  it('does not try 500 again', async () => {
    answer = () => ({ status: 500, body: '' });
    await http.get(new URL(stub.origin), { accept });
    expect(stub.seen).toHaveLength(1);
  });

  it('never repeats a POST', async () => {
    answer = () => ({ status: 503, body: '' });
    expect((await http.post(new URL(stub.origin), { headers: {}, body: 'code=1' })).status).toBe(503);
    expect(stub.seen).toHaveLength(1);
  });

  it('takes a body shorter than promised for a broken connection', async () => {
    answer = () => ({ body: '{"resourceType":"Bundle"}', cut: true });
    const asked = http.get(new URL(stub.origin), { accept });
    await expect(asked).rejects.toMatchObject({ code: 'temporary' });
    expect(stub.seen).toHaveLength(4);
  });

  it.each([
    ['60', 60_000],
    ['1.5', 1500],
    ['1795348860', 60_000],
    ['1795348860000', 60_000],
    ['Sun, 22 Nov 2026 12:01:00 GMT', 60_000],
    ['Sun, 22 Nov 2020 12:01:00 GMT', 0],
    ['-5', undefined],
    ['soon', undefined],
    [null, undefined],
  ])('reads Retry-After %s as %s ms', (value, expected) => {
    expect(retryAfterMs(value, now())).toBe(expected);
  });
});

describe('redirects', () => {
  it('follows them inside the origin, with the token', async () => {
    answer = (path) =>
      path === '/a' ? { status: 302, headers: { location: '/b' }, body: '' } : { json: {} };
    const { url } = await http.get(new URL('/a', stub.origin), { accept, bearer: bearer() });
    expect(url.pathname).toBe('/b');
    expect(stub.seen[1]?.headers.authorization).toBe('Bearer SECRET');
  });

  it('takes a token to no other origin', async () => {
    const other = await startStub(() => ({ json: {} }));
    answer = () => ({ status: 302, headers: { location: `${other.origin}/x` }, body: '' });
    const asked = http.get(new URL('/a', stub.origin), { accept, bearer: bearer() });
    await expect(asked).rejects.toMatchObject({ code: 'failed' });
    expect(other.seen).toEqual([]);
    await other.close();
  });

  it('ends a circle', async () => {
    answer = () => ({ status: 302, headers: { location: '/a' }, body: '' });
    await expect(http.get(new URL('/a', stub.origin), { accept })).rejects.toMatchObject({ code: 'failed' });
    expect(stub.seen.length).toBeLessThan(10);
  });
});

it('does not ask a second time when the portal lets the time pass in silence', async () => {
  const impatient = createHttp({ userAgent: 't', now, timeouts: { total: 50 } });
  let asked = 0;
  const silent = createServer(() => (asked += 1));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await expect(impatient.get(new URL(`http://127.0.0.1:${port}/`), { accept })).rejects.toMatchObject({
    code: 'temporary',
    message: expect.stringContaining('in time'),
  });
  expect(asked).toBe(1);
  await impatient.close();
  silent.closeAllConnections();
  silent.close();
});

it('logs method, host, path and parameter names, and never a value, a token or a body', async () => {
  await http.get(new URL('/fhir/Observation?patient=12345&category=laboratory', stub.origin), {
    accept,
    bearer: bearer(),
  });
  await http.post(new URL('/token', stub.origin), { headers: {}, body: 'code=GEHEIM' });
  const { host } = new URL(stub.origin);
  expect(lines).toEqual([
    `GET ${host}/fhir/Observation?patient&category 200 0 ms`,
    `POST ${host}/token 200 0 ms`,
  ]);
});
