import { isObject, objectsOf, without, type JsonObject } from './json.ts';
import { FhirRefusal } from './outcome.ts';
import type { Portal } from './portal.ts';
import { keyInReference, keyOf, type Resource } from './resource.ts';

/** A file name that leads out of any folder. */
export const climbing = '../../../climbed.txt';

/** Changes the attachments of a document as the faults that are switched on have it. */
export function spoiledAttachments(resource: Resource, portal: Portal): Resource {
  const change = (attachment: JsonObject): JsonObject => spoiled(attachment, keyOf(resource), portal);
  if (resource.resourceType === 'DocumentReference') {
    const content = objectsOf(resource['content']).map((part) =>
      isObject(part['attachment']) ? { ...part, attachment: change(part['attachment']) } : part,
    );
    return content.length === 0 ? resource : { ...resource, content };
  }
  const forms = objectsOf(resource['presentedForm']);
  if (resource.resourceType !== 'DiagnosticReport' || forms.length === 0) return resource;
  return { ...resource, presentedForm: forms.map(change) };
}

function spoiled(attachment: JsonObject, where: string, portal: Portal): JsonObject {
  const { baseUrl, faults, elsewhere, records } = portal;
  const strikes = (name: string): boolean => faults.strikes(name, where);
  const { url } = attachment;
  const bare = without(without(attachment, 'url'), 'data');
  const key = typeof url === 'string' ? keyInReference(url) : undefined;
  if (strikes('attachment-hash-mismatch')) {
    return { ...attachment, size: 1, hash: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' };
  }
  if (strikes('attachment-title-traversal')) return { ...attachment, title: climbing };
  if (strikes('attachment-missing')) return bare;
  if (key === undefined) return attachment;
  if (strikes('attachment-inline')) {
    const held = records.at(key)?.['data'];
    return typeof held === 'string' ? { ...bare, data: held } : attachment;
  }
  if (strikes('attachment-absolute')) return { ...attachment, url: `${baseUrl}/${key}` };
  if (elsewhere === undefined) return attachment;
  if (strikes('attachment-foreign')) {
    return {
      ...attachment,
      url: `${elsewhere.origin.replace('127.0.0.1', 'localhost')}${new URL(baseUrl).pathname}/${key}`,
    };
  }
  if (strikes('attachment-presigned')) return { ...attachment, url: elsewhere.sign(key, 'good') };
  if (strikes('attachment-expired')) return { ...attachment, url: elsewhere.sign(key, 'expired') };
  return attachment;
}

/**
 * Whether the token may read a Binary beside its own scope: Oracle Health wants the scope of a document that points at it
 * too.
 *
 * @throws FhirRefusal 403 when it may not.
 */
export function requireParent(mayReach: (type: string) => boolean): void {
  if (mayReach('DocumentReference') || mayReach('DiagnosticReport')) return;
  const text = 'A Binary needs the scope of what it belongs to as well.';
  throw new FhirRefusal(403, { code: 'forbidden', text });
}
