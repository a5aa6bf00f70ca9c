import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox, type LogEntry, type Sandbox } from '../../src/sandbox/index.ts';
import { json, signedIn, type Get } from './app.ts';
import { literals, record } from './record.ts';

let portal: Sandbox;
let get: Get;
const log: LogEntry[] = [];
beforeAll(async () => {
  portal = await startSandbox({ data: record, log: (entry) => log.push(entry) });
  get = await signedIn(portal);
});
afterAll(() => portal.close());

test('nothing of a record is served without a token, or with one made up', async () => {
  for (const path of ['/Patient/ann', '/Condition?patient=ann', '/Binary/note-text', '/Practitioner/doc']) {
    const response = await fetch(portal.baseUrl + path);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="practice portal"');
    expect((await json(response))['resourceType']).toBe('OperationOutcome');
    const madeUp = { headers: { authorization: 'Bearer made-up' } };
    expect((await fetch(portal.baseUrl + path, madeUp)).status).toBe(401);
  }
});

test('a read gives the resource with its version', async () => {
  const response = await get('/Patient/ann');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/fhir+json');
  expect(response.headers.get('etag')).toBe('W/"3"');
  expect(response.headers.get('last-modified')).toBe('Sat, 03 Feb 2024 04:05:06 GMT');
  expect(await json(response)).toMatchObject({ resourceType: 'Patient', id: 'ann' });
});

test('another patient, and what is theirs, is 403; what is not there is 404', async () => {
  for (const path of ['/Patient/bob', '/Condition/of-bob', '/Provenance/of-bob', '/Group/both']) {
    expect((await get(path)).status).toBe(403);
  }
  const bob = await signedIn(portal, { patient: 'bob' });
  expect((await bob('/Group/both')).status).toBe(200);
  expect((await bob('/Condition/new')).status).toBe(403);
  expect((await get('/Patient/nobody')).status).toBe(404);
  expect((await get('/Nonsense/1')).status).toBe(404);
});

test('what belongs to no patient can be read by id', async () => {
  expect((await get('/Practitioner/doc')).status).toBe(200);
  expect((await get('/Medication/pill')).status).toBe(200);
});

test('numbers leave with the digits they came with, on read and in a search', async () => {
  const searched = await (await get('/Observation?patient=ann&category=laboratory')).text();
  const found = [...searched.matchAll(/"value":([^}]+)\}/g)].map(([, literal]) => literal);
  expect(found).toEqual(literals);
  for (const [index, literal] of literals.entries()) {
    expect(await (await get(`/Observation/lab-${index}`)).text()).toContain(
      `"valueQuantity":{"value":${literal}}`,
    );
  }
});

test('a Binary is its own bytes, or FHIR JSON when asked for', async () => {
  for (const accept of ['*/*', 'text/plain', 'application/pdf']) {
    const raw = await get('/Binary/note-text', { accept });
    expect(raw.status).toBe(200);
    expect(raw.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await raw.text()).toBe('Grüße');
  }
  const wrapped = await get('/Binary/note-text', { accept: 'application/fhir+json' });
  expect(wrapped.headers.get('content-type')).toBe('application/fhir+json');
  expect(await json(wrapped)).toMatchObject({ resourceType: 'Binary', data: 'R3LDvMOfZQ==' });
});

test('a Binary is readable by the patient whose document points at it alone', async () => {
  expect((await get('/Binary/pointed-at-by-nobody')).status).toBe(403);
  expect((await (await signedIn(portal, { patient: 'bob' }))('/Binary/note-text')).status).toBe(403);
});

test('an Accept header without JSON is 406', async () => {
  for (const path of ['/Patient/ann', '/Condition?patient=ann', '/metadata']) {
    expect((await get(path, { accept: 'application/fhir+xml' })).status).toBe(406);
    expect((await get(path, { accept: 'text/html, application/json;q=0' })).status).toBe(406);
    expect((await get(path, { accept: 'text/html, */*;q=0.1' })).status).toBe(200);
  }
});

test('the log has every request with its decoded fields and what was served', async () => {
  const from = log.length;
  await (await get('/Condition?patient=ann&_lastUpdated=ge2019&_lastUpdated=lt2030')).text();
  await (await get('/Patient/bob')).text();
  expect(log.slice(from)).toEqual([
    {
      instant: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      method: 'GET',
      path: '/fhir/Condition',
      query: { patient: 'ann', _lastUpdated: ['ge2019', 'lt2030'] },
      status: 200,
      served: { resourceType: 'Bundle', entries: 3 },
    },
    {
      instant: expect.any(String),
      method: 'GET',
      path: '/fhir/Patient/bob',
      query: {},
      status: 403,
      served: { resourceType: 'OperationOutcome' },
    },
  ]);
  const [authorize, token] = log;
  expect(authorize).toMatchObject({ path: '/oauth/authorize', form: { decision: 'allow', patient: 'ann' } });
  expect(authorize?.query).toMatchObject({ client_id: 'test-app', code_challenge_method: 'S256' });
  expect(token).toMatchObject({ method: 'POST', path: '/oauth/token', status: 200 });
  expect(token?.form?.['code_verifier']).toMatch(/^[\w-]{43}$/);
});
