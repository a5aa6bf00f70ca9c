import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { json } from './app.ts';
import { record } from './record.ts';

let portal: Sandbox;
beforeAll(async () => {
  portal = await startSandbox({ data: record });
});
afterAll(() => portal.close());

test('the portal listens on 127.0.0.1 and its base URL says so', () => {
  expect(portal.baseUrl).toBe(`http://127.0.0.1:${portal.port}/fhir`);
});

test('smart-configuration names the endpoints, S256 alone, and the issuer', async () => {
  const response = await fetch(`${portal.baseUrl}/.well-known/smart-configuration`, {
    headers: { accept: 'text/html' },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  const configuration = await json(response);
  const origin = `http://127.0.0.1:${portal.port}`;
  expect(configuration).toMatchObject({
    authorization_endpoint: `${origin}/oauth/authorize`,
    token_endpoint: `${origin}/oauth/token`,
    revocation_endpoint: `${origin}/oauth/revoke`,
    registration_endpoint: `${origin}/oauth/register`,
    issuer: origin,
    jwks_uri: `${origin}/oauth/jwks`,
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    capabilities: [
      'launch-standalone',
      'client-public',
      'client-confidential-symmetric',
      'client-confidential-asymmetric',
      'sso-openid-connect',
      'context-standalone-patient',
      'permission-patient',
      'permission-offline',
      'permission-v1',
      'permission-v2',
    ],
  });
  expect(configuration['scopes_supported']).toEqual(
    expect.arrayContaining(['launch/patient', 'offline_access', 'patient/*.read', 'patient/Condition.rs']),
  );
});

interface Capability {
  fhirVersion: string;
  rest: {
    security: { extension: { url: string; extension: { url: string; valueUri: string }[] }[] };
    resource: {
      type: string;
      interaction: { code: string }[];
      searchParam?: { name: string }[];
      searchInclude?: string[];
      searchRevInclude?: string[];
    }[];
  }[];
}

async function capability(): Promise<Capability> {
  return JSON.parse(await (await fetch(`${portal.baseUrl}/metadata`)).text());
}

test('the CapabilityStatement is R4 and repeats where to sign in', async () => {
  const { fhirVersion, rest } = await capability();
  expect(fhirVersion).toBe('4.0.1');
  expect(rest[0]?.security.extension[0]?.extension).toContainEqual({
    url: 'token',
    valueUri: `http://127.0.0.1:${portal.port}/oauth/token`,
  });
});

test('the CapabilityStatement lists US Core types that the data lacks and held types that US Core lacks', async () => {
  const types = (await capability()).rest[0]?.resource.map(({ type }) => type);
  expect(types).toContain('Immunization');
  expect(types).toContain('Appointment');
  expect(new Set(types).size).toBe(types?.length);
});

test('a clinical type may be read and searched, a Practitioner and a Binary only read', async () => {
  const resources = (await capability()).rest[0]?.resource ?? [];
  const interactions = (type: string): unknown =>
    resources.find((resource) => resource.type === type)?.interaction.map(({ code }) => code);
  expect(interactions('Observation')).toEqual(['read', 'search-type']);
  expect(interactions('Practitioner')).toEqual(['read']);
  expect(interactions('Binary')).toEqual(['read']);
  const order = resources.find(({ type }) => type === 'MedicationRequest');
  expect(order?.searchInclude).toEqual(['MedicationRequest:medication']);
  expect(order?.searchRevInclude).toEqual(['Provenance:target']);
  expect(order?.searchParam?.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['patient', 'subject', 'intent', 'status', 'category', '_id', '_lastUpdated']),
  );
});
