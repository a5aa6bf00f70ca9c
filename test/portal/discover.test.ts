import { afterEach, expect, it } from 'vitest';
import { discover } from '../../src/portal/index.ts';
import { startStub, testHttp, type Reply, type Stub } from './stub.ts';

let stub: Stub | undefined;
const http = testHttp();

afterEach(() => stub?.close());

const statement = {
  resourceType: 'CapabilityStatement',
  fhirVersion: '4.0.1',
  software: { name: 'Example' },
  rest: [
    {
      mode: 'server',
      resource: [
        {
          type: 'Condition',
          interaction: [{ code: 'read' }],
          searchParam: [{ name: 'patient' }],
          searchRevInclude: ['Provenance:target'],
        },
        { nonsense: true },
      ],
    },
  ],
};

const configuration = {
  authorization_endpoint: 'oauth/authorize',
  token_endpoint: '/token',
  capabilities: ['permission-v2'],
  code_challenge_methods_supported: ['S256'],
};

async function portal(smart: Reply, metadata: Reply = { json: statement }): Promise<string> {
  stub = await startStub(({ path }) => (path.endsWith('smart-configuration') ? smart : metadata));
  return `${stub.origin}/fhir`;
}

it('resolves relative endpoints against the base and reads what each type offers', async () => {
  const base = await portal({ json: configuration });
  const found = await discover(http, `${base}/`);
  const { origin } = new URL(base);
  expect(found).toEqual({
    baseUrl: base,
    fhirVersion: '4.0.1',
    software: 'Example',
    signIn: {
      authorizationEndpoint: `${origin}/fhir/oauth/authorize`,
      tokenEndpoint: `${origin}/token`,
      capabilities: ['permission-v2'],
      codeChallengeMethods: ['S256'],
    },
    types: {
      Condition: {
        interactions: ['read'],
        searchParams: ['patient'],
        includes: [],
        revIncludes: ['Provenance:target'],
      },
    },
  });
  expect(stub?.seen.map(({ path }) => path)).toEqual([
    '/fhir/.well-known/smart-configuration',
    '/fhir/metadata',
  ]);
});

it('accepts a portal that lists no PKCE methods, and refuses one that lists them without S256', async () => {
  const { code_challenge_methods_supported: _, ...silent } = configuration;
  await expect(discover(http, await portal({ json: silent }))).resolves.toBeDefined();
  await stub?.close();
  const plain = { ...configuration, code_challenge_methods_supported: ['plain'] };
  await expect(discover(http, await portal({ json: plain }))).rejects.toMatchObject({ code: 'failed' });
});

it('falls back to the oauth-uris of the CapabilityStatement when there is no smart-configuration', async () => {
  const extension = [
    { url: 'authorize', valueUri: 'https://login.example.org/authorize' },
    { url: 'token', valueUri: 'https://login.example.org/token' },
  ];
  const url = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';
  const rest = [{ security: { extension: [{ url, extension }] } }];
  const base = await portal({ status: 404, body: '' }, { json: { ...statement, rest } });
  const { signIn } = await discover(http, base);
  expect(signIn).toEqual({
    authorizationEndpoint: 'https://login.example.org/authorize',
    tokenEndpoint: 'https://login.example.org/token',
    capabilities: [],
  });
});

it('refuses a sign-in address that is plain http on another computer', async () => {
  const base = await portal({ json: { ...configuration, token_endpoint: 'http://example.org/token' } });
  await expect(discover(http, base)).rejects.toMatchObject({ code: 'failed' });
});

it.each([
  ['a web page', { body: '<html>Welcome</html>', headers: { 'content-type': 'text/html' } }, 'failed'],
  ['something else in JSON', { json: { hello: 1 } }, 'failed'],
  ['404', { status: 404, body: '' }, 'failed'],
  ['503', { status: 503, body: '' }, 'temporary'],
] satisfies [string, Reply, string][])(
  'says that it is no portal, or not now, when metadata is %s',
  async (_, reply, code) => {
    await expect(discover(http, await portal({ json: configuration }, reply))).rejects.toMatchObject({
      code,
    });
  },
);

it('says to come back later when nothing listens', async () => {
  const base = await portal({ json: configuration });
  await stub?.close();
  await expect(discover(http, base)).rejects.toMatchObject({
    code: 'temporary',
    try: expect.stringContaining('later'),
  });
});

it('asks a portal that refuses the media type of today for metadata by that of DSTU2', async () => {
  const conformance = { ...statement, resourceType: 'Conformance', fhirVersion: '1.0.2' };
  stub = await startStub(({ path, headers }) => {
    if (path.endsWith('smart-configuration')) return { json: configuration };
    return headers.accept === 'application/json+fhir' ? { json: conformance } : { status: 406, body: '' };
  });
  const { fhirVersion, types } = await discover(http, `${stub.origin}/fhir`);
  expect(fhirVersion).toBe('1.0.2');
  expect(Object.keys(types)).toEqual(['Condition']);
});
