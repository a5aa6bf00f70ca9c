import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { rawReply } from './binary.ts';
import type { FaultSwitches } from './fault-switches.ts';
import { closeServer, listen } from './listening.ts';
import { logEntry } from './log.ts';
import type { LogEntry } from './options.ts';
import type { Portal } from './portal.ts';
import { textReply, type Reply } from './reply.ts';

/** Another origin, where attachments lie at presigned addresses and where links lead that no token may follow. */
export interface Elsewhere {
  /** `http://127.0.0.1:PORT` of another port. */
  origin: string;
  /** An address, a new one every time, that gives a Binary (`Binary/id`) to whoever asks without a token. */
  sign(key: string, state: 'good' | 'expired'): string;
  /** Answers from the records of the portal. */
  serve(portal: Pick<Portal, 'records'>): void;
  close(): Promise<void>;
}

const needing = [
  'attachment-foreign',
  'attachment-presigned',
  'attachment-expired',
  'attachment-redirect-other-origin',
  'next-other-origin',
  'next-other-port',
  'next-userinfo',
];

/** Starts the other origin where a fault that is switched on needs it. */
export async function startElsewhere(
  faults: FaultSwitches,
  now: () => Date,
  log: ((entry: LogEntry) => void) | undefined,
): Promise<Elsewhere | undefined> {
  if (!needing.some((name) => faults.isOn(name))) return undefined;
  const server = createServer({ requestTimeout: 30_000 });
  const origin = `http://127.0.0.1:${await listen(server, 0)}`;
  const signed = new Map<string, { key: string; state: 'good' | 'expired' }>();
  return {
    origin,
    sign(key, state) {
      const signature = randomBytes(16).toString('hex');
      signed.set(signature, { key, state });
      return `${origin}/files/${encodeURIComponent(key)}?signature=${signature}`;
    },
    serve(portal) {
      server.on(
        'request',
        listener((signature) => signed.get(signature), portal, now, log),
      );
    },
    close: () => closeServer(server),
  };
}

function listener(
  find: (signature: string) => { key: string; state: 'good' | 'expired' } | undefined,
  portal: Pick<Portal, 'records'>,
  now: () => Date,
  log: ((entry: LogEntry) => void) | undefined,
): RequestListener {
  return ({ url = '', method = '', headers }, response) => {
    const [path = '', search = ''] = url.split(/\?(.*)/s);
    const query = new URLSearchParams(search);
    const authorization = headers.authorization !== undefined;
    const found = find(query.get('signature') ?? '');
    const reply = answer(found, authorization, portal);
    const asked = { method, path, query, headers, form: undefined, json: undefined };
    log?.({ ...logEntry(method, asked, reply, now()), elsewhere: { authorization } });
    response.writeHead(reply.status, {
      ...reply.headers,
      'content-length': Buffer.byteLength(reply.body),
    });
    response.end(reply.body);
  };
}

function answer(
  found: { key: string; state: 'good' | 'expired' } | undefined,
  authorization: boolean,
  { records }: Pick<Portal, 'records'>,
): Reply {
  // As stores of presigned addresses do: two ways to sign in at once are an error.
  if (authorization) return textReply(400, 'Only one way to sign in is allowed.');
  if (found === undefined) return textReply(401, 'Sign in first.', { 'www-authenticate': 'Bearer' });
  if (found.state === 'expired') return textReply(403, 'Request has expired.');
  const binary = records.at(found.key);
  return binary === undefined ? textReply(404, 'No such file.') : rawReply(binary, {});
}
