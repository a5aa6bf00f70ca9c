import { createServer, type ServerResponse } from 'node:http';
import { BlueButtonError, systemCodeOf } from '../errors/index.ts';
import { pauseFor } from './retry.ts';
import { signInAgain } from './sign-in-command.ts';

/** A listener on 127.0.0.1 that waits for the browser to come back from the portal (RFC 8252 §7.3). */
export interface Loopback {
  redirectUri: string;
  /**
   * The parameters of the one answer with the right state.
   *
   * @throws BlueButtonError `login-needed` when none came in time, `interrupted` when `signal` fired.
   */
  answer(milliseconds: number, signal?: AbortSignal): Promise<URLSearchParams>;
  close(): Promise<void>;
}

const path = '/callback';

/**
 * Opens the listener. Only a GET of the callback path with the expected state, and only the first such, is taken as
 * the answer; anything else is told no, and waiting goes on.
 *
 * @param port - 0 for any free one.
 * @throws BlueButtonError `failed` when the port is taken.
 */
export async function openLoopback(port: number, state: string): Promise<Loopback> {
  let arrive: ((parameters: URLSearchParams) => void) | undefined;
  const arrived = new Promise<URLSearchParams>((resolve) => {
    arrive = resolve;
  });
  let taken = false;
  let strangers = 0;
  const server = createServer((request, response) => {
    const url = URL.canParse(request.url ?? '', 'http://127.0.0.1')
      ? new URL(request.url ?? '', 'http://127.0.0.1')
      : undefined;
    if (url?.pathname !== path) return reply(response, 404, 'Nothing is here.');
    if (request.method !== 'GET') return reply(response, 405, 'Only GET is answered here.');
    if (taken) return reply(response, 410, 'This sign-in has been answered. You can close this page.');
    const states = url.searchParams.getAll('state');
    if (states.length !== 1 || states[0] !== state) {
      strangers += 1;
      return reply(response, 400, 'This answer belongs to another sign-in. It was not used.');
    }
    taken = true;
    response.once('close', () => arrive?.(url.searchParams));
    const denied = url.searchParams.has('error');
    reply(
      response,
      200,
      denied
        ? 'The portal did not give access. You can close this page and go back to the terminal.'
        : 'The portal answered. You can close this page and go back to the terminal.',
    );
  });
  await listen(server, port);
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;

  return {
    redirectUri: `http://127.0.0.1:${bound}${path}`,
    async answer(milliseconds, signal) {
      const over = new AbortController();
      const silence = pauseFor(
        milliseconds,
        AbortSignal.any([over.signal, ...(signal ? [signal] : [])]),
      ).then(() => {
        throw noAnswer(milliseconds, strangers);
      });
      silence.catch(() => undefined);
      try {
        return await Promise.race([arrived, silence]);
      } finally {
        over.abort();
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A port of this computer that is free now, for a redirect address that has to be registered before it is used. */
export async function freeRedirectPort(): Promise<number> {
  const loopback = await openLoopback(0, '');
  await loopback.close();
  return Number(new URL(loopback.redirectUri).port);
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const busy = systemCodeOf(error) === 'EADDRINUSE';
      reject(
        new BlueButtonError('failed', `Port ${port} of this computer cannot be listened on.`, {
          why: busy
            ? 'Another program uses it.'
            : `The system says ${systemCodeOf(error) ?? 'nothing more'}.`,
          try: 'end that program, or choose another port that the client id is registered for',
          cause: error,
        }),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

function reply(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>bluebutton</title><h1>bluebutton</h1><p>${sentence}</p></html>\n`,
  );
}

function noAnswer(milliseconds: number, strangers: number): BlueButtonError {
  return new BlueButtonError(
    'login-needed',
    `Nobody answered the sign-in within ${Math.round(milliseconds / 1000)} seconds.`,
    {
      why:
        strangers === 0
          ? 'The browser never came back from the page of the portal.'
          : 'An answer came that belongs to another sign-in; it was not used.',
      try: signInAgain,
    },
  );
}
