import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portOf } from './stub.ts';

/** A key and the certificate it signed itself, in PEM, for 127.0.0.1 and portal.invalid. */
export interface Certificate {
  key: string;
  cert: string;
}

export function newCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'bluebutton-tls-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const names = 'subjectAltName=IP:127.0.0.1,DNS:portal.invalid';
    const words = `req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj /CN=stub`;
    execFileSync('openssl', [...words.split(' '), '-addext', names, '-keyout', key, '-out', cert], {
      stdio: 'pipe',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/** An https server on 127.0.0.1. */
export async function startTls(certificate: Certificate, answer: RequestListener): Promise<Listening> {
  return listening(createServer(certificate, answer));
}

/** A proxy on 127.0.0.1 and what it got to see. */
export interface Proxy extends Listening {
  /** What it was asked: `CONNECT host:port`, or the method and address of a request in the clear. */
  asked: string[];
  headers: IncomingHttpHeaders[];
  /** Everything that went through its tunnels towards the portal. */
  carried(): Buffer;
}

/** Opens every tunnel to `target`, whatever host it is asked for; with a status, refuses them all. */
export async function startProxy(target: number, status = 200): Promise<Proxy> {
  const asked: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const carried: Buffer[] = [];
  const server = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(500).end();
  });
  server.on('connect', (request, socket: Socket, head) => {
    asked.push(`CONNECT ${request.url}`);
    headers.push(request.headers);
    socket.on('error', () => undefined);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const tunnel = connect(target, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      tunnel.write(head);
      socket.on('data', (chunk: Buffer) => carried.push(chunk)).pipe(tunnel);
      tunnel.pipe(socket);
    });
    tunnel.on('error', () => socket.destroy());
    socket.on('close', () => tunnel.destroy());
  });
  return { ...(await listening(server)), asked, headers, carried: () => Buffer.concat(carried) };
}

async function listening(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
