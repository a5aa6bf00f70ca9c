import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Provider, type ClientMetadata, type Configuration } from 'oidc-provider';

/** An OAuth server nobody here wrote (oidc-provider), with a FHIR endpoint in front that honours its tokens. */
export interface IndependentServer {
  origin: string;
  /** What was asked of the token endpoint: the grant types. */
  grants: string[];
  /** Answers the sign-in pages as a person would who allows everything; returns where the browser ended. */
  browse(address: string, decision?: 'allow' | 'deny'): Promise<Response>;
  /** Makes every access token invalid that was given so far. */
  expire(): void;
  close(): Promise<void>;
}

export interface IndependentOptions {
  clients?: ClientMetadata[];
  configuration?: Configuration;
}

const patient = {
  resourceType: 'Patient',
  id: 'p1',
  name: [{ family: 'Independent' }],
  birthDate: '1970-01-01',
};
const allergy = {
  resourceType: 'AllergyIntolerance',
  id: 'a1',
  patient: { reference: 'Patient/p1' },
  code: { text: 'Penicillin' },
};

/** Redirect addresses of the test clients: oidc-provider lets a native client come back at any port of 127.0.0.1. */
const redirectUris = ['http://127.0.0.1/callback'];

export async function startIndependentServer({
  clients = [],
  configuration = {},
}: IndependentOptions = {}): Promise<IndependentServer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const origin = `http://127.0.0.1:${address.port}`;
  const grants: string[] = [];
  const refused = new Set<string>();
  let expired = new Date(0);

  const provider = new Provider(origin, {
    clients: [
      {
        client_id: 'public-app',
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        redirect_uris: redirectUris,
        grant_types: ['authorization_code', 'refresh_token'],
      },
      ...clients.map((client) => ({
        application_type: 'native' as const,
        redirect_uris: redirectUris,
        grant_types: ['authorization_code', 'refresh_token'],
        ...client,
      })),
    ],
    scopes: ['openid', 'offline_access', 'fhirUser', 'launch/patient', 'patient/*.rs', 'patient/*.read'],
    claims: { openid: ['sub'], fhirUser: ['fhirUser'] },
    conformIdTokenClaims: false,
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, fhirUser: `${origin}/fhir/Patient/p1` }),
    }),
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    pkce: { required: () => true },
    enabledJWA: { clientAuthSigningAlgValues: ['RS384', 'ES384'] },
    features: {
      devInteractions: { enabled: true },
      revocation: { enabled: true, allowedPolicy: () => true },
      registration: { enabled: true },
    },
    cookies: { keys: ['test'] },
    ttl: {
      AccessToken: 3600,
      RefreshToken: 86_400,
      Grant: 86_400,
      Session: 3600,
      Interaction: 600,
      IdToken: 600,
    },
    ...configuration,
  });
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path !== '/token' || ctx.status !== 200) return;
    const { params } = ctx.oidc;
    grants.push(String(params?.['grant_type']));
    ctx.body = { ...ctx.body, patient: 'p1' };
  });
  const oauth = provider.callback();

  const answerFhir = async (
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const send = (status: number, json: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/fhir+json' });
      response.end(JSON.stringify(json));
    };
    if (path === '/.well-known/smart-configuration') return send(200, smartConfiguration(origin));
    if (path === '/metadata') return send(200, capabilityStatement);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const found = await provider.AccessToken.find(token);
    const given = new Date((found?.iat ?? 0) * 1000);
    if (found === undefined || refused.has(token) || given <= expired)
      return send(401, { resourceType: 'OperationOutcome' });
    if (path === '/Patient/p1') return send(200, patient);
    if (path.startsWith('/AllergyIntolerance?'))
      return send(200, { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: allergy }] });
    return send(404, { resourceType: 'OperationOutcome' });
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const url = request.url ?? '';
    if (url.startsWith('/fhir/')) void answerFhir(url.slice('/fhir'.length), request, response);
    else void oauth(request, response);
  });
  return {
    origin,
    grants,
    browse,
    expire: () => {
      expired = new Date();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function smartConfiguration(origin: string): object {
  return {
    issuer: origin,
    jwks_uri: `${origin}/jwks`,
    authorization_endpoint: `${origin}/auth`,
    token_endpoint: `${origin}/token`,
    revocation_endpoint: `${origin}/token/revocation`,
    registration_endpoint: `${origin}/reg`,
    token_endpoint_auth_methods_supported: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: ['openid', 'fhirUser', 'offline_access', 'launch/patient', 'patient/*.rs'],
    capabilities: ['launch-standalone', 'client-public', 'permission-v2', 'sso-openid-connect'],
  };
}

const capabilityStatement = {
  resourceType: 'CapabilityStatement',
  fhirVersion: '4.0.1',
  rest: [
    {
      mode: 'server',
      resource: [
        { type: 'Patient', interaction: [{ code: 'read' }] },
        {
          type: 'AllergyIntolerance',
          interaction: [{ code: 'read' }, { code: 'search-type' }],
          searchParam: [{ name: 'patient' }],
        },
      ],
    },
  ],
};

/** Follows redirects with cookies and fills in the forms that oidc-provider shows in development. */
async function browse(start: string, decision: 'allow' | 'deny' = 'allow'): Promise<Response> {
  const cookies = new Map<string, string>();
  const ask = async (url: string, form?: Record<string, string>): Promise<Response> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  let url = start;
  let response = await ask(url);
  for (let step = 0; step < 20; step += 1) {
    const location = response.headers.get('location');
    if (location !== null) {
      url = new URL(location, url).href;
      if (new URL(url).pathname === '/callback') return fetch(url);
      response = await ask(url);
      continue;
    }
    const page = await response.text();
    const action = /action="([^"]+)"/.exec(page)?.[1];
    if (action === undefined) throw new Error(`no form at ${url}: ${response.status} ${page.slice(0, 300)}`);
    if (decision === 'deny') {
      const abort = /href="([^"]+\/abort)"/.exec(page)?.[1];
      if (abort === undefined) throw new Error('nothing to cancel with');
      response = await ask(new URL(abort, url).href);
      continue;
    }
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const fields = prompt === 'login' ? { prompt, login: 'jane', password: 'any' } : { prompt };
    response = await ask(new URL(action, url).href, fields);
  }
  throw new Error('the sign-in pages never ended');
}
