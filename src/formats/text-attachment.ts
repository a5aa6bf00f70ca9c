import type { JsonObject } from '../json/index.ts';

/** A text that stands in the document as itself, as an Attachment. */
export function textAttachment(text: string, contentType = 'text/plain'): JsonObject {
  return { contentType, data: Buffer.from(text).toString('base64') };
}
