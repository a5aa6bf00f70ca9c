import { createHash, randomBytes } from 'node:crypto';

/** An OAuth client that shares nothing with the tool: it finds out for itself what the practice portal does. */
export interface OwnClient {
  /** A code as the portal grants it, and the verifier that belongs to it. */
  code(): Promise<{ code: string; verifier: string }>;
  /** Posts to the token endpoint; the status and the answer. */
  token(form: Record<string, string>): Promise<{ status: number; answer: TokenAnswer }>;
  /** A read with an access token, as text. */
  get(address: string, accessToken: string): Promise<{ status: number; text: string }>;
  /** Signs in and returns an access token. */
  signIn(): Promise<string>;
}

export interface TokenAnswer {
  access_token?: string;
  refresh_token?: string;
  error?: string;
}

const redirectUri = 'http://127.0.0.1:9/callback';
export const clientId = 'own-client';

/** A client of the practice portal at that FHIR base URL. */
export function ownClient(baseUrl: string): OwnClient {
  const { origin } = new URL(baseUrl);
  const client: OwnClient = {
    async code() {
      const verifier = randomBytes(32).toString('base64url');
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'launch/patient offline_access patient/*.rs',
        state: randomBytes(16).toString('hex'),
        aud: baseUrl,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      });
      const answer = await fetch(`${origin}/oauth/authorize?${query.toString()}`, {
        method: 'POST',
        body: new URLSearchParams({ decision: 'allow' }),
        redirect: 'manual',
      });
      const back = new URL(answer.headers.get('location') ?? '');
      return { code: back.searchParams.get('code') ?? '', verifier };
    },
    async token(form) {
      const body = new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri, ...form });
      const response = await fetch(`${origin}/oauth/token`, { method: 'POST', body });
      const answer: TokenAnswer = JSON.parse(await response.text());
      return { status: response.status, answer };
    },
    async get(address, accessToken) {
      const headers = { accept: 'application/fhir+json', authorization: `Bearer ${accessToken}` };
      const response = await fetch(address, { headers });
      return { status: response.status, text: await response.text() };
    },
    async signIn() {
      const { code, verifier } = await client.code();
      const { answer } = await client.token({
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
      });
      return answer.access_token ?? '';
    },
  };
  return client;
}
