import { createServer, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { leadsInside } from '../../src/portal/address.ts';
import { readBaseUrl, type Http } from '../../src/portal/index.ts';
import { portOf, startStub, testHttp, type Reply, type Stub } from './stub.ts';

let stub: Stub;
let http: Http;
let lines: string[];
let answer: (path: string) => Reply | undefined;

beforeEach(async () => {
  lines = [];
  answer = () => ({ json: {} });
  stub = await startStub(({ path }) => answer(path));
  http = testHttp([], (line) => lines.push(line));
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

  it('to another origin are followed where there is no token to lose', async () => {
    const other = await startStub(() => ({ json: {} }));
    answer = () => ({ status: 302, headers: { location: `${other.origin}/x` }, body: '' });
    expect((await http.get(new URL('/a', stub.origin), { accept })).url.href).toBe(`${other.origin}/x`);
    await other.close();
  });

  it('of an attachment leave the token behind with the origin, and it stays behind on the way back', async () => {
    const other = await startStub(() => ({
      status: 302,
      headers: { location: `${stub.origin}/c`, 'set-cookie': 'a=b' },
      body: '',
    }));
    answer = (path) =>
      path === '/a' ? { status: 302, headers: { location: `${other.origin}/b` }, body: '' } : { json: {} };
    await http.get(new URL('/a', stub.origin), { accept, bearer: bearer(), attachment: true });
    expect(stub.seen[0]?.headers.authorization).toBe('Bearer SECRET');
    for (const seen of [...other.seen, ...stub.seen.slice(1)]) {
      expect(Object.keys(seen.headers).filter((name) => /authorization|cookie|referer/.test(name))).toEqual(
        [],
      );
    }
    expect([other.seen.length, stub.seen.length]).toEqual([1, 2]);
    await other.close();
  });

  it.each([301, 302, 303, 307, 308])('answered %i are followed by GET', async (status) => {
    answer = (path) => (path === '/a' ? { status, headers: { location: '/b' }, body: '' } : { json: {} });
    expect((await http.get(new URL('/a', stub.origin), { accept, bearer: bearer() })).status).toBe(200);
    expect(stub.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /a', 'GET /b']);
  });

  it.each([
    'http://example.org/x',
    'http://localhost:1/x',
    'ftp://127.0.0.1/x',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://me:pw@127.0.0.1/x',
    'https://10.0.0.1/x',
    'https://169.254.169.254/latest/meta-data',
    'https://[fd00::1]/x',
    'http://',
  ])('to %s are not followed', async (location) => {
    answer = () => ({ status: 302, headers: { location }, body: '' });
    const asked = http.get(new URL('/a', stub.origin), { accept, attachment: true });
    await expect(asked).rejects.toMatchObject({ code: 'failed' });
    expect(stub.seen).toHaveLength(1);
  });

  it('of a POST are not followed', async () => {
    answer = () => ({ status: 307, headers: { location: '/b' }, body: '' });
    expect((await http.post(new URL('/a', stub.origin), { headers: {}, body: 'code=1' })).status).toBe(307);
    expect(stub.seen).toHaveLength(1);
  });

  it('of a POST to the same address with a slash are posted there where that was allowed, once', async () => {
    answer = (path) => ({ status: 301, headers: { location: `${path}/` }, body: '' });
    const posted = { headers: { 'content-type': 'x/y' }, body: 'token=1', sameOriginSlash: true };
    expect((await http.post(new URL('/revoke', stub.origin), posted)).status).toBe(301);
    expect(stub.seen.map(({ method, path, body }) => `${method} ${path} ${body}`)).toEqual([
      'POST /revoke token=1',
      'POST /revoke/ token=1',
    ]);
  });

  it.each(['https://example.org/revoke/', '/other/', '/revoke/?x=1', '/revoke'])(
    'of a POST to %s are not posted there',
    async (location) => {
      answer = () => ({ status: 301, headers: { location }, body: '' });
      const posted = { headers: {}, body: 'token=1', sameOriginSlash: true };
      expect((await http.post(new URL('/revoke', stub.origin), posted)).status).toBe(301);
      expect(stub.seen).toHaveLength(1);
    },
  );

  it('ends a circle', async () => {
    answer = () => ({ status: 302, headers: { location: '/a' }, body: '' });
    await expect(http.get(new URL('/a', stub.origin), { accept })).rejects.toMatchObject({ code: 'failed' });
    expect(stub.seen.length).toBeLessThan(10);
  });
});

describe('addresses inside', () => {
  const portal = new URL('https://fhir.example.org/r4');
  it.each([
    'https://127.0.0.1/',
    'https://127.9.9.9/',
    'https://0x7f.1/',
    'https://0.0.0.0/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://localhost/',
    'https://a.localhost./',
    'https://10.1.2.3/',
    'https://172.31.0.1/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://[fd12::1]/',
    'https://169.254.169.254/',
    'https://[fe80::1]/',
    'https://[::ffff:a00:1]/',
    'https://224.0.0.1/',
  ])('%s is no place a portal outside may lead to', (address) => {
    expect(leadsInside(new URL(address), portal)).toBe(true);
  });

  it.each(['https://example.com/', 'https://8.8.8.8/', 'https://172.32.0.1/', 'https://[2606:4700::1]/'])(
    '%s is outside',
    (address) => expect(leadsInside(new URL(address), portal)).toBe(false),
  );

  it('may be led to by a portal that lies there itself, and only to its own kind', () => {
    const clinic = new URL('https://10.0.0.5/fhir');
    expect(leadsInside(new URL('https://192.168.0.9/x'), clinic)).toBe(false);
    expect(leadsInside(new URL('https://127.0.0.1/x'), clinic)).toBe(true);
    expect(leadsInside(new URL('https://127.0.0.1/x'), new URL('http://127.0.0.1:1/fhir'))).toBe(false);
  });
});

it('sends at most four requests at a time to one origin, and all of them in the end', async () => {
  const open: ServerResponse[] = [];
  const counts: number[] = [];
  const server = createServer((_, response) => {
    open.push(response);
    counts.push(open.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Answers the oldest, unhurriedly: whatever may be sent at once has been by then.
  const answering = setInterval(() => open.shift()?.end('{}'), 10);
  const url = new URL(`http://127.0.0.1:${portOf(server)}/`);
  const asked = Array.from({ length: 12 }, () => http.get(url, { accept }));
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(12).fill(200));
  clearInterval(answering);
  expect(Math.max(...counts)).toBe(4);
  server.close();
});

describe('the log', () => {
  it('tells method, host, path and parameter names, and never a value, a token or a body', async () => {
    await http.get(new URL('/fhir/Observation?patient=12345&category=laboratory', stub.origin), {
      accept,
      bearer: bearer(),
    });
    await http.post(new URL('/token', stub.origin), { headers: {}, body: 'code=GEHEIM' });
    const { host } = new URL(stub.origin);
    expect(lines).toEqual([
      `GET ${host}/fhir/Observation?patient&category 200, 2 bytes, 0 ms, attempt 1`,
      `POST ${host}/token 200, 2 bytes, 0 ms, attempt 1`,
    ]);
  });

  it('counts attempts, and tells of those that went unanswered', async () => {
    let count = 0;
    answer = () => ((count += 1) === 1 ? { body: 'x', cut: true } : { json: [1] });
    await http.get(new URL('/fhir/metadata', stub.origin), { accept });
    expect(lines.map((line) => line.replace(/^.*metadata /, ''))).toEqual([
      'no answer, 0 bytes, 0 ms, attempt 1',
      '200, 3 bytes, 0 ms, attempt 2',
    ]);
  });

  it.each([
    ['/fhir/Patient/erXuFYUfucBZaryVksYEcMg3', '/fhir/Patient/…'],
    ['/fhir/Patient/Jane', '/fhir/Patient/…'],
    ['/FHIR/R4/Observation/abc/_history/two', '/FHIR/R4/Observation/…/_history/…'],
    ['/v2/fhir/ExplanationOfBenefit/carrier--123', '/v2/fhir/ExplanationOfBenefit/…'],
    ['/r4/ec2458f2-1e24-41c8-b71b-0ea6ed10d0cf/Patient', '/r4/…/Patient'],
    ['/fhir/DocumentReference/$docref?patient=1', '/fhir/DocumentReference/$docref?patient'],
    ['/fhir/.well-known/smart-configuration', '/fhir/.well-known/smart-configuration'],
    ['/fhir?_getpages=33f-1&_count=5', '/fhir?_getpages&_count'],
    ['/fhir/next?eyJhbGciOiJub25lIn0', '/fhir/next?…'],
    ['/fhir/next?a1b2c3d4e5=1', '/fhir/next?…'],
    ['/files/jane-doe-1975.pdf', '/files/…'],
  ])('shows %s as %s', async (path, shown) => {
    await http.get(new URL(path, stub.origin), { accept });
    expect(lines[0]).toContain(`${new URL(stub.origin).host}${shown} 200`);
  });

  it('names no more than the host of an attachment', async () => {
    await http.get(new URL('/records/jane?X-Amz-Signature=SECRET', stub.origin), {
      accept,
      attachment: true,
    });
    expect(lines[0]).toBe(`GET ${new URL(stub.origin).host}/… 200, 2 bytes, 0 ms, attempt 1`);
  });
});
