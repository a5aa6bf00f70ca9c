import type { Headers } from 'undici';
import { BlueButtonError } from '../errors/index.ts';
import { requireSafe } from './address.ts';
import { openConnections, type ConnectionOptions } from './connections.ts';
import { exchange, type Request } from './exchange.ts';
import { inTurn } from './in-turn.ts';
import { isTimeout } from './network-error.ts';
import { circle, locationOf, redirectTarget, slashVariant } from './redirect.ts';
import { logLine } from './request-log.ts';
import {
  attemptsFor,
  backoffMs,
  longestWaitsMs,
  maxAttempts,
  pauseFor,
  wantsLongWait,
  type Pause,
} from './retry.ts';
import { statedWaitMs } from './stated-wait.ts';
import { streamed, type StreamedAnswer, type StreamOptions } from './stream.ts';

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
  /**
   * True for the bytes of a document: a redirect may lead to another origin, where the token is left behind (portals
   * keep documents in storage services), and the log does not show the path.
   */
  attachment?: boolean;
  signal?: AbortSignal | undefined;
}

export interface PostOptions {
  headers: Record<string, string>;
  body: string;
  /**
   * True where the body may be sent a second time: answered with a redirect to the very address with a slash at its
   * end, it is posted there, once. (Medicare's revocation endpoint is announced without its slash.)
   */
  sameOriginSlash?: boolean;
  signal?: AbortSignal | undefined;
}

/** The one way to the network: https only (http to this computer itself), bounded in time, tries and size. */
export interface Http {
  /**
   * Gets an address. Broken connections and answers that promise better luck later (`attemptsFor`) are tried again, a
   * few times; the wait an answer states is honoured up to a minute. Redirects are followed: with a token only inside
   * its origin, never from https to http, never from outside into this computer or its network.
   *
   * @throws BlueButtonError `temporary` when no answer came, `failed` for a redirect or body that is refused,
   *   `interrupted` when `signal` fired, `usage` for an address that is not safe.
   */
  get(url: URL, options: GetOptions): Promise<Answer>;
  /** Gets an address whose answer may be too large to hold, without a token; nothing is tried again. */
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
  /** Where HTTPS_PROXY and NO_PROXY are looked up; by default there is no proxy. */
  env?: ConnectionOptions['env'];
  /** Certificates in PEM, trusted beside those Node trusts. */
  ca?: readonly string[];
  /** Told one line for each request (`logLine`): never a value of a parameter, a token or a body. */
  log?: ((line: string) => void) | undefined;
  timeouts?: Partial<Timeouts>;
  /** Requests under way to one origin at a time. */
  inFlight?: number;
  /** Waits between attempts. */
  pause?: Pause;
}

const maxRedirects = 5;

/**
 * Opens a client with its own connections; `close` it when done.
 *
 * @throws BlueButtonError `usage` when the environment names a proxy that has no address.
 */
export function createHttp(options: HttpOptions): Http {
  const { now, userAgent, log, inFlight = 4, pause = pauseFor } = options;
  const timeouts: Timeouts = { connect: 15_000, idle: 60_000, total: 300_000, ...options.timeouts };
  const { connect, idle } = timeouts;
  const dispatcher = openConnections({
    env: options.env ?? {},
    ca: options.ca ?? [],
    connect,
    idle,
    connections: inFlight,
  });
  const takeTurns = inTurn(inFlight);

  /** One attempt, in its turn: the time it has begins when it is sent. */
  function once(url: URL, sent: Request, { attempt, hidePath, signal }: Attempt): Promise<Answer> {
    return takeTurns(url.origin, async () => {
      const began = now().getTime();
      const headers = { 'user-agent': userAgent, ...sent.headers };
      const report = (end: number | 'no answer', bytes: number) => {
        const milliseconds = now().getTime() - began;
        log?.(logLine({ method: sent.method, url, hidePath, end, bytes, milliseconds, attempt }));
      };
      try {
        const answer = await exchange(url, { ...sent, headers }, { dispatcher, timeouts, signal });
        report(answer.status, answer.bytes.length);
        return answer;
      } catch (thrown) {
        report('no answer', 0);
        throw thrown;
      }
    });
  }

  async function insistently(url: URL, sent: Request, how: Omit<Attempt, 'attempt'>): Promise<Answer> {
    let waited = 0;
    for (let attempt = 1; ; attempt += 1) {
      let wait = backoffMs(attempt);
      try {
        const answer = await once(url, sent, { ...how, attempt });
        if (attempt >= attemptsFor(answer.status) || wantsLongWait(answer, now())) return answer;
        wait = Math.max(wait, statedWaitMs(answer, now()) ?? 0);
        if (waited + wait > longestWaitsMs) return answer;
      } catch (thrown) {
        const again =
          thrown instanceof BlueButtonError && thrown.code === 'temporary' && attempt < maxAttempts;
        if (!again || isTimeout(thrown)) throw thrown;
      }
      await pause(wait, how.signal);
      waited += wait;
    }
  }

  async function get(url: URL, options_: GetOptions): Promise<Answer> {
    const { accept, attachment = false, signal } = options_;
    let { bearer } = options_;
    let at = url;
    for (let hops = 0; hops <= maxRedirects; hops += 1) {
      requireSafe(at);
      if (bearer !== undefined && at.origin !== bearer.origin)
        throw new TypeError('a token is bound to its origin');
      const headers = { accept, ...(bearer !== undefined && { authorization: `Bearer ${bearer.token}` }) };
      const answer = await insistently(at, { method: 'GET', headers }, { hidePath: attachment, signal });
      const location = locationOf(answer);
      if (location === undefined) return answer;
      at = redirectTarget(at, location, url, attachment || bearer === undefined);
      // Once it has been left behind it stays there, even if a later redirect leads back.
      if (at.origin !== bearer?.origin) bearer = undefined;
    }
    throw circle(url, maxRedirects);
  }

  async function post(url: URL, options_: PostOptions): Promise<Answer> {
    const { headers, body, sameOriginSlash, signal } = options_;
    requireSafe(url);
    const sent: Request = { method: 'POST', headers, body };
    const answer = await once(url, sent, { attempt: 1, hidePath: false, signal });
    const slashed = sameOriginSlash === true ? slashVariant(url, answer) : undefined;
    return slashed === undefined ? answer : once(slashed, sent, { attempt: 2, hidePath: false, signal });
  }

  return {
    get,
    stream: (url, options_) => streamed(url, options_, { userAgent, dispatcher }),
    post,
    close: () => dispatcher.destroy(),
  };
}

interface Attempt {
  attempt: number;
  hidePath: boolean;
  signal: AbortSignal | undefined;
}
