import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { request, type Dispatcher, type Headers } from 'undici';
import { requireSafe } from './address.ts';
import { acceptedCodings } from './content-coding.ts';
import { headersOf } from './exchange.ts';
import { networkError } from './network-error.ts';
import { circle, locationOf, redirectTarget } from './redirect.ts';
import { interrupted } from './retry.ts';

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

const maxRedirects = 5;

const decoders: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
  deflate: createInflate,
};

/**
 * Gets an address whose answer may be too large to hold, without credentials. Redirects are followed as for `Http.get`;
 * nothing is tried again.
 *
 * @throws BlueButtonError as `Http.get` tells.
 */
export async function streamed(
  url: URL,
  { accept, headers = {}, signal }: StreamOptions,
  { userAgent, dispatcher }: { userAgent: string; dispatcher: Dispatcher },
): Promise<StreamedAnswer> {
  const failure = (thrown: unknown): unknown =>
    signal?.aborted === true ? interrupted() : networkError(url.host, thrown);
  let at = url;
  for (let hops = 0; hops <= maxRedirects; hops += 1) {
    requireSafe(at);
    const response = await request(at, {
      headers: { 'user-agent': userAgent, 'accept-encoding': acceptedCodings, accept, ...headers },
      dispatcher,
      signal: signal ?? null,
    }).catch((thrown: unknown) => {
      throw failure(thrown);
    });
    const answer = { status: response.statusCode, headers: headersOf(response.headers) };
    const location = locationOf(answer);
    if (location === undefined)
      return { ...answer, url: at, body: inPieces(response.body, answer.headers, failure) };
    await response.body.dump();
    at = redirectTarget(at, location, url, true);
  }
  throw circle(url, maxRedirects);
}

async function* inPieces(
  body: Readable,
  headers: Headers,
  failure: (thrown: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  const coding = (headers.get('content-encoding') ?? '').trim().toLowerCase();
  const decoder = decoders[coding]?.();
  // A failure comes out of the last stream; the callback is only there so that it is not thrown here as well.
  const whole: Readable = decoder === undefined ? body : pipeline(body, decoder, () => undefined);
  try {
    for await (const piece of whole) if (piece instanceof Uint8Array) yield piece;
  } catch (thrown) {
    throw failure(thrown);
  }
}
