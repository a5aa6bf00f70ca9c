import { Headers, request, type Dispatcher } from 'undici';
import { BlueButtonError } from '../errors/index.ts';
import { acceptedCodings, decoded } from './content-coding.ts';
import type { Answer, Timeouts } from './http.ts';
import { networkError } from './network-error.ts';
import { interrupted } from './retry.ts';

/** A request as it is sent. */
export type Request = { headers: Record<string, string> } & (
  { method: 'GET' } | { method: 'POST'; body: string }
);

export interface ExchangeOptions {
  dispatcher: Dispatcher;
  timeouts: Timeouts;
  signal?: AbortSignal | undefined;
}

const maxBodyBytes = 256 * 1024 * 1024;

/**
 * Sends one request, once, and reads the whole answer: a redirect is an answer, and a body that ends before it should,
 * or does not unpack, is none.
 *
 * @throws BlueButtonError as `Http.get` tells.
 */
export async function exchange(
  url: URL,
  sent: Request,
  { dispatcher, timeouts, signal }: ExchangeOptions,
): Promise<Answer> {
  // AbortSignal.any would do this in fewer lines, and in Node 20 keep something of every request until the end.
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal?.reason);
  const timer = setTimeout(() => stop.abort(outOfTime()), timeouts.total);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  try {
    const response = await request(url, {
      ...sent,
      headers: { 'accept-encoding': acceptedCodings, ...sent.headers },
      dispatcher,
      signal: stop.signal,
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      if (!(chunk instanceof Uint8Array)) continue;
      size += chunk.byteLength;
      if (size > maxBodyBytes) throw tooLarge(url);
      chunks.push(chunk);
    }
    const headers = headersOf(response.headers);
    const bytes = await decoded(
      url.host,
      Buffer.concat(chunks),
      headers.get('content-encoding'),
      maxBodyBytes,
    );
    if (bytes === undefined) throw tooLarge(url);
    return { url, status: response.statusCode, headers, bytes };
  } catch (thrown) {
    if (thrown instanceof BlueButtonError) throw thrown;
    throw signal?.aborted === true ? interrupted() : networkError(url.host, thrown);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** undici's headers as a `Headers`. */
export function headersOf(raw: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw))
    for (const one of [value ?? []].flat()) headers.append(name, one);
  return headers;
}

function outOfTime(): Error {
  return new DOMException('The time for the whole answer is over.', 'TimeoutError');
}

function tooLarge(url: URL): BlueButtonError {
  const most = maxBodyBytes / 1024 / 1024;
  return new BlueButtonError('failed', `${url.host} sent more than ${most} MB in one answer.`, {
    why: 'No answer of that size is taken in.',
    try: 'tell the support of the portal: its pages are too large',
  });
}
