import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttp, type Http } from '../../src/portal/index.ts';
import { now, startRaw, startStub, testHttp, type RawServer, type Reply, type Stub } from './stub.ts';

let stub: Stub;
let http: Http;
let answer: Reply;

beforeEach(async () => {
  stub = await startStub(() => answer);
  http = testHttp();
});

afterEach(async () => {
  await http.close();
  await stub.close();
});

const text = JSON.stringify({ resourceType: 'Bundle', note: 'a'.repeat(5000) });
const get = (origin: string) => http.get(new URL(origin), { accept: 'application/fhir+json' });
const packed = (coding: string, body: Uint8Array): Reply => ({
  headers: { 'content-encoding': coding },
  body,
});

describe('a compressed body', () => {
  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    // Sent in place of zlib's wrapping by some servers.
    ['deflate', deflateRawSync(text)],
    ['gzip, gzip', gzipSync(gzipSync(text))],
    ['identity', Buffer.from(text)],
  ])('in %s arrives unpacked', async (coding, body) => {
    answer = packed(coding, body);
    expect(Buffer.from((await get(stub.origin)).bytes).toString()).toBe(text);
  });

  const wrongSum = Buffer.from(gzipSync(text));
  wrongSum[wrongSum.length - 8] = (wrongSum[wrongSum.length - 8] ?? 0) ^ 1;
  it.each([
    ['that breaks off', 'gzip', gzipSync(text).subarray(0, -20)],
    ['that lacks its last bytes', 'gzip', gzipSync(text).subarray(0, -8)],
    ['whose checksum is wrong', 'gzip', wrongSum],
    ['that is not compressed at all', 'gzip', Buffer.from(text)],
    ['that breaks off', 'br', brotliCompressSync(text).subarray(0, -3)],
    ['that breaks off', 'deflate', deflateSync(text).subarray(0, -5)],
  ])('%s (%s) is an error, and never a shorter record', async (_, coding, body) => {
    answer = packed(coding, body);
    await expect(get(stub.origin)).rejects.toMatchObject({
      code: 'temporary',
      message: expect.stringMatching(/damaged body/),
    });
    expect(stub.seen).toHaveLength(4);
  });

  it('in a coding that was not asked for is refused, and not asked for again', async () => {
    answer = packed('zstd', Buffer.from('x'));
    await expect(get(stub.origin)).rejects.toMatchObject({ code: 'failed' });
    expect(stub.seen.map(({ headers }) => headers['accept-encoding'])).toEqual(['gzip, br, deflate']);
  });

  it('that unpacks to more than is taken in is refused', async () => {
    const megabyte = gzipSync(Buffer.alloc(1024 * 1024));
    answer = packed('gzip', Buffer.concat(Array<Buffer>(257).fill(megabyte)));
    await expect(get(stub.origin)).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(/more than 256 MB/),
    });
  });
});

describe('a body that does not come whole', () => {
  const json = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
  it.each([
    ['is shorter than its Content-Length', `${json}content-length: 100\r\n\r\n{}`],
    ['has chunks without an end', `${json}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n`],
    ['breaks off inside a chunk', `${json}transfer-encoding: chunked\r\n\r\n9\r\n{}`],
  ])('because it %s is an error', async (_, sent) => {
    const server = await startRaw((socket) => socket.end(sent));
    await expect(get(server.origin)).rejects.toMatchObject({ code: 'temporary' });
    expect(server.asked()).toBe(4);
    await server.close();
  });

  it('because the connection is reset is an error', async () => {
    const server = await startRaw((socket) => {
      socket.write(`${json}content-length: 100\r\n\r\n{}`, () => socket.resetAndDestroy());
    });
    await expect(get(server.origin)).rejects.toMatchObject({ code: 'temporary' });
    await server.close();
  });
});

const ask = async (origin: string, timeouts: { idle?: number; total?: number }) => {
  const impatient = createHttp({ userAgent: 't', now, timeouts });
  const asked = impatient.get(new URL(origin), { accept: '*/*' });
  await expect(asked).rejects.toMatchObject({
    code: 'temporary',
    message: expect.stringContaining('in time'),
  });
  await impatient.close();
};

describe('a portal that lets the time pass', () => {
  let server: RawServer | undefined;
  afterEach(() => server?.close());

  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n';

  it('in silence before it answers is not asked a second time', async () => {
    server = await startRaw(() => undefined);
    await ask(server.origin, { idle: 50 });
    expect(server.asked()).toBe(1);
  });

  it('in the middle of its headers is left', async () => {
    server = await startRaw((socket) => socket.write('HTTP/1.1 200 OK\r\nconte'));
    await ask(server.origin, { idle: 50 });
    expect(server.asked()).toBe(1);
  });

  it('in silence within the body is left', async () => {
    server = await startRaw((socket) => socket.write(`${head}{`));
    await ask(server.origin, { idle: 50 });
    expect(server.asked()).toBe(1);
  });

  it('by sending a byte now and then, never silent for long, is left when the whole time is over', async () => {
    server = await startRaw((socket) => {
      socket.write(head);
      const drip = setInterval(() => socket.write(' '), 10);
      socket.on('close', () => clearInterval(drip));
    });
    await ask(server.origin, { idle: 20_000, total: 200 });
    expect(server.asked()).toBe(1);
  });
});

it('a connection that was closed while it was kept is opened anew', async () => {
  const server = await startRaw((socket, count) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\n{}');
    if (count === 1) setImmediate(() => socket.destroy());
  });
  expect((await get(server.origin)).status).toBe(200);
  expect((await get(server.origin)).status).toBe(200);
  await server.close();
});

it('hints before the answer are passed over', async () => {
  const server = await startRaw((socket) => {
    socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n');
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
  });
  expect((await get(server.origin)).status).toBe(200);
  await server.close();
});
