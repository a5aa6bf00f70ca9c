import type { Served } from './options.ts';
import { objectsOf, writeJson, type Json } from './json.ts';
import type { Typed } from './resource.ts';

/** An answer, ready to be sent. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
  served?: Served;
  /** `destroy`: the connection ends without an answer; the request was dealt with all the same. */
  connection?: 'destroy';
}

/** Answers with a FHIR resource. */
export function fhirReply(status: number, resource: Typed, headers: Record<string, string> = {}): Reply {
  const { resourceType } = resource;
  const entries = resourceType === 'Bundle' ? { entries: objectsOf(resource['entry']).length } : {};
  return {
    status,
    headers: { 'content-type': 'application/fhir+json', 'cache-control': 'no-store', ...headers },
    body: writeJson(resource),
    served: { resourceType, ...entries },
  };
}

/** Answers with plain JSON, never to be cached (RFC 6749 §5.1). */
export function jsonReply(status: number, value: Json): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' },
    body: writeJson(value),
  };
}

/** Answers with one line of text. */
export function textReply(status: number, text: string, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: `${text}\n` };
}

/** The parameters of `address` with these added, as a redirect. */
export function redirectReply(address: string, parameters: Iterable<readonly [string, string]>): Reply {
  const url = new URL(address);
  for (const [name, value] of parameters) url.searchParams.append(name, value);
  return movedReply(302, url.href);
}

/** A redirect to another address. */
export function movedReply(status: number, location: string): Reply {
  return { status, headers: { location, 'cache-control': 'no-store' }, body: '' };
}
