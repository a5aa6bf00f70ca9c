import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newCertificate, startProxy, startTls, type Listening } from '../portal/tls.ts';
import { newHome } from './bluebutton.ts';
import { refusalOf } from './refusal.ts';

const certificate = newCertificate();
let server: Listening;

/** As much of a portal as `portals add` asks for. */
beforeAll(async () => {
  server = await startTls(certificate, ({ url, headers }, response) => {
    const origin = `https://${headers.host}`;
    const answers: Record<string, object> = {
      '/fhir/.well-known/smart-configuration': {
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        capabilities: ['launch-standalone'],
        code_challenge_methods_supported: ['S256'],
      },
      '/fhir/metadata': {
        resourceType: 'CapabilityStatement',
        status: 'active',
        kind: 'instance',
        fhirVersion: '4.0.1',
        format: ['json'],
        rest: [{ mode: 'server', resource: [{ type: 'Patient', interaction: [{ code: 'read' }] }] }],
      },
    };
    response.end(JSON.stringify(answers[url ?? ''] ?? {}));
  });
});
afterAll(() => server.close());

test('a portal with a certificate of its own is reached with --ca, by flag or variable, and not without', async () => {
  const home = await newHome();
  const file = home.path('clinic.pem');
  await writeFile(file, certificate.cert);
  const add = ['portals', 'add', 'clinic', `https://127.0.0.1:${server.port}/fhir`, '--client-id', 'x'];
  expect(refusalOf(await home.run(add))).toMatchObject({
    status: 1,
    stdout: '',
    what: expect.stringMatching(/certificate of 127\.0\.0\.1:\d+ is not trusted/),
    next: expect.stringContaining('--ca FILE'),
  });
  expect((await home.done([...add, '--ca', 'clinic.pem'])).stdout).toContain('clinic is https://127.0.0.1');
  expect((await home.done(add, { env: { BLUEBUTTON_CA: file } })).stdout).toContain('clinic is');
});

test('a file of certificates that is none is refused before anything is asked', async () => {
  const home = await newHome();
  await writeFile(home.path('key.pem'), certificate.key);
  const add = ['portals', 'add', 'clinic', `https://127.0.0.1:${server.port}/fhir`, '--client-id', 'x'];
  expect(refusalOf(await home.run([...add, '--ca', 'key.pem']))).toMatchObject({
    status: 2,
    what: expect.stringMatching(/key\.pem holds no certificates/),
  });
  expect(refusalOf(await home.run([...add, '--ca', 'absent.pem']))).toMatchObject({
    status: 2,
    what: expect.stringMatching(/absent\.pem could not be read/),
  });
});

test('HTTPS_PROXY is the way to a portal, and no other', async () => {
  const home = await newHome();
  await writeFile(home.path('clinic.pem'), certificate.cert);
  const proxy = await startProxy(server.port);
  const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
  const add = [
    'portals',
    'add',
    'clinic',
    'https://portal.invalid/fhir',
    '--client-id',
    'x',
    '--ca',
    'clinic.pem',
  ];
  expect((await home.done(add, { env })).stdout).toContain('clinic is https://portal.invalid/fhir');
  expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT portal.invalid:443']));
  await proxy.close();
  expect(
    refusalOf(await home.run(add, { env: { HTTPS_PROXY: 'socks5://me:geheim@127.0.0.1:1' } })),
  ).toMatchObject({
    status: 2,
    what: 'HTTPS_PROXY is not the address of a proxy.',
  });
});
