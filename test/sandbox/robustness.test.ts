import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { json, signedIn, type Get } from './app.ts';
import { record } from './record.ts';

let portal: Sandbox;
let get: Get;
beforeAll(async () => {
  portal = await startSandbox({ data: record });
  get = await signedIn(portal);
});
afterAll(() => portal.close());

/** Sends bytes as they are and returns the status line of the answer. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(portal.port, '127.0.0.1', () => socket.end(bytes));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''));
    socket.on('error', reject);
  });
}

test.each([
  ['GET /fhir/Patient/%E0%A4%A HTTP/1.1', '400'],
  ['GET //fhir HTTP/1.1', '404'],
  ['GET http://127.0.0.1:1/fhir/metadata HTTP/1.1', '404'],
  ['GET /fhir/../../etc/passwd HTTP/1.1', '404'],
  ['GET /fhir/Patient/ann/_history HTTP/1.1', '404'],
  ['GET / HTTP/1.1', '404'],
  ['DELETE /fhir/Patient/ann HTTP/1.1', '405'],
  ['PUT /oauth/authorize HTTP/1.1', '405'],
  ['GET /oauth/revoke HTTP/1.1', '405'],
  ['GET /fhir/metadata NONSENSE', '400'],
])('%s is answered %s', async (line, status) => {
  const answer = await raw(`${line}\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  expect(answer).toContain(` ${status} `);
  expect((await get('/Patient/ann')).status).toBe(200);
});

test('an address longer than any is 431', async () => {
  expect(await raw(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)).toContain(' 431 ');
});

test('HEAD is answered as GET, without a body', async () => {
  const response = await fetch(`${portal.baseUrl}/metadata`, { method: 'HEAD' });
  expect(response.status).toBe(200);
  expect(Number(response.headers.get('content-length'))).toBeGreaterThan(1000);
  expect(await response.text()).toBe('');
});

test('a write is 405 with an OperationOutcome', async () => {
  const response = await fetch(`${portal.baseUrl}/Condition`, { method: 'POST', body: '{}' });
  expect(response.status).toBe(405);
  expect((await json(response))['resourceType']).toBe('OperationOutcome');
});

test('a post too large for any form is 413', async () => {
  const body = `grant_type=${'a'.repeat(1_000_000)}`;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(new URL('/oauth/token', portal.baseUrl), { method: 'POST', body, headers });
  expect(response.status).toBe(413);
});

test('a web page that reaches in under a name of its own gets nothing', async () => {
  const answer = await raw('GET /fhir/metadata HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
  expect(answer).toContain(' 421 ');
});

test('a client that goes away in the middle of its post leaves the portal standing', async () => {
  await new Promise<void>((resolve) => {
    const post = request({ port: portal.port, host: '127.0.0.1', path: '/oauth/token', method: 'POST' });
    post.on('error', () => resolve());
    post.setHeader('content-length', 1000);
    post.write('grant_type=', () => post.destroy(new Error('gone')));
  });
  expect((await get('/Patient/ann')).status).toBe(200);
});

test('closing ends connections that are open, and the address with them', async () => {
  const sandbox = await startSandbox({ data: record });
  const socket = connect(sandbox.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await sandbox.close();
  await ended;
  await expect(fetch(`${sandbox.baseUrl}/metadata`)).rejects.toThrow('fetch failed');
  await sandbox.close();
});
