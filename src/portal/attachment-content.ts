import { createHash } from 'node:crypto';
import { decodeJson, parseJson } from '../json/index.ts';
import { isResource } from '../model/index.ts';
import type { NamedAttachment } from './attachments.ts';
import type { Answer } from './http.ts';

/** The bytes of an attachment and what was said to be their type. */
export interface Content {
  bytes: Uint8Array;
  contentType?: string;
}

/**
 * The bytes an answer brings for an attachment: as they are, or out of a FHIR Binary (R4 §3.1.0.2) where one came in
 * their place, which some servers send whatever `Accept` says. What is surely not the attachment is none: a text tells
 * why.
 *
 * @param stated - the attachment's content type, as the resource states it.
 */
export function contentOf({ bytes, headers }: Answer, stated: string | undefined): Content | string {
  const sent = headers.get('content-type') ?? undefined;
  if (bytes.length === 0) return 'An attachment came empty.';
  if (isWebPage(bytes, sent, stated)) return 'A web page came instead of an attachment.';
  const binary = startsWith(bytes, /^\s*\{/) ? binaryIn(bytes) : undefined;
  if (binary !== undefined) return binary;
  if (isFhirJson(sent) && !isFhirJson(stated))
    return 'FHIR came instead of an attachment, and no content in it.';
  return { bytes, ...(sent !== undefined && { contentType: sent }) };
}

/** The bytes a `data:` address holds in itself (RFC 2397), in base64; undefined when it holds none that can be read. */
export function dataIn(address: string): Content | undefined {
  const [head, type] = /^data:([^,;]*)(?:;[^,;]*)*;base64,/i.exec(address) ?? [];
  if (head === undefined) return undefined;
  const bytes = fromBase64(address.slice(head.length));
  return bytes && { bytes, ...(type !== undefined && type !== '' && { contentType: type }) };
}

/** In what an attachment that came differs from what its resource states of it: size, SHA-1, type. A sentence each. */
export function differences({ size, hash, contentType }: NamedAttachment, came: Content): string[] {
  const { bytes } = came;
  const found: string[] = [];
  if (size !== undefined && size !== bytes.length)
    found.push(`${size} bytes are stated, and ${bytes.length} came.`);
  if (hash !== undefined && !hashesOf(bytes, hash).includes(hash))
    found.push('The SHA-1 stated is not the one of what came.');
  const [stated, sent] = [mediaType(contentType), mediaType(came.contentType)];
  if (stated !== undefined && sent !== undefined && stated !== sent && !unspecific.has(sent))
    found.push(`The type stated is ${stated}, and it came as ${sent}.`);
  return found;
}

/** Types that servers send for anything. */
const unspecific = new Set([
  'application/octet-stream',
  'binary/octet-stream',
  'application/fhir+json',
  'application/json+fhir',
]);

/** R4 asks for SHA-1 in base64. Some servers write SHA-256, or either in hex. */
function hashesOf(bytes: Uint8Array, stated: string): string[] {
  const isHex = /^([\da-f]{40}|[\da-f]{64})$/i.test(stated);
  const digest = (algorithm: string) =>
    createHash(algorithm)
      .update(bytes)
      .digest(isHex ? 'hex' : 'base64');
  const digests = ['sha1', 'sha256'].map(digest);
  return isHex ? [...digests, ...digests.map((text) => text.toUpperCase())] : digests;
}

function mediaType(type: string | undefined): string | undefined {
  return /^\s*([\w.+-]+\/[\w.+-]+)/.exec(type ?? '')?.[1]?.toLowerCase();
}

/**
 * A sign-in page or the page of a firewall, by its type or, under the type that was asked for, by its first words. Of
 * what is HTML by rights (Epic's notes), or may be anything, only a page that asks for a password is one.
 */
function isWebPage(bytes: Uint8Array, sent: string | undefined, stated: string | undefined): boolean {
  if (stated === undefined || isHtml(stated)) return asksForPassword(bytes);
  if (isHtml(sent)) return true;
  return !/^text\/|xml/i.test(stated) && startsWith(bytes, /^\s*<(!doctype\s+html|html)\b/i);
}

function asksForPassword(bytes: Uint8Array): boolean {
  return /<input\b[^>]*\btype\s*=\s*["']?password\b/i.test(Buffer.from(bytes).toString('latin1'));
}

function isHtml(type: string | undefined): boolean {
  return /^(text\/html|application\/xhtml\+xml)\b/i.test(type ?? '');
}

function isFhirJson(type: string | undefined): boolean {
  return /^application\/(fhir\+json|json\+fhir|json)\b/i.test(type ?? '');
}

function startsWith(bytes: Uint8Array, pattern: RegExp): boolean {
  // A byte order mark reads as three letters here.
  return pattern.test(Buffer.from(bytes.subarray(0, 200)).toString('latin1').replace(/^ï»¿/, ''));
}

/** What a body holds when it is a Binary; a text when it is one without content that can be read. */
function binaryIn(bytes: Uint8Array): Content | string | undefined {
  let value;
  try {
    value = parseJson(decodeJson(bytes));
  } catch {
    return undefined;
  }
  if (!isResource(value) || value.resourceType !== 'Binary') return undefined;
  // Before R4 the member is called `content`.
  const { data = value['content'], contentType } = value;
  const content = typeof data === 'string' ? fromBase64(data) : undefined;
  if (content === undefined) return 'A Binary came without data, or with data that is not base64.';
  return { bytes: content, ...(typeof contentType === 'string' && { contentType }) };
}

/**
 * Strict, unlike Buffer: what is not base64 from beginning to end (RFC 4648 §4; white space is allowed) would decode to
 * a shorter document. Undefined as well for nothing at all.
 */
function fromBase64(text: string): Uint8Array | undefined {
  const data = text.replaceAll(/\s/g, '');
  const bytes = Buffer.from(data, 'base64');
  return data !== '' && bytes.toString('base64') === data ? bytes : undefined;
}
