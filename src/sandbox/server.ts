import type { IncomingMessage, RequestListener } from 'node:http';
import type { Asked } from './asked.ts';
import { logEntry } from './log.ts';
import type { LogEntry } from './options.ts';
import type { Portal } from './portal.ts';
import { textReply, type Reply } from './reply.ts';
import { answer } from './routes.ts';

/** No form a client has cause to send is larger. */
const largestForm = 64 * 1024;

/** Serves the portal: reads each request whole, answers it, and logs it just before the answer leaves. */
export function listener(
  portal: Portal,
  now: () => Date,
  log: ((entry: LogEntry) => void) | undefined,
): RequestListener {
  return (request, response) => {
    const asked = askedOf(request);
    readBody(request).then(
      async (body) => {
        const complete = { ...asked, ...(body === 'too large' ? {} : body) };
        await portal.refresh?.();
        const reply =
          body === 'too large' ? tooLarge : (refusal(request) ?? (await answerOrFault(complete, portal)));
        log?.(logEntry(request.method ?? '', complete, reply, now()));
        if (reply.connection === 'destroy') {
          response.destroy();
          return;
        }
        response.writeHead(reply.status, {
          ...reply.headers,
          'content-length': Buffer.byteLength(reply.body),
          'x-content-type-options': 'nosniff',
        });
        response.end(reply.body);
      },
      // The client went away before its request was whole: there is nobody to answer.
      () => response.destroy(),
    );
  };
}

function askedOf({ url = '', method = '', headers }: IncomingMessage): Asked {
  const mark = url.indexOf('?');
  return {
    method: method === 'HEAD' ? 'GET' : method,
    path: mark === -1 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)),
    headers,
    form: undefined,
    json: undefined,
  };
}

/**
 * The form or the JSON in the body; neither when the body is none of them. A body that is too large is read to its end and forgotten, so
 * that the client gets to read the answer.
 */
async function readBody(request: IncomingMessage): Promise<Pick<Asked, 'form' | 'json'> | 'too large'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= largestForm) chunks.push(chunk);
  }
  if (size > largestForm) return 'too large';
  const type = request.headers['content-type'] ?? '';
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    form: /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type) ? new URLSearchParams(text) : undefined,
    json: /^application\/(fhir\+)?json\s*(;|$)/i.test(type) ? text : undefined,
  };
}

const tooLarge = textReply(413, 'The body is too large.');

/** A Host that is not this computer means that a web page reaches in by a name of its own (DNS rebinding). */
function refusal({ headers }: IncomingMessage): Reply | undefined {
  if (/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(headers.host ?? '')) return undefined;
  return textReply(421, 'This portal answers as 127.0.0.1 only.');
}

/** A fault of the portal itself ends one request, not the portal. */
async function answerOrFault(asked: Asked, portal: Portal): Promise<Reply> {
  try {
    return await answer(asked, portal);
  } catch {
    return textReply(500, 'The practice portal failed to answer.');
  }
}
