import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createRawServer, type Server, type Socket } from 'node:net';
import { createHttp, type Http, type PortalDescription, type TokenSet } from '../../src/portal/index.ts';

/** A request as the stub got it. */
export interface Seen {
  method: string;
  /** Path and query as sent. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What the stub answers: a JSON value, or status, headers and raw body. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  json?: unknown;
  /** Ends the connection after the body though more was promised. */
  cut?: boolean;
}

export interface Stub {
  origin: string;
  seen: Seen[];
  close(): Promise<void>;
}

/** A server on 127.0.0.1 that answers as told and remembers what it was asked; unknown paths get 404. */
export async function startStub(answer: (seen: Seen) => Reply | undefined): Promise<Stub> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const one: Seen = { method, path, headers, body: Buffer.concat(chunks).toString() };
      seen.push(one);
      const { status = 200, headers: extra = {}, body, json, cut } = answer(one) ?? { status: 404, body: '' };
      const bytes = Buffer.from(body ?? JSON.stringify(json ?? null));
      const length = bytes.length + (cut === true ? 10 : 0);
      const type = json === undefined ? {} : { 'content-type': 'application/fhir+json' };
      response.writeHead(status, { ...type, 'content-length': length, ...extra });
      if (cut === true) response.write(bytes, () => response.destroy());
      else response.end(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${portOf(server)}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A server on 127.0.0.1 that answers each request with what `speak` writes to the bare connection. */
export interface RawServer {
  origin: string;
  /** Requests so far. */
  asked(): number;
  close(): Promise<void>;
}

export async function startRaw(speak: (socket: Socket, count: number) => void): Promise<RawServer> {
  const sockets = new Set<Socket>();
  let asked = 0;
  const server = createRawServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', () => speak(socket, (asked += 1)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${portOf(server)}`,
    asked: () => asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

export const now = () => new Date('2026-11-22T12:00:00Z');

/** A client whose waits between attempts pass at once and are written down. */
export function testHttp(waits: number[] = [], log?: (line: string) => void): Http {
  return createHttp({ userAgent: 'bluebutton-test/1', now, log, pause: async (ms) => void waits.push(ms) });
}

export const openType = {
  interactions: ['read', 'search-type'],
  searchParams: ['patient'],
  includes: [],
  revIncludes: [],
};

export function describe4(origin: string, types: PortalDescription['types']): PortalDescription {
  return {
    baseUrl: `${origin}/fhir`,
    fhirVersion: '4.0.1',
    signIn: {
      authorizationEndpoint: `${origin}/authorize`,
      tokenEndpoint: `${origin}/token`,
      capabilities: [],
    },
    types: { Patient: openType, ...types },
  };
}

export function tokensFor(origin: string, accessToken = 'SECRET-1'): TokenSet {
  return {
    schema: 'bluebutton/tokens/1',
    baseUrl: `${origin}/fhir`,
    clientId: 'app',
    accessToken,
    refreshToken: 'REFRESH-1',
    patientId: '1',
    scopesRequested: ['patient/*.rs'],
    scopesGranted: ['patient/*.rs'],
    obtained: now().toISOString(),
  };
}
