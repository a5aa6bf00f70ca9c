import { Agent, fetch, type Headers } from 'undici';
import { BlueButtonError } from '../errors/index.ts';
import { requireSafe, resolveAddress } from './address.ts';
import { isTimeout, networkError } from './network-error.ts';
import {
  backoffMs,
  interrupted,
  isTransient,
  longestWaitMs,
  maxAttempts,
  pauseFor,
  retryAfterMs,
  type Pause,
} from './retry.ts';

/** An access token and the only origin it may be sent to. */
export interface Bearer {
  token: string;
  origin: string;
}

/** A whole answer: the body is read, and decompressed. */
export interface Answer {
  /** The address that answered, after redirects. */
  url: URL;
  status: number;
  headers: Headers;
  bytes: Uint8Array;
}

export interface GetOptions {
  accept: string;
  bearer?: Bearer | undefined;
  signal?: AbortSignal | undefined;
}

/** An answer whose body comes piece by piece, decompressed. It is read to its end or broken off, or its connection stays. */
export interface StreamedAnswer {
  url: URL;
  status: number;
  headers: Headers;
  /** @throws BlueButtonError `temporary` where it breaks off, `interrupted` when `signal` fired. */
  body: AsyncIterable<Uint8Array>;
}

export interface StreamOptions {
  accept: string;
  /** Beside `accept`: for conditional requests. Never credentials, for redirects carry them along. */
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

export interface PostOptions {
  headers: Record<string, string>;
  body: string;
  signal?: AbortSignal | undefined;
  sameOriginSlash?: true;
}

/** The one way to the network: https only (http to this computer itself), bounded in time, tries and size. */
export interface Http {
  /**
   * Gets an address. 429, 502, 503, 504 and broken connections are tried again, a few times; `Retry-After` is
   * honoured up to a minute. Redirects are followed: with a token only inside its origin, never from https to http.
   *
   * @throws BlueButtonError `temporary` when no answer came, `failed` for a redirect or body that is refused,
   *   `interrupted` when `signal` fired, `usage` for an address that is not safe.
   */
  get(url: URL, options: GetOptions): Promise<Answer>;
  /**
   * Gets what may be too large to hold. Sent once; redirects are followed, never from https to http; no limit but
   * silence for the time it takes.
   *
   * @throws BlueButtonError as `get` does.
   */
  stream(url: URL, options: StreamOptions): Promise<StreamedAnswer>;
  /** Posts once: never repeated and never redirected, for the body may hold a code that is good only once. */
  post(url: URL, options: PostOptions): Promise<Answer>;
  close(): Promise<void>;
}

/** Milliseconds. */
export interface Timeouts {
  connect: number;
  /** Silence before the headers or within the body. */
  idle: number;
  /** From sending the request to the last byte. */
  total: number;
}

export interface HttpOptions {
  userAgent: string;
  now: () => Date;
  /** One line a request: method, host, path and names of query parameters, status, time. Never a value or a token. */
  log?: ((line: string) => void) | undefined;
  timeouts?: Partial<Timeouts>;
  /** Waits between attempts. */
  pause?: Pause;
}

type Request = { headers: Record<string, string> } & ({ method: 'GET' } | { method: 'POST'; body: string });

const maxRedirects = 5;
const maxBodyBytes = 256 * 1024 * 1024;

/** Opens a client with its own connections; `close` it when done. */
export function createHttp(options: HttpOptions): Http {
  const timeouts: Timeouts = { connect: 15_000, idle: 60_000, total: 300_000, ...options.timeouts };
  const pause = options.pause ?? pauseFor;
  const agent = new Agent({
    connect: { timeout: timeouts.connect },
    headersTimeout: timeouts.idle,
    bodyTimeout: timeouts.idle,
  });

  async function once(url: URL, request: Request, signal?: AbortSignal): Promise<Answer> {
    const began = options.now().getTime();
    const total = AbortSignal.timeout(timeouts.total);
    const report = (what: string | number) =>
      options.log?.(`${request.method} ${addressForLog(url)} ${what} ${options.now().getTime() - began} ms`);
    try {
      const response = await fetch(url, {
        ...request,
        headers: { 'user-agent': options.userAgent, ...request.headers },
        redirect: 'manual',
        dispatcher: agent,
        signal: signal === undefined ? total : AbortSignal.any([signal, total]),
      });
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of response.body ?? []) {
        size += chunk.byteLength;
        if (size > maxBodyBytes) throw tooLarge(url);
        chunks.push(chunk);
      }
      report(response.status);
      return { url, status: response.status, headers: response.headers, bytes: Buffer.concat(chunks) };
    } catch (thrown) {
      report('no answer');
      if (thrown instanceof BlueButtonError) throw thrown;
      throw signal?.aborted === true ? interrupted() : networkError(url.host, thrown);
    }
  }

  async function insistently(
    url: URL,
    headers: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      let wait = backoffMs(attempt);
      try {
        const answer = await once(url, { method: 'GET', headers }, signal);
        if (!isTransient(answer.status) || attempt === maxAttempts) return answer;
        wait = retryAfterMs(answer.headers.get('retry-after'), options.now()) ?? wait;
        if (wait > longestWaitMs) return answer;
      } catch (thrown) {
        const again =
          thrown instanceof BlueButtonError && thrown.code === 'temporary' && attempt < maxAttempts;
        if (!again || isTimeout(thrown)) throw thrown;
      }
      await pause(wait, signal);
    }
  }

  async function get(url: URL, { accept, bearer, signal }: GetOptions): Promise<Answer> {
    let at = url;
    for (let hops = 0; hops <= maxRedirects; hops += 1) {
      requireSafe(at);
      if (bearer !== undefined && at.origin !== bearer.origin)
        throw new TypeError('a token is bound to its origin');
      const headers = bearer === undefined ? { accept } : { accept, authorization: `Bearer ${bearer.token}` };
      const answer = await insistently(at, headers, signal);
      const location = answer.headers.get('location');
      if (answer.status < 300 || answer.status > 399 || answer.status === 304 || location === null)
        return answer;
      at = redirectTarget(at, location, bearer !== undefined);
    }
    throw inCircles(url);
  }

  async function stream(url: URL, { accept, headers = {}, signal }: StreamOptions): Promise<StreamedAnswer> {
    const failure = (thrown: unknown): unknown =>
      signal?.aborted === true ? interrupted() : networkError(url.host, thrown);
    let at = url;
    for (let hops = 0; hops <= maxRedirects; hops += 1) {
      requireSafe(at);
      const response = await fetch(at, {
        headers: { 'user-agent': options.userAgent, accept, ...headers },
        redirect: 'manual',
        dispatcher: agent,
        signal: signal ?? null,
      }).catch((thrown: unknown) => {
        throw failure(thrown);
      });
      const location = response.headers.get('location');
      options.log?.(`GET ${addressForLog(at)} ${response.status}`);
      if (response.status < 300 || response.status > 399 || location === null)
        return {
          url: at,
          status: response.status,
          headers: response.headers,
          body: inPieces(response.body ?? [], failure),
        };
      await response.body?.cancel();
      at = redirectTarget(at, location, false);
    }
    throw inCircles(url);
  }

  return {
    get,
    stream,
    post: (url, { headers, body, signal }) => {
      requireSafe(url);
      return once(url, { method: 'POST', headers, body }, signal);
    },
    close: () => agent.destroy(),
  };
}

async function* inPieces(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  failure: (thrown: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of body) yield piece;
  } catch (thrown) {
    throw failure(thrown);
  }
}

function inCircles(url: URL): BlueButtonError {
  return badRedirect(
    `${url.host} redirects in circles.`,
    `After ${maxRedirects} redirections there was still no answer.`,
  );
}

function redirectTarget(from: URL, location: string, withToken: boolean): URL {
  const to = resolveAddress(location, from.href);
  if (to === undefined)
    throw badRedirect(
      `${from.host} redirects to no address.`,
      'What it names as the new place is not an address.',
    );
  if (withToken && to.origin !== from.origin) {
    throw badRedirect(
      `${from.host} redirects to ${to.host}.`,
      'The access token is for the portal alone and is not taken to another server.',
    );
  }
  if (from.protocol === 'https:' && to.protocol !== 'https:') {
    throw badRedirect(
      `${from.host} redirects from https to ${to.protocol}//${to.host}.`,
      'Health records travel over https only.',
    );
  }
  return to;
}

function badRedirect(message: string, why: string): BlueButtonError {
  return new BlueButtonError('failed', message, {
    why,
    try: 'check the address of the portal, or tell its support what it does',
  });
}

function tooLarge(url: URL): BlueButtonError {
  const most = maxBodyBytes / 1024 / 1024;
  return new BlueButtonError('failed', `${url.host} sent more than ${most} MB in one answer.`, {
    why: 'No answer of that size is taken in.',
    try: 'tell the support of the portal: its pages are too large',
  });
}

function addressForLog(url: URL): string {
  const names = [...new Set(url.searchParams.keys())];
  return url.host + url.pathname + (names.length === 0 ? '' : `?${names.join('&')}`);
}
