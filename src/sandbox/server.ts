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
    readForm(request).then(
      (body) => {
        const complete = { ...asked, form: body === 'too large' ? undefined : body };
        const reply = body === 'too large' ? tooLarge : (refusal(request) ?? answerOrFault(complete, portal));
        log?.(logEntry(request.method ?? '', complete, reply, now()));
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
  };
}

/**
 * The form in the body; undefined when the body is none. A body that is too large is read to its end and forgotten, so
 * that the client gets to read the answer.
 */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | 'too large' | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= largestForm) chunks.push(chunk);
  }
  if (size > largestForm) return 'too large';
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return undefined;
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

const tooLarge = textReply(413, 'The body is too large.');

/** A Host that is not this computer means that a web page reaches in by a name of its own (DNS rebinding). */
function refusal({ headers }: IncomingMessage): Reply | undefined {
  if (/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(headers.host ?? '')) return undefined;
  return textReply(421, 'This portal answers as 127.0.0.1 only.');
}

/** A fault of the portal itself ends one request, not the portal. */
function answerOrFault(asked: Asked, portal: Portal): Reply {
  try {
    return answer(asked, portal);
  } catch {
    return textReply(500, 'The practice portal failed to answer.');
  }
}
