import type { Asked } from './asked.ts';
import type { Fields, LogEntry } from './options.ts';
import type { Reply } from './reply.ts';

/** The log's account of a request and its answer. */
export function logEntry(method: string, asked: Asked, { status, served }: Reply, now: Date): LogEntry {
  return {
    instant: now.toISOString(),
    method,
    path: asked.path,
    query: fieldsOf(asked.query),
    ...(asked.form === undefined ? {} : { form: fieldsOf(asked.form) }),
    status,
    ...(served === undefined ? {} : { served }),
  };
}

function fieldsOf(parameters: URLSearchParams): Fields {
  const names = [...new Set(parameters.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const [first = '', ...others] = parameters.getAll(name);
      return [name, others.length === 0 ? first : [first, ...others]];
    }),
  );
}
