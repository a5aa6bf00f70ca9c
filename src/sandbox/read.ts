import { accessOf, requireReach } from './access.ts';
import { acceptsJson, namesFhirJson } from './accept.ts';
import type { Asked } from './asked.ts';
import { isObject } from './json.ts';
import { FhirRefusal } from './outcome.ts';
import type { Portal } from './portal.ts';
import { fhirReply, type Reply } from './reply.ts';
import type { Resource } from './resource.ts';

/** `GET [base]/Type/id`. */
export function answerRead(type: string, id: string, { headers }: Asked, portal: Portal): Reply {
  const access = accessOf(headers, portal);
  requireReach(type, 'r', access, portal);
  const resource = portal.records.at(`${type}/${id}`);
  if (resource === undefined) {
    throw new FhirRefusal(404, { code: 'not-found', text: `This portal has no such ${type}.` });
  }
  if (!portal.records.mayRead(resource, access.patient)) {
    throw new FhirRefusal(403, {
      code: 'forbidden',
      text: `This ${type} is not part of the patient's record.`,
    });
  }
  if (type === 'Binary' && !namesFhirJson(headers.accept)) return binary(resource);
  requireJson(headers.accept);
  return fhirReply(200, resource, versionHeaders(resource));
}

/** @throws FhirRefusal 406 when the Accept header leaves no room for JSON. */
export function requireJson(accept: string | undefined): void {
  if (acceptsJson(accept)) return;
  throw new FhirRefusal(406, { code: 'not-supported', text: 'This portal speaks application/fhir+json.' });
}

/** The content of a Binary as it is, under its own type (FHIR R4 binary.html#rest). */
function binary(resource: Resource): Reply {
  const { contentType, data } = resource;
  const isMediaType =
    typeof contentType === 'string' && /^[\w.+-]+\/[\w.+-]+(;[\x20-\x7e]*)?$/.test(contentType);
  return {
    status: 200,
    headers: {
      'content-type': isMediaType ? contentType : 'application/octet-stream',
      'cache-control': 'no-store',
      ...versionHeaders(resource),
    },
    body: Buffer.from(typeof data === 'string' ? data : '', 'base64'),
    served: { resourceType: 'Binary' },
  };
}

/** ETag and Last-Modified, where `meta` knows them (FHIR R4 http.html#versioning). */
function versionHeaders({ meta }: Resource): Record<string, string> {
  if (!isObject(meta)) return {};
  const { versionId, lastUpdated } = meta;
  const updated = typeof lastUpdated === 'string' ? new Date(lastUpdated) : undefined;
  return {
    ...(typeof versionId === 'string' && /^[\w.-]+$/.test(versionId) ? { etag: `W/"${versionId}"` } : {}),
    ...(updated === undefined || Number.isNaN(updated.getTime())
      ? {}
      : { 'last-modified': updated.toUTCString() }),
  };
}
