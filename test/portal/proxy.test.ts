import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHttp, readCertificates, type Http, type HttpOptions } from '../../src/portal/index.ts';
import { now, startStub } from './stub.ts';
import { newCertificate, startProxy, startTls, type Listening, type Proxy } from './tls.ts';

const certificate = newCertificate();
const ca = readCertificates(certificate.cert, 'cert.pem');
const seen: (string | undefined)[] = [];
let server: Listening;
let proxy: Proxy | undefined;
let http: Http | undefined;

beforeAll(async () => {
  server = await startTls(certificate, ({ headers }, response) => {
    seen.push(headers.authorization);
    response.end('{}');
  });
});
afterEach(async () => {
  seen.length = 0;
  await http?.close();
  await proxy?.close();
});
afterAll(() => server.close());

const portal = new URL('https://portal.invalid/fhir/metadata');
const bearer = { token: 'SECRET', origin: portal.origin };

/** Gets an address by a new client in that environment. */
async function get(
  url: URL,
  env: Record<string, string> = {},
  options: Partial<HttpOptions> = { ca },
): Promise<number> {
  http = createHttp({ userAgent: 't', now, env, pause: async () => undefined, ...options });
  const { status } = await http.get(url, {
    accept: '*/*',
    ...(url.origin === portal.origin && { bearer }),
  });
  return status;
}

const own = () => new URL(`https://127.0.0.1:${server.port}/`);

describe('a certificate', () => {
  it('that no one vouches for is refused before anything is sent, and not tried again', async () => {
    await expect(get(own(), {}, {})).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/certificate of 127\.0\.0\.1:\d+ is not trusted/),
      try: expect.stringContaining('--ca FILE'),
    });
    expect(seen).toEqual([]);
  });

  it('that was given is trusted', async () => {
    expect(await get(own())).toBe(200);
  });

  it('for another name is refused even then', async () => {
    proxy = await startProxy(server.port);
    const other = new URL('https://another.invalid/');
    await expect(get(other, { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` })).rejects.toMatchObject({
      code: 'failed',
    });
    expect(seen).toEqual([]);
  });

  it.each([
    ['text', 'hello', /begin with the line/],
    ['a private key', certificate.key, /begin with the line/],
    [
      'a damaged certificate',
      certificate.cert.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
      /BEGIN CERTIFICATE and END CERTIFICATE/,
    ],
  ])('is not made of %s', (_, text, why) => {
    expect(() => readCertificates(text, 'my.pem')).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringContaining('my.pem'),
        why: expect.stringMatching(why),
      }),
    );
  });

  it('is read out of a file that holds several, with words between', () => {
    const text = `# mine\r\n${certificate.cert}\nsubject=x\n${newCertificate().cert}`;
    expect(readCertificates(text, 'x')).toHaveLength(2);
  });
});

describe('a proxy', () => {
  it.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])(
    'named by %s carries https in a tunnel and sees the host, but neither token nor path',
    async (variable) => {
      proxy = await startProxy(server.port);
      expect(await get(portal, { [variable]: `http://me:p%40ss@127.0.0.1:${proxy.port}` })).toBe(200);
      expect(seen).toEqual(['Bearer SECRET']);
      expect(proxy.asked).toEqual(['CONNECT portal.invalid:443']);
      expect(proxy.headers[0]?.['proxy-authorization']).toBe(
        `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
      );
      expect(proxy.headers[0]?.authorization).toBeUndefined();
      const carried = proxy.carried().toString('latin1');
      expect(carried.length).toBeGreaterThan(100);
      expect(carried).not.toMatch(/SECRET|metadata|p@ss/);
    },
  );

  it('may be written without http://', async () => {
    proxy = await startProxy(server.port);
    expect(await get(portal, { HTTPS_PROXY: `127.0.0.1:${proxy.port}` })).toBe(200);
    expect(proxy.asked).toHaveLength(1);
  });

  it('is kept from hosts in NO_PROXY and the hosts below them', async () => {
    for (const spared of ['portal.invalid', '.invalid', 'a.b, invalid', '*', 'portal.invalid:443']) {
      proxy = await startProxy(server.port);
      const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: spared };
      // Nobody has that name: asked directly, it is not found.
      await expect(get(portal, env)).rejects.toMatchObject({ code: 'temporary' });
      expect(proxy.asked).toEqual([]);
      await http?.close();
      await proxy.close();
    }
  });

  it('is used for hosts that NO_PROXY does not name', async () => {
    proxy = await startProxy(server.port);
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: 'other.invalid,ortal.invalid' };
    expect(await get(portal, env)).toBe(200);
    expect(proxy.asked).toHaveLength(1);
  });

  it('never carries what goes to this computer itself', async () => {
    const stub = await startStub(() => ({ json: {} }));
    proxy = await startProxy(server.port);
    const address = `http://127.0.0.1:${proxy.port}`;
    const env = { HTTPS_PROXY: address, HTTP_PROXY: address, NO_PROXY: '' };
    expect(await get(new URL(stub.origin), env)).toBe(200);
    expect(await get(new URL(`https://127.0.0.1:${server.port}/`), env)).toBe(200);
    expect(proxy.asked).toEqual([]);
    await stub.close();
  });

  it('is looked for only in the environment that was handed over', async () => {
    proxy = await startProxy(server.port);
    process.env['https_proxy'] = `http://127.0.0.1:${proxy.port}`;
    try {
      await expect(get(portal)).rejects.toMatchObject({ code: 'temporary' });
      expect(await get(new URL(`https://127.0.0.1:${server.port}/`))).toBe(200);
    } finally {
      delete process.env['https_proxy'];
    }
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    [407, 'failed', /user name and a password/],
    [403, 'failed', /403/],
    [502, 'temporary', /502/],
  ])('that answers %i is named as what refuses, without its password', async (status, code, why) => {
    proxy = await startProxy(server.port, status);
    const asked = get(portal, { HTTPS_PROXY: `http://me:geheim@127.0.0.1:${proxy.port}` });
    await expect(asked).rejects.toMatchObject({
      code,
      message: 'The proxy does not let through to portal.invalid.',
      why: expect.stringMatching(why),
    });
    await expect(asked).rejects.not.toThrow(/geheim/);
  });

  it('that is not there means that the portal did not answer', async () => {
    proxy = await startProxy(server.port);
    const { port } = proxy;
    await proxy.close();
    await expect(get(portal, { HTTPS_PROXY: `http://127.0.0.1:${port}` })).rejects.toMatchObject({
      code: 'temporary',
    });
  });

  it.each(['http://', 'socks5://127.0.0.1:1', 'http://me:geheim@:80'])(
    'that is no http address (%s) is refused without being repeated: it may hold a password',
    (address) => {
      expect(() => createHttp({ userAgent: 't', now, env: { https_proxy: address } })).toThrow(
        expect.objectContaining({ code: 'usage', message: 'https_proxy is not the address of a proxy.' }),
      );
    },
  );
});
